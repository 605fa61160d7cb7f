"""A verdict reads the bad end of each interval."""

import pytest
import yaml

from cohort.errors import ConfigError
from synthassay.policy import Criterion, Policy, policy_names, read_policy
from synthassay.quantities import CRITERIA, Quantity
from synthassay.verdicts import Judgement, Verdict


def _policy(*criteria):
    return Policy(name="test", context="registered", level=0.95, minimum_count=11, criteria=criteria)


def _criterion(
    name="exact_copies_excess", *, bound="at_most", threshold=0.05, statistic="upper95", required=True
):
    return Criterion(
        criterion=name,
        bound=bound,
        threshold=threshold,
        statistic=statistic,
        required=required,
        source="test",
    )


def _judged(quantity, criterion=None):
    criterion = criterion or _criterion()
    return _policy(criterion).judge({criterion.criterion: quantity}).judgement


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (-0.01, 0.04, Judgement.ACCEPT),
        (-0.01, 0.06, Judgement.INCONCLUSIVE),
        (0.06, 0.20, Judgement.REJECT),
        (0.05, 0.05, Judgement.ACCEPT),
    ],
)
def test_the_bad_end_decides(low, high, expected):
    assert _judged(Quantity(value=(low + high) / 2, low=low, high=high)) is expected


def test_a_floor_is_read_at_the_lower_end():
    floor = _criterion("utility_floor", bound="at_least", threshold=-0.1, statistic="lower95")
    assert _judged(Quantity(value=0.0, low=-0.05, high=0.05), floor) is Judgement.ACCEPT
    assert _judged(Quantity(value=0.0, low=-0.2, high=0.2), floor) is Judgement.INCONCLUSIVE
    assert _judged(Quantity(value=-0.3, low=-0.4, high=-0.2), floor) is Judgement.MITIGATE


def test_what_could_not_be_measured_is_never_accepted():
    assert _judged(Quantity(applicable=False, reason="ask")) is Judgement.INCONCLUSIVE
    assert _judged(Quantity()) is Judgement.INCONCLUSIVE


def test_what_is_only_shown_does_not_count():
    shown = _criterion(required=False)
    met = _criterion("leak", bound="at_least", threshold=0.051, statistic="value")
    quantities = {
        "exact_copies_excess": Quantity(value=0.5, low=0.4, high=0.6),
        "leak": Quantity(value=0.4),
    }
    verdict = _policy(met, shown).judge(quantities)
    assert verdict.judgement is Judgement.ACCEPT
    assert verdict.criteria[1].judgement is Judgement.REJECT


def test_a_policy_that_requires_nothing_accepts_nothing():
    assert _policy().judge({}).judgement is Judgement.INCONCLUSIVE


def test_the_worst_of_the_required_criteria_is_the_verdict():
    leak = _criterion("leak", bound="at_least", threshold=0.051, statistic="value")
    quantities = {"leak": Quantity(value=0.05), "exact_copies_excess": Quantity()}
    assert _policy(_criterion(), leak).judge(quantities).judgement is Judgement.REJECT


def test_a_reference_point_is_no_release():
    quantities = {"exact_copies_excess": Quantity(value=0, low=0, high=0)}
    assert _policy(_criterion()).judge(quantities, reference=True).judgement is Judgement.REFERENCE


def test_a_verdict_survives_its_json():
    verdict = _policy(_criterion()).judge({"exact_copies_excess": Quantity(value=0.1, low=0, high=0.2)})
    assert Verdict.from_dict(verdict.to_dict()) == verdict
    assert "Cannot tell at this size" in verdict.sentence


@pytest.mark.parametrize("name", policy_names())
def test_every_bundled_policy_has_sources_and_requires_the_controls(name):
    policy = read_policy(name)
    required = {each.criterion for each in policy.criteria if each.required}
    assert {"leak", "detectable_share"} <= required
    assert all(each.source for each in policy.criteria)
    assert {each.criterion for each in policy.criteria} <= set(CRITERIA)


def test_leak_at_exactly_five_percent_is_a_leak():
    for name in policy_names():
        leak = next(each for each in read_policy(name).criteria if each.criterion == "leak")
        assert not leak.met(0.05)
        assert leak.met(0.052)


def test_only_the_public_policy_requires_the_match_probability_at_0_09():
    thresholds = {
        name: (each.threshold, each.required)
        for name in policy_names()
        for each in read_policy(name).criteria
        if each.criterion == "match_probability"
    }
    assert thresholds["public"] == (0.09, True)
    assert not any(required for name, (_, required) in thresholds.items() if name != "public")


def test_a_policy_file_is_refused_with_every_problem(tmp_path):
    path = tmp_path / "policy.yaml"
    content = {
        "name": "x",
        "colour": "red",
        "criteria": [
            {"criterion": "luck"},
            {"criterion": "leak", "at_least": 1, "at_most": 2, "statistic": "mode"},
        ],
    }
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigError) as caught:
        read_policy(path)
    for part in ("'colour'", "unknown criterion", "one threshold", "unknown statistic", "no source"):
        assert part in str(caught.value)


def test_an_unknown_profile_is_named_with_the_known_ones():
    with pytest.raises(ConfigError, match="registered"):
        read_policy("lenient")


@pytest.mark.parametrize("name", policy_names())
def test_every_bundled_policy_limits_attempts_and_how_long_a_decision_stands(name):
    policy = read_policy(name)
    for limit in (policy.attempts, policy.valid_days):
        assert limit.at_most >= 1
        assert limit.source
    assert policy.days == policy.valid_days.at_most
    assert read_policy("public").attempts.at_most <= policy.attempts.at_most


@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (3, "needs a limit"),
        ({"at_most": 3}, "needs a limit"),
        ({"at_most": 0, "source": "x"}, "whole number"),
    ],
)
def test_a_limit_needs_its_number_and_source(tmp_path, limit, said):
    path = tmp_path / "policy.yaml"
    criterion = {"criterion": "leak", "at_least": 0.051, "source": "a test"}
    content = {"name": "x", "context": "somewhere", "attempts": limit, "criteria": [criterion]}
    path.write_text(yaml.safe_dump(content))
    with pytest.raises(ConfigError, match=said) as caught:
        read_policy(path)
    assert "unknown context" in str(caught.value)


def test_a_policy_need_not_limit_attempts(tmp_path):
    path = tmp_path / "policy.yaml"
    criterion = {"criterion": "leak", "at_least": 0.051, "source": "a test"}
    path.write_text(yaml.safe_dump({"name": "x", "criteria": [criterion]}))
    assert (read_policy(path).attempts, read_policy(path).days) == (None, 365)
