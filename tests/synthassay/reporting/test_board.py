"""A board member's questions are answered first, from the evidence, and for the public without counts."""

import re
from dataclasses import replace

import pytest

from privacy.estimates import AttackRole, RiskEstimate
from synthassay.ledger.attempts import Attempts
from synthassay.ledger.records import Decision
from synthassay.public import public_run
from synthassay.report import render
from synthassay.reporting.advice import advice
from synthassay.reporting.board import board
from synthassay.reporting.known import Known
from synthassay.reporting.people import for_a_patient
from synthassay.reporting.promised import promised_board
from synthassay.runs import Evidence, Run
from synthassay.verdicts import CriterionResult, Judgement, Verdict

QUESTIONS = [
    "Could somebody find a patient in this?",
    "How do you know?",
    "Who is most exposed?",
    "What did you not test?",
    "How often was it tried?",
    "What happens if you are wrong?",
]
SCHEMA = {"columns": {"age": {"role": "quasi_identifier"}, "hiv": {"role": "sensitive"}}}


def _risk(**told):
    figures = {
        "n": 100,
        "n_control": 100,
        "train": 0.3,
        "control": 0.1,
        "excess": 0.2,
        "low": 0.1,
        "high": 0.3,
    }
    named = {"attack": "copy_scan", "family": "f", "threat": "t", "role": AttackRole.PRIMARY}
    return RiskEstimate(**{**named, **figures, **told})


def _criterion(name, judgement, value=None):
    return CriterionResult(
        criterion=name, title=name, judgement=judgement, required=True, value=value, low=None, high=None,
        bound="at_most", threshold=0.1, source="a test", sentence=f"{name} is {judgement.value}.",
        remedy="" if judgement is Judgement.ACCEPT else f"Mend {name}.",
    )  # fmt: skip


def _evidence(leak, detectable=Judgement.ACCEPT, *, name="trees", overall=Judgement.ACCEPT, **told):
    criteria = (_criterion("leak", leak), _criterion("detectable_share", detectable, 0.05))
    verdict = Verdict(judgement=overall, policy="p", sentence="s", criteria=criteria)
    return Evidence(candidate=name, made_by="trees", rows=100, risks=(_risk(),), verdict=verdict, **told)


def _known(*evidence, public=False, **told):
    run = Run(
        folder=None,
        about={"minimum_count": 11, "name": "x", "policy": "p"},
        cohort={"persons": 200, "train_persons": 100, "holdout_persons": 100, "schema": SCHEMA},
        frontier={"risk_attack": "copy_scan", "points": []},
        evidence=evidence,
    )
    return Known(run=run, public=public, **told)


def _answer(question, *evidence, **told):
    (found,) = (each for each in board(_known(*evidence, **told)) if each.question == question)
    return found


@pytest.mark.parametrize("public", [False, True])
def test_six_answers_stand_before_all_else(finished, public):
    page = render(public_run(finished) if public else finished, public=public)
    headings = re.findall(r"<h2[^>]*>(.*?)</h2>", page)
    assert headings[:6] == QUESTIONS
    assert headings[6] == "What was asked"
    first = page.partition("What was asked")[0]
    assert all(re.findall(r'<p class="finding">(.+?)</p>', first, re.DOTALL))
    assert first.count('class="finding"') == 6


@pytest.mark.parametrize(
    ("leak", "detectable", "said"),
    [
        (Judgement.REJECT, Judgement.ACCEPT, "In trees: yes"),
        (Judgement.ACCEPT, Judgement.ACCEPT, "we tried and did not succeed"),
        (Judgement.ACCEPT, Judgement.INCONCLUSIVE, "we cannot tell"),
        (Judgement.INCONCLUSIVE, Judgement.ACCEPT, "we cannot tell"),
        (Judgement.NOT_APPLICABLE, Judgement.NOT_APPLICABLE, "we cannot tell"),
    ],
)
def test_whether_somebody_is_found_follows_the_evidence(leak, detectable, said):
    found = _answer(QUESTIONS[0], _evidence(leak, detectable))
    assert said in found.answer
    assert found.because


def test_silence_says_how_large_a_leak_it_would_have_missed():
    found = _answer(QUESTIONS[0], _evidence(Judgement.ACCEPT))
    assert "noticed once they were 5 in 100 rows" in found.because[0]


def test_without_a_leak_criterion_the_attacks_themselves_are_read():
    bare = Verdict(judgement=Judgement.ACCEPT, policy="p", sentence="s")
    told = _evidence(Judgement.ACCEPT)
    for p, said in ((0.01, "yes"), (0.5, "cannot tell")):
        evidence = replace(told, verdict=bare, risks=(_risk(p_adjusted=p),))
        assert said in _answer(QUESTIONS[0], evidence).answer


def test_controls_that_failed_are_told():
    def reference(name, leak):
        return replace(_evidence(leak, name=name), reference=True)

    good = reference("copy", Judgement.REJECT), reference("holdout", Judgement.ACCEPT)
    bad = reference("copy", Judgement.ACCEPT), reference("holdout", Judgement.REJECT)
    told = [
        " ".join(_answer(QUESTIONS[1], *each, _evidence(Judgement.ACCEPT)).because) for each in (good, bad)
    ]
    assert "gave the alarm, as they must" in told[0]
    assert "they gave none" in told[0]
    assert "do not trust their silence" in told[1]
    assert "a false one" in told[1]


def test_a_second_opinion_that_disagrees_is_told():
    alarm = _risk(attack="anonymeter_inference", role=AttackRole.SECOND_OPINION, alarm=True)
    for risk, said in ((alarm, "they gave an alarm in trees"), (replace(alarm, alarm=False), "no alarm")):
        evidence = replace(_evidence(Judgement.ACCEPT), risks=(_risk(), risk))
        assert said in " ".join(_answer(QUESTIONS[1], evidence).because)


def test_how_many_were_attacked_is_told_in_the_house_alone():
    evidence = replace(
        _evidence(Judgement.ACCEPT), risks=(_risk(n=70, n_control=60), _risk(n=90, attack="b"))
    )
    assert "in 2 ways, each time at most 90 patients" in _answer(QUESTIONS[1], evidence).answer
    assert not re.findall(r"90|70|60|100", _answer(QUESTIONS[1], evidence, public=True).answer)


def test_nobody_set_aside_means_that_nothing_is_known():
    silent = replace(_evidence(Judgement.NOT_APPLICABLE), risks=())
    assert _answer(QUESTIONS[1], silent).answer.startswith("We do not")


def _stratum(level, n, exposed, low):
    return {"column": "sex", "level": level, "n": n, "exposed": exposed, "low": low, "high": 1.0}


def test_only_groups_of_enough_patients_are_named_worst_first():
    strata = [
        {"column": "", "level": "", "n": 100, "exposed": 0.2, "low": 0.1, "high": 0.3},
        _stratum("rare", 10, 0.9, 0.5),
        _stratum("f", 50, 0.2, 0.1),
        _stratum("m", 50, 0.4, 0.2),
        _stratum("x", 50, 0.1, 0.01),
    ]
    evidence = _evidence(Judgement.ACCEPT, exposure={"attacks": [], "strata": strata})
    found = _answer(QUESTIONS[2], evidence)
    named = [line for line in found.because if "look exposed" in line]
    assert ["sex m" in named[0], "sex f" in named[1], len(named)] == [True, True, 2]
    assert "rare" not in str(found)
    public = _answer(QUESTIONS[2], evidence, public=True)
    assert "look exposed" not in str(public)
    assert "age" in str(public)
    calm = _evidence(Judgement.ACCEPT, exposure={"attacks": [], "strata": strata[-1:]})
    assert _answer(QUESTIONS[2], calm).answer.startswith("No group of at least 11")


def test_many_groups_have_to_stand_out_further():
    strata = [_stratum("f", 50, 0.2, 0.06), *(_stratum(f"{place}", 50, 0.05, 0.0) for place in range(9))]
    alone, among = (
        _answer(QUESTIONS[2], _evidence(Judgement.ACCEPT, exposure={"attacks": [], "strata": found}))
        for found in (strata[:1], strata)
    )
    assert alone.answer.startswith("Some groups")
    assert among.answer.startswith("No group")
    assert "10 groups were looked at" in str(among)


def test_attempts_and_their_limit_are_told():
    told = {"trees": Attempts(number=7, earlier={"reject": 5, "inconclusive": 1})}
    found = _answer(QUESTIONS[4], _evidence(Judgement.ACCEPT), attempts=told, terms={"attempts": 10})
    assert found.answer.startswith("7 releases")
    assert "attempt 7; earlier: 5 not met, 1 cannot tell" in str(found)
    assert "allows 10" in str(found)
    assert "not known" in _answer(QUESTIONS[4], _evidence(Judgement.ACCEPT)).answer


def _decision(**told):
    texts = dict.fromkeys(
        (
            "at",
            "hash",
            "signer",
            "run",
            "judged",
            "policy",
            "login",
            "reason",
            "exception",
            "purpose",
            "consent",
        ),
        "",
    )
    named = {"candidate": "trees", "verdict": "accept", "by": "Dr. Li", "until": "2027-06-30", "attempt": ""}
    return Decision(**{**texts, "seq": 1, "makers": (), "conditions": (), **named, **told})


def test_harm_reach_conditions_and_recourse_are_told():
    terms = {"context": "public", "attempts": None, "valid_days": 365}
    made = _decision(conditions=("No linkage.",))
    found = str(_answer(QUESTIONS[5], _evidence(Judgement.ACCEPT), terms=terms, decided=(made,)))
    for part in ("(hiv)", "nobody can be asked to delete it", "No linkage.", "2027-06-30", "365 days"):
        assert part in found
    undecided = str(_answer(QUESTIONS[5], _evidence(Judgement.ACCEPT)))
    assert "Nobody has decided yet" in undecided
    void = replace(made, voided=("It expired.",))
    assert "stands no longer" in str(_answer(QUESTIONS[5], _evidence(Judgement.ACCEPT), decided=(void,)))


def test_a_patient_is_told_in_people_and_not_in_shares():
    (told, always) = for_a_patient(_known(_evidence(Judgement.ACCEPT)))
    assert "of 100 patients whose records were used, 30 look copied" in told
    assert "easier to recognise, by 10 to 30 in 100" in told
    assert "never asked" in always
    unsure = replace(_evidence(Judgement.ACCEPT), risks=(_risk(low=-0.1, high=0.05),))
    assert "at worst it does for 5 in 100" in for_a_patient(_known(unsure))[0]
    assert "could not be measured" in for_a_patient(_known(replace(unsure, risks=())))[0]


def test_what_is_recommended_follows_the_verdicts():
    bad = _evidence(Judgement.REJECT, name="ctgan", overall=Judgement.REJECT)
    failed = Evidence(candidate="gan", made_by="gan", failure="No pictures.")
    told = " ".join(advice(_known(_evidence(Judgement.ACCEPT), bad, failed)))
    assert "trees: let a person decide" in told
    assert "ctgan: do not let it go as it is. Mend leak." in told
    assert "gan failed" in told
    decided = " ".join(advice(_known(_evidence(Judgement.ACCEPT), decided=(_decision(),))))
    assert "let a person decide" not in decided
    assert "decide again before 2027-06-30" in decided


def test_which_of_two_is_of_more_use_is_said_only_where_it_is_known():
    def known(high):
        uses = {"a": (0.8, 0.75, 0.85), "b": (0.6, 0.5, high)}
        points = [
            {"candidate": name, "utility": {"value": value, "low": low, "high": top}}
            for name, (value, low, top) in uses.items()
        ]
        told = _known(*(_evidence(Judgement.ACCEPT, name=name) for name in uses))
        return replace(told, run=replace(told.run, frontier={**told.run.frontier, "points": points}))

    assert "a is of most use" in " ".join(advice(known(0.7)))
    assert "b could be as good" in " ".join(advice(known(0.76)))


def test_beside_a_guarantee_nothing_of_verdict_or_attempt_is_told():
    held = _decision(verdict="reject"), _decision(candidate="other", conditions=("No linkage.",))
    told = {"trees": Attempts(number=7, earlier={"reject": 5})}
    evidence = _evidence(Judgement.REJECT, promise={"epsilon": 1.0, "delta": 0.0})
    answers = promised_board(_known(evidence, public=True, decided=held, attempts=told))
    assert [each.question for each in answers] == QUESTIONS
    assert not re.findall(r"\b\d\b|trees|reject|not met", str(answers).replace("2027-06-30", ""))
    assert "No linkage." in str(answers)


@pytest.mark.parametrize(
    ("epsilon", "said"), [(1.0, "than 74 in 100"), (3.0, "96 in 100"), (8.0, "not exclude")]
)
def test_what_a_guarantee_is_worth_is_told_and_not_praised(epsilon, said):
    weaker = _evidence(Judgement.ACCEPT, promise={"epsilon": epsilon, "delta": 0.0})
    strong = _evidence(Judgement.ACCEPT, name="b", promise={"epsilon": 0.1, "delta": 0.0})
    known = _known(weaker, strong, public=True)
    assert said in promised_board(known)[0].answer
    run = replace(known.run, about={**known.run.about, "budget": {"spent": {"epsilon": 9.0, "delta": 0.0}}})
    assert "not exclude" in promised_board(replace(known, run=run))[0].answer  # all releases together
