import numpy as np
import pandas as pd
import pytest

from utility.measure import headline, measure
from utility.scores import Direction
from utility.visits import visits


@pytest.fixture(scope="module")
def split(visiting):
    return visiting(200).split(seed=0)


@pytest.fixture(scope="module")
def fresh(visiting):
    return visiting(100, seed=1).table


def _named(scores):
    return {(score.metric, score.group): score for score in scores}


def _shuffled(table, columns, seed=0):
    order = np.random.default_rng(seed).permutation(len(table))
    return table.assign(**{name: table[name].to_numpy()[order] for name in columns})


def test_fresh_persons_are_as_good_as_the_holdout(split, fresh):
    scores, findings = visits(fresh, split)
    assert not findings
    for score in _named(scores).values():
        assert 0 <= score.low <= score.value <= score.high <= 1
        assert score.value == pytest.approx(score.reference, abs=0.12), score.metric
    assert {metric for metric, _ in _named(scores)} == {
        "visit_count_fidelity",
        "visit_gap_fidelity",
        "lag_fidelity",
        "person_fidelity",
        "changing_statics",
    }


def test_a_copy_is_perfect(split):
    scores = _named(visits(split.train.table, split)[0])
    assert all(score.value == 1 for (metric, _), score in scores.items() if metric != "changing_statics")
    assert scores["changing_statics", ""].value == 0


def test_rows_dealt_out_to_persons_at_random_are_found_out(split, fresh):
    dealt = _named(visits(_shuffled(fresh, ["bili", "stage", "sex"]), split)[0])
    for label in (("lag_fidelity", "bili"), ("lag_fidelity", "stage"), ("person_fidelity", "bili")):
        assert dealt[label].high < dealt[label].reference - 0.2
    assert dealt["changing_statics", ""].low > 0.6
    assert dealt["changing_statics", ""].direction is Direction.LOWER
    assert dealt["visit_count_fidelity", ""].value > 0.8


def test_too_few_and_too_frequent_visits_are_found_out(split, fresh):
    early = fresh[fresh["day"].astype(int) < 300]
    assert _named(visits(early, split)[0])["visit_count_fidelity", ""].high < 0.75
    often = fresh.assign(day=fresh["day"] // 2)
    assert _named(visits(often, split)[0])["visit_gap_fidelity", ""].high < 0.1


def test_the_interval_covers_another_draw(split, visiting):
    found = _named(visits(visiting(100, seed=5).table, split)[0])["lag_fidelity", ""]
    others = [_named(visits(visiting(100, seed=s).table, split)[0])["lag_fidelity", ""] for s in range(6, 12)]
    inside = [found.low <= each.value <= found.high for each in others]
    assert np.mean(inside) >= 0.8


def test_a_release_without_a_key_is_told_of(split, fresh):
    scores, findings = measure(fresh.drop(columns="id"), split)
    assert "visits_not_linked" in {finding.code for finding in findings}
    assert not any(score.metric.startswith("visit") for score in scores)


def test_a_cohort_without_visits_is_left_alone(split, fresh):
    from dataclasses import replace

    schema = replace(split.train.schema, visit=None)
    rows = replace(split, train=replace(split.train, schema=schema))
    assert visits(fresh.drop(columns="id"), rows) == ([], [])


def test_without_a_holdout_nothing_has_a_reference(split, fresh):
    from dataclasses import replace

    scores, _ = visits(fresh, replace(split, holdout=None))
    assert scores
    assert all(score.reference is None for score in scores)


def test_the_headline_stays_the_models(split, fresh):
    scores, _ = measure(fresh, split)
    assert headline(scores).metric == "concordance_linear"


def test_one_person_with_one_visit(split, fresh):
    scores, _ = visits(fresh.head(1), split)
    assert ("visit_count_fidelity", "") in _named(scores)
    assert ("lag_fidelity", "bili") not in _named(scores)


def test_equal_seeds_give_equal_scores(split, fresh):
    assert visits(fresh, split, seed=3) == visits(fresh, split, seed=3)


def test_days_of_a_foreign_release_may_be_missing(split, fresh):
    lost = fresh.assign(day=fresh["day"].mask(pd.Series(np.arange(len(fresh)) % 9 == 0, index=fresh.index)))
    assert ("visit_gap_fidelity", "") in _named(visits(lost, split)[0])
