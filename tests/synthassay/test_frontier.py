"""The frontier's points and the policy's region."""

from math import isclose

from synthassay.prospects import prospect, prospects
from synthassay.state import cohort_hash


def test_each_finished_candidate_has_one_point(finished):
    points = {point["candidate"]: point for point in finished.frontier["points"]}
    assert set(points) == {"copy", "holdout", "independent", "trees"}
    for point in points.values():
        assert point["risk"]["low"] <= point["risk"]["value"] <= point["risk"]["high"]
        assert point["utility"]["low"] <= point["utility"]["value"] <= point["utility"]["high"]
    assert points["copy"]["risk"]["value"] > points["independent"]["risk"]["high"]
    assert (points["trees"]["pareto"], points["copy"]["pareto"]) == (1.0, None)


def test_the_region_is_bounded_by_chance_and_by_the_floor(finished):
    region = finished.frontier["region"]
    assert 0 < region["risk_at_most"] < 0.3
    headline = next(
        s for s in finished.of("trees").utility if s.metric == finished.frontier["utility_metric"]
    )
    assert isclose(region["utility_at_least"], headline.reference - 0.1)


def test_a_small_cohort_cannot_meet_a_strict_policy():
    small = prospect("public", 20, 20)
    assert not small.possible
    assert all(
        line.persons_needed is None or line.persons_needed > 40 for line in small.lines if not line.possible
    )


def test_a_large_cohort_can_meet_every_policy():
    assert all(each.possible for each in prospects(1000, 1000))


def test_more_persons_never_prove_less():
    possible = [prospect("registered", n, n).possible for n in (20, 40, 80, 160, 320)]
    assert possible == sorted(possible)


def test_the_input_hash_depends_on_the_installations_key(
    finished, table, schema_content, monkeypatch, tmp_path
):
    from cohort.readers import cohort_from_frame
    from cohort.schema import Schema

    cohort = cohort_from_frame(table(), Schema.from_dict(schema_content), name="x")
    first = cohort_hash(cohort)
    assert cohort_hash(cohort) == first
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path))
    assert cohort_hash(cohort) != first
    assert (tmp_path / "hash.key").stat().st_mode & 0o777 == 0o600
