"""What a steward and a board see and do: attacks, who is exposed, the decision, the timeline."""

import sys
import time
from datetime import date, timedelta

import pytest

from dashboard import deciding, jobs, pages, roles
from dashboard.deciding import Draft
from synthassay.ledger.append import append
from synthassay.ledger.records import DECISION, STARTED
from synthassay.verdicts import Judgement

REASON = "Every criterion is met, and the recipient has signed."


@pytest.fixture
def as_modeler(state, monkeypatch):
    state.mkdir(exist_ok=True)
    (state / "roles.yaml").write_text("a@b.example: modeler\n", encoding="utf-8")
    monkeypatch.setattr(roles, "signed_in", lambda: {"is_logged_in": True, "email": "a@b.example"})


@pytest.fixture
def launched(monkeypatch):
    found = []
    real = jobs.start

    def start(argv, **about):
        found.append(argv)
        return real([sys.executable, "-c", "print('{}')"], **about)

    monkeypatch.setattr(jobs, "start", start)
    return found


def said(at):
    kinds = ("title", "header", "markdown", "caption", "info", "warning", "error", "success")
    return "\n".join(str(each.value) for kind in kinds for each in getattr(at, kind))


def button(at, label):
    return next(each for each in at.button if each.label == label)


def payload(at):
    """All that a browser would be sent."""
    return "\n".join(str(node.proto) for node in at.main if hasattr(node, "proto")) + str(at)


def decided(run, **changes):
    body = {
        "run": run.name, "candidate": "trees", "folder": "0", "evidence": "0", "release": "0", "ended": "0",
        "verdict": "accept", "judged": "accept", "policy": "registered", "by": "Ada", "login": "root",
        "makers": ["ben"], "reason": REASON, "conditions": ["No linkage."], "exception": "", "consent": "",
        "until": str(date.today() + timedelta(days=9)), "purpose": "teaching", "attempt": "attempt 1",
    }  # fmt: skip
    return append(run.parent, DECISION, {**body, **changes})


def test_each_attack_stands_beside_fresh_patients_with_what_it_would_have_seen(app, golden, tables):
    at = app(pages.ATTACKS, run=golden.name, candidate="trees")
    table = tables(at)[-1]
    assert table["attack"].iloc[0] == "copy scan"
    assert table["fresh patients instead"].iloc[0] == "+0.0 % [-6.0, +6.0]"
    assert table["planted copies caught from"].iloc[0] == "10.0 %"
    assert len(at.get("plotly_chart")) == 2
    assert "no proof of safety" in said(at)


def test_who_is_exposed_counts_no_few_patients_and_names_no_rare_group_of_few(app, golden, tables):
    at = app(pages.EXPOSED, run=golden.name, candidate="trees")
    sent = payload(at)
    assert "Galdor" in sent
    assert "rarest/known" not in sent
    assert "Not shown: 1 group of fewer than 11 patients." in said(at)
    counts = tables(at)[0]
    assert list(counts["patients"]) == ["30"] * 10


def test_a_modeler_gets_nothing_of_who_is_exposed_not_even_in_the_payload(app, golden, as_modeler):
    at = app(pages.EXPOSED, run=golden.name, candidate="trees")
    assert "may not see figures of single patients" in at.error[0].value
    assert not at.get("plotly_chart")
    others = [app(page, run=golden.name, candidate="trees") for page in (pages.CANDIDATE, pages.TIMELINE)]
    for sent in map(payload, (at, *others)):
        assert "Galdor" not in sent
        assert "rarest/known" not in sent
        assert "Internal report" not in sent


def test_the_checklist_tells_value_interval_threshold_and_source(app, golden):
    text = said(app(pages.DECIDE, run=golden.name, candidate="trees"))
    assert "Probability: **0.210 [0.170, 0.260]** · wanted **at most 0.2** · shown only" in text
    assert "Source: k = 5" in text


def test_a_decision_is_written_by_the_command_line_and_only_when_it_is_whole(app, golden, launched):
    at = app(pages.DECIDE, run=golden.name, candidate="trees")
    button(at, "Sign the decision").click().run()
    assert "Say who decides." in at.warning[0].value
    assert launched == []
    at.text_area[0].input(REASON)
    at.text_area[1].input("No linkage.\n\nDeleted after use.")
    at.text_input[0].input("teaching")
    at.text_input[1].input("Ada")
    at.checkbox[0].check()
    button(at, "Sign the decision").click().run()
    assert not at.exception
    (argv,) = launched
    assert argv[1:5] == ["-m", "synthassay", "decide", str(golden)]
    assert {"--candidate=trees", "--verdict=accept", "--by=Ada", f"--reason={REASON}"} <= set(argv)
    assert [each for each in argv if "condition" in each] == [
        "--condition=No linkage.", "--condition=Deleted after use.",
    ]  # fmt: skip


def test_a_refused_decision_says_why(app, golden):
    job = jobs.start(
        [sys.executable, "-c", "import sys; sys.exit('Ada made the run.')"],
        title="decide",
        runs=golden.parent,
    )
    while job.state is jobs.State.RUNNING:
        pass
    at = app(pages.DECIDE, run=golden.name, candidate="trees", job=job.id)
    assert "It was not written down. The reason:" in at.error[0].value
    assert at.code[-1].value == "Ada made the run."


def test_a_modeler_decides_nothing(app, golden, as_modeler):
    at = app(pages.DECIDE, run=golden.name, candidate="trees")
    assert "may not decide on a release" in at.error[0].value
    assert not at.button or all(each.label == "Log out" for each in at.button)


def test_a_steward_whose_login_is_old_is_asked_for_it_again_instead_of_the_form(
    app, golden, state, monkeypatch
):
    state.mkdir(exist_ok=True)
    (state / "roles.yaml").write_text("a@b.example: steward\n", encoding="utf-8")
    claims = {"is_logged_in": True, "email": "a@b.example", "iat": time.time() - 3600}
    monkeypatch.setattr(roles, "signed_in", lambda: claims)
    at = app(pages.DECIDE, run=golden.name, candidate="trees")
    assert "older than 30 minutes" in at.info[0].value
    assert not at.text_area
    claims["iat"] = time.time()
    assert app(pages.DECIDE, run=golden.name, candidate="trees").text_area


def test_what_was_decided_is_told_with_what_voided_it(app, golden, tables):
    decided(golden)
    at = app(pages.TIMELINE, run=golden.name)
    text = said(at).replace("\\", "")
    assert "✓ accepted" in text
    assert REASON in text
    assert "Condition: No linkage." in text
    assert "Stands no longer" in at.warning[0].value
    assert list(tables(at)[-1]["what"]) == [DECISION]
    assert len(at.get("plotly_chart")) == 1


def test_without_decisions_the_timeline_says_so_and_offers_both_reports(app, golden):
    append(golden.parent, STARTED, {"kind": "run", "name": "golden", "key": "0", "data": "0", "by": "ben"})
    (golden / "report.html").write_text("internal")
    (golden / "report.public.html").write_text("public")
    at = app(pages.TIMELINE, run=golden.name)
    assert "Nobody has decided anything" in said(at)
    assert [each.proto.label.split(":")[0] for each in at.get("download_button")] == [
        "Public report", "Internal report",
    ]  # fmt: skip


EXCEPTION = "The policy does not accept this candidate: say why you do all the same."
GOOD = Draft(
    verdict="accept", by="Ada", reason=REASON, exception="", purpose="", conditions="", until=None, read=True
)


@pytest.mark.parametrize(
    ("changes", "judged", "told"),
    [
        ({}, Judgement.ACCEPT, []),
        ({"by": " "}, Judgement.ACCEPT, ["Say who decides."]),
        ({"reason": "fine"}, Judgement.ACCEPT, ["Give the reason, in at least 20 letters."]),
        (
            {},
            Judgement.INCONCLUSIVE,
            ["The policy does not accept this candidate: say why you do all the same."],
        ),
        ({"exception": "It is the whole population."}, Judgement.REJECT, []),
        ({"verdict": "reject"}, Judgement.REJECT, []),
        ({"until": date(2020, 1, 1)}, Judgement.ACCEPT, ["The last day on which it stands has passed."]),
        ({"read": False}, Judgement.ACCEPT, ["Say that you have read the evidence."]),
    ],
)
def test_a_draft_says_what_it_lacks(changes, judged, told):
    assert list(deciding.lacks(Draft(**{**vars(GOOD), **changes}), judged)) == told
