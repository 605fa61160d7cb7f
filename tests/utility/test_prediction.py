import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_diabetes

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split, split_cohort
from utility.prediction import prediction

METRICS = {"auroc_linear", "auroc_boosting", "concordance_linear", "concordance_boosting"}


def test_a_copy_has_exactly_the_value_of_its_reference(make_split):
    split = make_split()
    scores, findings = prediction(split.train.released, split)
    assert not findings
    assert {score.metric for score in scores} == METRICS
    assert all(score.value == score.reference for score in scores)
    assert all(score.low < score.value < score.high for score in scores)
    assert all(score.value > 0.6 for score in scores)


def test_nothing_to_learn_gives_an_interval_over_one_half(make_split, fresh):
    covered = [
        score.low <= 0.5 <= score.high
        for seed in range(5)
        for score in prediction(fresh(seed=seed + 99, signal=0), make_split(seed=seed, signal=0), seed=seed)[
            0
        ]
    ]
    assert np.mean(covered) >= 0.8


def test_a_release_without_the_association_falls_behind_its_reference(make_split, fresh):
    release = fresh()
    release[["outcome", "time"]] = release[["outcome", "time"]].sample(frac=1, random_state=0).to_numpy()
    scores, _ = prediction(release.astype({"time": float}), make_split())
    assert {score.metric for score in scores} == METRICS
    assert all(score.high < score.reference for score in scores)


def test_equal_seeds_give_equal_scores(make_split, fresh):
    split, release = make_split(), fresh()
    assert prediction(release, split, seed=3) == prediction(release, split, seed=3)


def test_no_holdout_no_prediction(make_split, fresh):
    split = make_split()
    scores, findings = prediction(fresh(), Split(train=split.train, holdout=None))
    assert not scores
    assert [finding.code for finding in findings] == ["no_holdout"]


def test_a_class_that_the_release_lost_costs(make_split, retyped, fresh, find):
    columns = (retyped("outcome", role=Role.OTHER), retyped("stage", role=Role.TARGET))
    split = make_split(columns=columns)
    release = fresh()
    whole = find(prediction(release, split)[0], "auroc_linear", "stage")
    lost = find(prediction(release[release["stage"] != "3"], split)[0], "auroc_linear", "stage")
    assert lost.reference == whole.reference
    assert lost.value < whole.value


@pytest.mark.parametrize("seed", range(2))
def test_rows_of_one_person_widen_the_interval(make_split, fresh, find, seed):
    identity = Column(name="id", kind=Kind.CATEGORY)

    def visits(table):
        named = table.assign(id=[f"p{i}" for i in range(len(table))])
        return pd.concat([named] * 4, ignore_index=True)

    def persons(split, person):
        schema = Schema(columns=split.train.schema.columns, person=person)
        return Split(
            train=Cohort(schema=schema, table=split.train.table),
            holdout=Cohort(schema=schema, table=split.holdout.table),
        )

    split = make_split(60, columns=(identity,), person="id", change=visits, seed=seed)
    release = fresh().assign(id="none")
    wide = find(prediction(release, split)[0], "concordance_linear", "time, event")
    narrow = find(prediction(release, persons(split, None))[0], "concordance_linear", "time, event")
    assert (wide.n, narrow.n) == (60, 240)
    assert wide.high - wide.low > 1.5 * (narrow.high - narrow.low)


def odd_releases(release):
    nothing = {name: pd.Series([None] * len(release)).astype(release[name].dtype) for name in release}
    same = {name: [release[name].dropna().iloc[0]] * len(release) for name in release}
    return {
        "one row": release.head(1),
        "one class": release.assign(outcome="well"),
        "another class": release.assign(outcome="cured"),
        "no outcome": release.assign(outcome=nothing["outcome"]),
        "no event": release.assign(event=0),
        "negative times": release.assign(time=-1.0),
        "all missing": release.assign(**nothing),
        "all constant": release.assign(**same).astype(release.dtypes),
        "infinite": release.assign(bili=np.inf, score=-np.inf),
        "enormous": release.assign(bili=1e300 * release["bili"]),
        "unseen categories": release.assign(sex="x", stage="9"),
        "nine rows": release.head(9),
    }


@pytest.mark.parametrize(
    "name", odd_releases(pd.DataFrame({"outcome": ["a"], "time": [1.0], "bili": [1.0], "score": [1.0]}))
)
def test_odd_releases_leave_scores_out_with_a_reason(make_split, fresh, name):
    release = odd_releases(fresh())[name]
    scores, findings = prediction(release, make_split())
    for score in scores:
        assert np.isfinite([score.value, score.low, score.high]).all()
        assert score.low <= score.value <= score.high
    if name not in ("infinite", "enormous", "unseen categories"):
        assert "release_not_trainable" in {finding.code for finding in findings}
    assert len(scores) == 4 or findings


def test_few_test_persons_and_one_class_in_train_leave_scores_out(make_split, fresh):
    for change in (
        lambda table: table.assign(outcome="well"),
        lambda table: table.assign(outcome=np.where(table.index < 3, "ill", "well").astype(object)),
    ):
        scores, findings = prediction(fresh(), make_split(change=change))
        assert {score.metric for score in scores} == {"concordance_linear", "concordance_boosting"}
        assert [finding.code for finding in findings] == ["outcome_not_measured"]


def test_a_train_that_teaches_nothing_is_named(make_split, fresh):
    constant = dict.fromkeys(("bili", "score"), 0.5) | {"age": 7, "seen": pd.NaT, "sex": "f", "stage": "1"}
    split = make_split(change=lambda table: table.assign(**constant))
    scores, findings = prediction(fresh(), split)
    assert not scores
    assert [finding.code for finding in findings] == ["outcome_not_measured"] * 2
    assert findings[0].explanation == "To learn 'outcome', train has no column that varies."


def test_more_columns_than_rows():
    rng = np.random.default_rng(0)
    names = [f"x{i}" for i in range(80)]
    columns = (
        *(Column(name=name, kind=Kind.NUMBER) for name in names),
        Column(name="time", kind=Kind.NUMBER, role=Role.TIME),
        Column(name="event", kind=Kind.CATEGORY, role=Role.EVENT),
    )
    table = pd.DataFrame(rng.normal(size=(80, 80)), columns=names)
    table["time"], table["event"] = rng.exponential(size=80), "dead"
    split = split_cohort(Cohort(schema=Schema(columns=columns), table=table))
    scores, findings = prediction(split.train.table, split)
    assert len(scores) == 2
    assert not findings


def test_diabetes_is_predicted_about_as_well_as_others_report(find):
    data = load_diabetes(as_frame=True, scaled=False).frame
    columns = tuple(
        Column(name=name, kind=Kind.NUMBER, role=Role.TARGET if name == "target" else Role.OTHER)
        for name in data
    )
    split = split_cohort(Cohort(schema=Schema(columns=columns), table=data.astype(float)))
    scores, _ = prediction(split.train.table, split)
    linear = find(scores, "r2_linear", "target")
    assert linear.value == pytest.approx(0.48, abs=0.08)
    assert linear.low < 0.48 < linear.high
    assert find(scores, "r2_boosting", "target").value == pytest.approx(0.42, abs=0.12)


@pytest.mark.shared
def test_primary_biliary_cholangitis(shared_data, find):
    data = pd.read_csv(shared_data / "pbc" / "pbc.csv").drop(columns=["rownames", "id"])
    levels = ("status", "trt", "sex", "ascites", "hepato", "spiders", "edema", "stage")
    roles = {"time": Role.TIME, "status": Role.EVENT}
    columns = tuple(
        Column(
            name=name,
            kind=Kind.CATEGORY if name in levels else Kind.NUMBER,
            role=roles.get(name, Role.OTHER),
            occurred=("2",) if name == "status" else (),
        )
        for name in data
    )
    for name in data:
        text = data[name].map(str, na_action="ignore").astype(object)
        data[name] = text.where(text.notna(), None) if name in levels else data[name].astype(float)
    data["status"] = data["status"].str.removesuffix(".0")
    split = split_cohort(Cohort(schema=Schema(columns=columns), table=data))
    scores, _ = prediction(split.train.table, split)
    # The Mayo model's concordance on these patients is about .84 in the literature.
    for metric in ("concordance_linear", "concordance_boosting"):
        assert 0.75 < find(scores, metric, "time, status").value < 0.9
