import numpy as np
import pandas as pd
import pytest
from scipy.stats import ks_2samp

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Schema
from cohort.split import Split
from utility.fidelity import PAIRED_COLUMNS, fidelity


def table_of(**columns):
    kinds = {
        name: Kind.NUMBER if values.dtype == float else Kind.CATEGORY for name, values in columns.items()
    }
    schema = Schema(columns=tuple(Column(name=name, kind=kind) for name, kind in kinds.items()))
    return Cohort(schema=schema, table=pd.DataFrame(columns))


def test_a_copy_is_faithful_exactly(make_split):
    split = make_split()
    scores, findings = fidelity(split.train.released, split)
    assert not findings
    assert {score.value for score in scores} == {1.0}
    assert all(score.reference < 1 and score.low <= 1 == score.high for score in scores)


def test_columns_known_answers():
    x = np.array([-3.0, -2, -1, np.nan])
    sex = np.array(["f", "f", "m", None], dtype=object)
    train = table_of(x=x, sex=sex)
    synthetic = pd.DataFrame(
        {"x": [-3.0, -2, np.nan, np.nan], "sex": np.array(["f", "f", "f", None], dtype=object)}
    )
    scores, _ = fidelity(synthetic, Split(train=train, holdout=None))
    values = {(s.metric, s.group): s.value for s in scores}
    assert values["column_fidelity", "x"] == 0.75
    assert values["column_fidelity", "sex"] == 0.75
    assert values["column_fidelity", ""] == 0.75
    assert all(score.reference is None for score in scores)


def test_numbers_are_compared_by_kolmogorov_and_smirnov(find):
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=80), rng.normal(size=80) + 0.4
    scores, _ = fidelity(pd.DataFrame({"x": b}), Split(train=table_of(x=a), holdout=None))
    assert find(scores, "column_fidelity", "x").value == pytest.approx(1 - ks_2samp(a, b).statistic)


def test_a_pair_sees_what_columns_cannot():
    a = np.array(["u", "v"] * 50, dtype=object)
    split = Split(train=table_of(a=a, b=a), holdout=None)
    scores, _ = fidelity(pd.DataFrame({"a": a, "b": np.repeat(["u", "v"], 50).astype(object)}), split)
    values = {(s.metric, s.group): s.value for s in scores}
    assert values["column_fidelity", ""] == 1
    assert values["pair_fidelity", "a × b"] == values["pair_fidelity", ""] == 0.5


def test_five_worst_pairs_worst_first(make_split, fresh):
    release = fresh()
    release["bili"] = -50.0
    scores, _ = fidelity(release, make_split())
    pairs = [score for score in scores if score.metric == "pair_fidelity" and score.group]
    assert len(pairs) == 5
    assert [p.value for p in pairs] == sorted(p.value for p in pairs)
    assert all("bili" in pair.group for pair in pairs)


@pytest.mark.parametrize(("n_holdout", "n_release"), [(150, 150), (60, 300), (250, 80)])
def test_fresh_patients_are_as_faithful_as_the_holdout_at_any_size(
    make_split, fresh, find, n_holdout, n_release
):
    excess = []
    for seed in range(12):
        scores, _ = fidelity(
            fresh(n_release, seed=seed + 500), make_split(150, n_holdout, seed=seed), seed=seed
        )
        pairs = find(scores, "pair_fidelity")
        excess.append(pairs.value - pairs.reference)
    assert abs(np.mean(excess)) < 4 * np.std(excess) / 12**0.5
    assert abs(np.mean(excess)) < 0.02


def test_the_interval_covers_another_draw(make_split, fresh, find):
    measured = [
        find(fidelity(fresh(100, seed=seed + 500), make_split(100, seed=seed))[0], "pair_fidelity")
        for seed in range(25)
    ]
    mean = np.mean([score.value for score in measured])
    assert np.mean([score.low <= mean <= score.high for score in measured]) >= 0.9


def test_rows_of_one_person_widen_the_interval(make_split, fresh, find):
    def twice(table):
        return pd.concat([table, table], ignore_index=True)

    def named(table):
        return twice(table.assign(id=[f"p{i}" for i in range(len(table))]))

    identity = Column(name="id", kind=Kind.CATEGORY)
    release = fresh(300)
    by_person = make_split(columns=(identity,), person="id", change=named)
    by_row = make_split(change=twice)
    wide = find(fidelity(release, by_person)[0], "column_fidelity", "score")
    narrow = find(fidelity(release, by_row)[0], "column_fidelity", "score")
    assert wide.value == narrow.value
    assert (wide.n, narrow.n) == (150, 300)
    assert wide.high - wide.low > 1.1 * (narrow.high - narrow.low)


def test_the_subsample_that_is_as_good(make_split, fresh, find):
    split = make_split()
    tenth = split.train.released.sample(15, random_state=0).reset_index(drop=True)
    found = find(fidelity(tenth, split)[0], "subsample_equivalent")
    assert found.low <= 0.1 <= found.high
    assert 0.06 < found.value < 0.16
    perfect = find(fidelity(fresh(), split)[0], "subsample_equivalent")
    assert perfect.value == pytest.approx(1 / 3, abs=0.08)
    assert perfect.reference == pytest.approx(1 / 3, abs=0.08)


def test_one_column_has_no_pairs():
    train = table_of(x=np.arange(9.0))
    scores, findings = fidelity(train.table, Split(train=train, holdout=None))
    assert {score.metric for score in scores} == {"column_fidelity"}
    assert [finding.code for finding in findings] == ["no_pairs"]


def test_more_columns_than_rows():
    rng = np.random.default_rng(0)
    train = table_of(**{f"x{i}": rng.normal(size=20) for i in range(PAIRED_COLUMNS + 5)})
    scores, findings = fidelity(train.table, Split(train=train, holdout=None))
    assert sum(score.metric == "column_fidelity" for score in scores) == PAIRED_COLUMNS + 6
    assert [finding.code for finding in findings] == ["pairs_thinned"]
