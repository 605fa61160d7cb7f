import time
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.schema import Role
from cohort.split import Split
from utility.measure import headline, measure


def test_one_door_for_every_measure(make_split, retyped, fresh):
    sex = retyped("sex", role=Role.QUASI_IDENTIFIER)
    scores, findings = measure(fresh(), make_split(rules=("age >= 18",), columns=(sex,)))
    assert not findings
    assert {score.metric for score in scores} == {
        "auroc_linear",
        "auroc_boosting",
        "column_fidelity",
        "concordance_linear",
        "concordance_boosting",
        "detector_auroc",
        "implausible_records",
        "pair_fidelity",
        "subgroup_auroc",
        "subgroup_gap",
        "subsample_equivalent",
    }
    assert len({(score.metric, score.group) for score in scores}) == len(scores)
    for score in scores:
        assert score.low <= score.value <= score.high
        assert score.reference is not None
        assert all(type(figure) is float for figure in (score.value, score.reference, score.low, score.high))


def test_equal_seeds_give_equal_scores_and_leave_the_inputs_alone(make_split, fresh):
    split, release = make_split(), fresh()
    kept, trained = release.copy(), split.train.table.copy()
    np.random.seed(7)  # noqa: NPY002
    state = np.random.get_state()[1].copy()  # noqa: NPY002
    assert measure(release, split, seed=5) == measure(release, split, seed=5)
    assert (np.random.get_state()[1] == state).all()  # noqa: NPY002
    pd.testing.assert_frame_equal(release, kept)
    pd.testing.assert_frame_equal(split.train.table, trained)


def test_without_a_holdout_nothing_has_a_reference(make_split, fresh):
    split = make_split()
    for holdout in (None, split.holdout.rows(np.array([], dtype=np.int64))):
        scores, findings = measure(fresh(), Split(train=split.train, holdout=holdout))
        assert {score.reference for score in scores} == {None}
        assert {score.metric for score in scores} == {
            "column_fidelity",
            "implausible_records",
            "pair_fidelity",
            "subsample_equivalent",
        }
        assert [finding.code for finding in findings] == ["no_holdout"]


@pytest.mark.parametrize("rows", [0, 1, 2])
def test_hardly_any_rows(make_split, fresh, rows):
    scores, findings = measure(fresh().head(rows), make_split())
    assert findings
    assert bool(scores) == bool(rows)
    assert all(np.isfinite([s.value, s.low, s.high]).all() for s in scores)


def test_odd_columns_on_both_sides(make_split, fresh):
    def odd(table):
        return table.assign(
            bili=np.nan,
            sex=pd.Series([None] * len(table), dtype=object),
            stage="1",
            seen=pd.NaT,
            score=-4.0,
            age=pd.array([None] * len(table), dtype="Int64"),
        )

    split = make_split(change=odd)
    scores, _ = measure(odd(fresh()), split)
    assert all(np.isfinite([s.value, s.low, s.high]).all() for s in scores)
    scores, _ = measure(fresh(), split)
    values = {(s.metric, s.group): s.value for s in scores}
    assert values["column_fidelity", "bili"] == pytest.approx(0.1, abs=0.1)


def test_a_category_with_as_many_values_as_rows(make_split, retyped, fresh):
    def labelled(table):
        return table.assign(sex=[f"s{i}" for i in range(len(table))])

    columns = (retyped("sex", categories=None),)
    scores, _ = measure(labelled(fresh()), make_split(columns=columns, change=labelled))
    assert {s.metric for s in scores} >= {"auroc_linear", "concordance_linear", "pair_fidelity"}


def test_the_headline_is_the_target_else_survival_else_pairs(make_split, retyped, fresh):
    scores, _ = measure(fresh(), make_split())
    assert headline(scores).metric == "auroc_linear"
    survival = [score for score in scores if not score.metric.startswith("auroc")]
    assert headline(survival).metric == "concordance_linear"
    rest = [score for score in survival if not score.metric.startswith("concordance")]
    assert (headline(rest).metric, headline(rest).group) == ("pair_fidelity", "")
    assert headline([]) is None
    assert headline(rest, like=headline(scores)) is None
    assert headline(survival, like=headline(rest)) == headline(rest)
    assert headline([replace(scores[0], metric="r2_linear")]).metric == "r2_linear"


def test_three_hundred_patients_take_seconds(make_split, fresh):
    split, release = make_split(300), fresh(300)
    started = time.process_time()
    measure(release, split)
    assert time.process_time() - started < 8


def test_large_tables_are_measured_on_a_part_and_a_copy_on_the_same(make_split, retyped):
    plain = tuple(retyped(name, role=Role.OTHER) for name in ("outcome", "time", "event"))
    train = make_split(6000, 30, columns=plain).train
    scores, findings = measure(train.released, Split(train=train, holdout=None))
    assert {s.value for s in scores if s.metric != "implausible_records"} == {1.0}
    assert {s.n for s in scores if s.metric != "implausible_records"} == {5000}
    assert {finding.code for finding in findings} == {"measured_on_part", "no_holdout"}
