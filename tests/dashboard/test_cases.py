from dataclasses import replace

import pytest

from dashboard.cases import cases, told
from synthassay.ledger.records import Decision
from synthassay.runs import read_run
from synthassay.verdicts import Judgement


@pytest.fixture
def run(golden):
    return told(read_run(golden))


def decision(of, **changes):
    known = {
        "seq": 3, "at": "2026-11-24T08:00:00+00:00", "hash": "0" * 64, "signer": "0" * 64, "run": of.folder,
        "candidate": "trees", "verdict": "accept", "judged": "accept", "policy": "registered",
        "by": "Ada (declared, not verified)", "login": "ada", "makers": (), "reason": "r", "conditions": (),
        "until": "2027-11-24", "exception": "", "purpose": "", "consent": "", "attempt": "attempt 1",
    }  # fmt: skip
    return Decision(**{**known, **changes})


def steps(case):
    return {step.name: f"{step.mark} {step.words}" for step in case.steps}


def test_a_run_is_told_by_its_steps(run):
    (case,) = cases([run], {})
    assert steps(case) == {
        "Use case": "✓ policy registered",
        "Source data": "✓ 600 patients",
        "Generate": "? 1 of 3 candidates failed",
        "Re-identification risk": "✓ no leak noticed in 2 of 2",
        "Safety": "✓ 1 of 3 meet the policy",
        "Decision": "● waits for a person",
    }
    assert case.waiting == ("trees",)


def test_runs_and_looks_of_one_name_are_one_case_and_the_newest_run_speaks(run):
    older = replace(run, folder="older", started="2026-11-20T06:12:00+00:00", verdicts={"trees": None})
    first, second = cases([run, older], {"golden": 2, "other": 1})
    assert (first.name, first.latest, first.runs, first.looks) == ("golden", run.folder, 2, 2)
    assert (second.name, second.latest, second.waiting) == ("other", "", ())
    assert steps(second)["Source data"] == "✓ one look at who can be found"


def test_a_decision_that_stands_ends_the_waiting(run):
    (case,) = cases([run], {}, [decision(run)])
    assert case.waiting == ()
    assert steps(case)["Decision"] == "✓ trees accepted"


@pytest.mark.parametrize("changes", [{"voided": ("It stood until yesterday.",)}, {"run": "another-run"}])
def test_a_decision_that_stands_no_longer_or_elsewhere_does_not(run, changes):
    (case,) = cases([run], {}, [decision(run, **changes)])
    assert case.waiting == ("trees",)


def test_what_leaks_in_every_candidate_and_meets_nothing_says_so(run):
    bad = replace(run, verdicts={"trees": Judgement.REJECT}, leaks={"trees": Judgement.REJECT})
    (case,) = cases([bad], {})
    assert steps(case)["Re-identification risk"] == "✕ a leak"
    assert steps(case)["Safety"] == "✕ none of 1 meets the policy"
    assert steps(case)["Decision"] == "– nothing meets the policy"


def test_a_release_from_elsewhere_and_a_faulty_table_are_told(run):
    (case,) = cases([replace(run, kind="assay", issues=2)], {})
    assert steps(case)["Generate"] == "✓ made elsewhere, and handed in"
    assert steps(case)["Source data"] == "✕ 600 patients; its check found 2 faults"


def test_the_page_lists_cases_and_what_waits(app, golden, look):
    look(name="golden")
    at = app()
    text = "\n".join(each.value for each in at.markdown)
    assert "● **golden** meets its policy with trees: a person must decide." in text
    assert "**golden** · runs: 1 · looks at who can be found: 1" in text
    steps = "".join(each.proto.body for each in at.get("html"))
    assert "<span>Decision</span><br>● waits for a person" in steps


def test_a_broken_run_is_counted_and_hides_no_case(app, golden, another_run):
    another_run(name="older", started="2026-11-20T06:12:00+00:00")
    (golden / "frontier.json").write_text("{")
    at = app()
    assert "1 folder of runs cannot be read" in at.warning[0].value
    assert "**older**" in "\n".join(each.value for each in at.markdown)


def test_a_ledger_that_was_altered_is_told_and_hides_no_case(app, golden, runs):
    (runs / "ledger.jsonl").write_text("{}\n")
    at = app()
    assert "is not as it was written" in at.error[0].value
    assert "**golden**" in "\n".join(each.value for each in at.markdown)
