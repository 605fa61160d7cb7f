from dataclasses import replace

import pytest

from dashboard import words
from privacy.estimates import Outcome
from synthassay.runs import read_run


@pytest.fixture
def trees(golden_evidence):
    return next(each for each in golden_evidence if each.candidate == "trees")


def test_silence_is_never_called_safe(trees):
    sentence = words.risk_sentence(trees.risks[0])
    assert "7.0 % of 300 patients used" in sentence
    assert "no proof of safety" in sentence
    assert "copies of 10% of the records would have been seen" in sentence


def test_silence_of_unknown_worth_says_so(trees):
    sentence = words.risk_sentence(replace(trees.risks[0], detectable=None))
    assert "how small a leak it would have seen is not known" in sentence


@pytest.mark.parametrize(
    ("p", "adjusted", "rings"), [(0.001, 0.05, True), (0.001, 0.06, False), (0.04, None, True)]
)
def test_the_adjusted_p_decides_where_there_is_one(trees, p, adjusted, rings):
    risk = replace(trees.risks[0], p=p, p_adjusted=adjusted)
    assert ("it gives away who was used" in words.risk_sentence(risk)) is rings


def test_what_could_not_be_estimated_says_why(trees):
    risk = trees.risks[-1]
    assert words.risk_sentence(risk) == (
        "This attack does not apply here: ask the producer for rows that were not used."
    )
    silent = replace(risk, outcome=Outcome.INCONCLUSIVE, reason="")
    assert words.risk_sentence(silent).endswith("no reason was recorded.")


def test_without_a_test_nothing_is_claimed(trees):
    risk = replace(trees.risks[0], p=None, p_adjusted=None)
    assert "nobody can say" in words.risk_sentence(risk)


def test_a_run_is_told_by_name_time_policy_and_verdicts(golden):
    label = words.run_label(read_run(golden))
    assert label == "golden · 24 Nov 2026, 06:12 UTC · policy registered · ✓ 1  ? 1  ! 1 · 0a1b2c3d"


def test_text_from_files_is_not_read_as_markdown():
    assert words.escaped("a_b *c* <d> $e$ :red[f]") == r"a\_b \*c\* \<d\> \$e\$ \:red\[f\]"


def test_figures_that_are_missing_are_dashes_not_noughts(trees):
    figures = words.figures(replace(trees.risks[0], naive=None, p=None, p_adjusted=None, detectable=None))
    assert [figures[key] for key in list(figures)[2:]] == ["–", "+2.0 % [-4.0, +8.0]", "–", "–"]
    assert "p of this attack alone" in figures
    assert words.interval(None, None, None) == "not measured"


@pytest.mark.parametrize(("seconds", "told"), [(0.2, "1 s"), (42, "42 s"), (150, "2 min"), (3600, "60 min")])
def test_durations(seconds, told):
    assert words.duration(seconds) == told


def test_a_generator_that_auto_tried_is_told_with_its_intervals():
    tried = {"generator": "forest", "use": 0.7, "low": 0.6, "high": 0.8, "real": 0.75, "failure": ""}
    tried |= {"excess": None, "excess_low": None, "excess_high": None, "p": 0.5, "told": False}
    row = words.tried_row(tried)
    assert row["use"] == "0.700 [0.600, 0.800]"
    assert row["copy scan: excess"] == "not measured"
    assert row["told from others"] == "no, p 0.500"
    assert words.tried_row({**tried, "failure": "too few rows."})["use"] == "no release was made"
