import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort import encode
from cohort.encode import fit_encoder, nearest, pairwise
from cohort.schema import Column, Kind

NUMBER = Column(name="x", kind=Kind.NUMBER)
WORD = Column(name="c", kind=Kind.CATEGORY)
DAY = Column(name="d", kind=Kind.DATE)


def table(numbers, words):
    return pd.DataFrame({"x": np.array(numbers, float), "c": pd.Series(words, dtype=object)})


def mixed(n, seed):
    rng = np.random.default_rng(seed)
    numbers = np.where(rng.random(n) < 0.2, np.nan, rng.integers(-5, 6, n) * 1e6)
    words = [None if cell == "z" else cell for cell in rng.choice(list("abcz"), n)]
    return table(numbers, words)


def distances(left, right, columns=(NUMBER, WORD)):
    encoder = fit_encoder([left, right], columns)
    return pairwise(encoder.encode(left), encoder.encode(right))


def test_a_number_becomes_its_mid_rank_quantile():
    rows = table([1, 2, 2, 100], ["a"] * 4)
    encoded = fit_encoder([rows], [NUMBER]).encode(rows)
    assert encoded.numbers.ravel() == pytest.approx([0.125, 0.5, 0.5, 0.875])


def test_a_mismatch_costs_one_and_missing_is_a_value_of_its_own():
    left = table([1, 1, np.nan], ["a", None, "a"])
    expected = [[0, 1, 1], [1, 0, 2], [1, 2, 0]]
    assert distances(left, left) == pytest.approx(np.array(expected))


def test_present_numbers_keep_their_distance_where_others_are_missing():
    known, gappy = table([1, 2, 3], list("aaa")), table([1, 2, 3, np.nan], list("aaaa"))
    encoder, with_gap = fit_encoder([known], [NUMBER]), fit_encoder([gappy], [NUMBER])
    assert pairwise(encoder.encode(known), encoder.encode(known)) == pytest.approx(
        pairwise(with_gap.encode(known), with_gap.encode(known))
    )
    assert pairwise(with_gap.encode(gappy), with_gap.encode(gappy))[3] == pytest.approx([1, 1, 1, 0])


def test_the_order_of_tables_does_not_matter():
    left, right = mixed(40, 0), mixed(30, 1)
    first, second = (fit_encoder(pair, [NUMBER, WORD]) for pair in ([left, right], [right, left]))
    assert pairwise(first.encode(left), first.encode(right)) == pytest.approx(
        pairwise(second.encode(left), second.encode(right))
    )


def test_dates_constants_and_empty_columns_are_encoded():
    days = pd.to_datetime(["2020-01-01", "2020-06-01", None])
    rows = pd.DataFrame({"d": days, "x": [np.nan] * 3, "c": pd.Series(["same"] * 3, dtype=object)})
    found = distances(rows, rows, columns=(DAY, NUMBER, WORD))
    assert np.isfinite(found).all()
    assert found[2] == pytest.approx([1, 1, 0])
    assert found[0, 1] == pytest.approx(0.5)


def test_unseen_categories_differ_from_all_seen():
    encoder = fit_encoder([table([1], ["a"])], [WORD])
    found = pairwise(encoder.encode(table([1], ["new"])), encoder.encode(table([1, 1], ["a", None])))
    assert found.tolist() == [[1, 1]]


@pytest.mark.parametrize("block_cells", [1, 70, 10**6])
@pytest.mark.parametrize("k", [1, 5])
def test_nearest_is_exact_whatever_the_block(block_cells, k):
    left, right = mixed(50, 2), mixed(60, 3)
    encoder = fit_encoder([left, right], [NUMBER, WORD])
    mine, others = encoder.encode(left), encoder.encode(right)
    found, positions = nearest(mine, others, k=k, block_cells=block_cells)
    whole = pairwise(mine, others)
    assert found == pytest.approx(np.sort(whole, axis=1)[:, :k])
    assert np.take_along_axis(whole, positions, axis=1) == pytest.approx(found)


def test_a_persons_own_rows_are_passed_over():
    rows = mixed(30, 4)
    encoder = fit_encoder([rows], [NUMBER, WORD])
    points, owners = encoder.encode(rows), np.arange(30) // 3
    _, positions = nearest(points, points, own=(owners, owners))
    assert (owners[positions[:, 0]] != owners).all()


def test_more_neighbours_than_rows_are_not_invented():
    rows = mixed(4, 5)
    encoder = fit_encoder([rows], [NUMBER, WORD])
    found, _ = nearest(encoder.encode(rows), encoder.encode(rows), k=16)
    assert found.shape == (4, 4)


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    rows=st.integers(1, 80),
    others=st.integers(1, 80),
    k=st.integers(1, 5),
    visits=st.integers(0, 3),
)
def test_a_tree_and_blocks_find_the_same_distances(seed, rows, others, k, visits):
    left, right = mixed(rows, seed), mixed(others, seed + 1)
    encoder = fit_encoder([left, right], [NUMBER, WORD])
    mine, theirs = encoder.encode(left), encoder.encode(right)
    own = (np.arange(rows) // visits, np.arange(others) // visits) if visits else None
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encode, "_TREE_FEWEST", 1)
        patch.setattr(encode, "_TREE_SPARSE", 0)
        for width in (-1, 1000):
            patch.setattr(encode, "_TREE_WIDTH", width)
            distances, positions = nearest(mine, theirs, k=k, own=own, block_cells=97)
            found.append(distances)
            apart = np.take_along_axis(pairwise(mine, theirs), positions, axis=1)
            reached = np.isfinite(distances)
            assert apart[reached] == pytest.approx(distances[reached])
            if own is not None:
                assert (own[0][:, None] != own[1][positions])[reached].all()
    assert found[0].tolist() == found[1].tolist()


def test_wide_tables_and_many_levels_are_compared_like_narrow_ones():
    words = pd.DataFrame({"c": pd.Series([f"w{i}" for i in range(40_000)], dtype=object)})
    encoder = fit_encoder([words], [WORD])
    points = encoder.encode(words)
    assert points.codes.dtype == np.int32
    assert pairwise(points[:3], points[:3]).tolist() == (1 - np.eye(3)).tolist()
    many = pd.DataFrame({f"c{i}": pd.Series(["a", "b"], dtype=object) for i in range(300)})
    encoder = fit_encoder([many], [Column(name=name, kind=Kind.CATEGORY) for name in many])
    rows = encoder.encode(many)
    assert pairwise(rows, rows).tolist() == [[0, 300], [300, 0]]
