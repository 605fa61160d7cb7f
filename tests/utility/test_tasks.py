import numpy as np
import pytest

from cohort.errors import NotApplicable
from cohort.schema import Kind, Role
from utility.tasks import survival_task, target_task


def test_a_target_is_predicted_from_all_but_time_and_event(make_split):
    split = make_split()
    task = target_task(split.train, split.holdout)
    assert (task.metric, task.group) == ("auroc", "outcome")
    assert {c.name for c in task.features} == {"age", "bili", "seen", "sex", "stage", "score"}


def test_survival_is_predicted_from_all_but_the_target(make_split):
    split = make_split()
    task = survival_task(split.train, split.holdout)
    assert (task.metric, task.group) == ("concordance", "time, event")
    assert {c.name for c in task.features} == {"age", "bili", "seen", "sex", "stage", "score"}


@pytest.mark.parametrize(("name", "metric"), [("score", "r2"), ("seen", "r2"), ("stage", "auroc")])
def test_the_kind_of_the_target_decides_the_measure(make_split, retyped, name, metric):
    columns = (retyped("outcome", role=Role.OTHER), retyped(name, role=Role.TARGET))
    split = make_split(columns=columns)
    assert target_task(split.train, split.holdout).metric == metric


def test_a_number_with_two_values_is_a_class(make_split, retyped):
    columns = (retyped("outcome", kind=Kind.INTEGER),)

    def coded(table):
        return table.assign(outcome=(table["outcome"] == "ill").astype("Int64"))

    split = make_split(columns=columns, change=coded)
    task = target_task(split.train, split.holdout)
    assert task.metric == "auroc"
    table = split.train.table.head(3).assign(outcome=np.array([0, None, 7], dtype=object))
    codes = task.outcome(table.astype({"outcome": "Int64"}))[:, 0]
    assert codes[0] in (0, 1)
    assert np.isnan(codes[1])
    assert codes[2] == 2


def test_no_task_without_roles(make_split, retyped):
    plain = tuple(retyped(name, role=Role.OTHER) for name in ("outcome", "time", "event"))
    split = make_split(columns=plain)
    assert target_task(split.train, split.holdout) is None
    assert survival_task(split.train, split.holdout) is None


def test_one_class_in_train_is_not_applicable(make_split):
    split = make_split(change=lambda table: table.assign(outcome="well"))
    with pytest.raises(NotApplicable, match="'outcome' has fewer than two classes in train"):
        target_task(split.train, split.holdout)


def test_four_ill_persons_in_the_holdout_are_not_applicable(make_split):
    def few(table):
        return table.assign(outcome=np.where(table.index < 4, "ill", "well").astype(object))

    split = make_split(change=few)
    with pytest.raises(NotApplicable, match="no class of the target 'outcome' has 5 persons"):
        target_task(split.train, split.holdout)


def test_time_alone_dates_and_few_events_are_not_applicable(make_split, retyped):
    alone = make_split(columns=(retyped("event", role=Role.OTHER),))
    with pytest.raises(NotApplicable, match="role event"):
        survival_task(alone.train, alone.holdout)

    dated = make_split(
        columns=(retyped("time", role=Role.OTHER), retyped("seen", role=Role.TIME)),
    )
    with pytest.raises(NotApplicable, match="'seen' is no duration"):
        survival_task(dated.train, dated.holdout)

    quiet = make_split(change=lambda table: table.assign(event=0))
    with pytest.raises(NotApplicable, match="fewer than 5 persons of train"):
        survival_task(quiet.train, quiet.holdout)


def test_negative_and_missing_times_cannot_be_used(make_split):
    split = make_split()
    table = split.train.table.head(4).assign(time=[-1.0, 0.0, np.nan, 2.0])
    usable = np.isfinite(survival_task(split.train, split.holdout).outcome(table)).all(axis=1)
    assert usable.tolist() == [False, True, False, True]
