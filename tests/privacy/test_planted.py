import numpy as np
import pytest

from cohort.encode import nearest
from privacy.attacks.registry import ATTACKS
from privacy.attacks.target import build_target
from privacy.planted import FAMILY, SHARES, jitter, plant, power_curves


@pytest.fixture(scope="module")
def target(make_split):
    split, fresh = make_split(100)
    return build_target(fresh, split, seed=0)


def test_copies_take_the_place_of_rows(target):
    for planted in plant(target, share=0.2, repeats=3, rng=np.random.default_rng(0)):
        assert len(planted.synthetic) == len(target.synthetic)
        kept = planted.synthetic.iloc[:80]["base_excess"]
        assert kept.isin(target.synthetic["base_excess"]).all()
        names = ["sex", "region", "stage", "genotype", "drug"]
        copies = {tuple(row) for row in planted.synthetic.iloc[80:][names].itertuples(index=False)}
        assert copies <= {tuple(row) for row in target.real.iloc[:100][names].itertuples(index=False)}
        assert (planted.synthetic.dtypes == target.synthetic.dtypes).all()


@pytest.mark.parametrize("share", [0.05, 0.9, 1.0])
def test_distances_to_a_planted_release_are_exact(target, share):
    (planted,) = plant(target, share=share, repeats=1, rng=np.random.default_rng(1))
    searched, _ = nearest(planted.points, planted.encoder.encode(planted.synthetic))
    assert planted.to_synthetic[:, 0] == pytest.approx(searched[:, 0])


def test_jitter_is_small_and_stays_within_what_was_seen(target):
    rows = target.real.iloc[:100].reset_index(drop=True)
    moved = jitter(target, rows, rng=np.random.default_rng(2))
    assert set((moved["age"] - rows["age"]).abs().unique()) <= {0, 1}
    assert (moved["age"] != rows["age"]).mean() > 0.5
    assert moved["lab"].isna().equals(rows["lab"].isna())
    assert (moved["marker"] != rows["marker"]).mean() > 0.9
    assert moved["stage"].equals(rows["stage"])
    encode = target.encoder.encode
    shift = np.abs(encode(moved).numbers - encode(rows).numbers)
    assert shift.max() < 0.06


def test_an_attack_sees_more_of_more_copies(target):
    scan, match, family = power_curves(
        target, [ATTACKS["copy_scan"], ATTACKS["qi_match"]], seed=0, repeats=10
    )
    assert tuple(scan.caught) == SHARES
    assert scan.caught[0.2] == 1
    assert scan.caught[0.01] < 0.5
    assert scan.detectable is not None
    assert scan.ceiling == 1  # all 5 of 100 are train's in one permutation of 32: p can be .03
    assert match.ceiling is None
    assert family.attack == FAMILY
    assert family.caught[0.2] >= 0.9


def test_exact_copies_would_be_easier_to_see(target, make_split):
    split, _ = make_split(100)
    loud = build_target(split.train.released, split, seed=0)
    scan, _ = power_curves(loud, [ATTACKS["copy_scan"]], seed=0, repeats=5, shares=(0.01,))
    assert scan.detectable == 0.01


def test_equal_seeds_give_equal_curves(target):
    one, other = (
        power_curves(target, [ATTACKS["copy_scan"]], seed=3, repeats=3, shares=(0.05, 0.1)) for _ in range(2)
    )
    assert one == other
