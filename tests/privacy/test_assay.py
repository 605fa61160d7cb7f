from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.errors import ConfigError, DataError
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from privacy.assay import FEWEST_PERSONS, assay, negative_control
from privacy.attacks import target as target_module
from privacy.attacks.registry import ATTACKS
from privacy.estimates import AttackRole, Outcome
from privacy.planted import FAMILY

QUICK = ["copy_scan", "qi_match", "exact_copies"]


@pytest.fixture(scope="module")
def copied(make_split):
    split, _ = make_split(60)
    return assay(split.train.released, split, seed=1)


@pytest.fixture(scope="module")
def fresh(make_split):
    split, release = make_split(60)
    return assay(release, split, seed=1)


def test_copies_ring_every_bell(copied):
    assert [risk.attack for risk in copied.risks] == list(ATTACKS)
    assert all(risk.outcome is Outcome.ESTIMATED and risk.alarm and risk.low > 0 for risk in copied.risks)
    assert {finding.code for finding in copied.findings} == {"exact_copies"}


def test_fresh_persons_leave_an_interval_over_nothing(fresh):
    assert all(risk.low <= 0 <= risk.high for risk in fresh.risks)


def test_only_the_primary_family_is_corrected(copied):
    for risk in copied.risks:
        assert (risk.p_adjusted is not None) == (risk.role is AttackRole.PRIMARY)
        assert risk.p_adjusted is None or risk.p_adjusted >= risk.p


def test_planted_copies_say_what_would_have_been_seen(fresh):
    by_name = {risk.attack: risk for risk in fresh.risks}
    assert by_name["copy_scan"].detectable in (0.05, 0.1, 0.2)
    assert 0 <= by_name["copy_scan"].ceiling <= 1
    assert by_name["anonymeter_inference"].detectable is None
    planted = {attack.name for attack in ATTACKS.values() if attack.planted}
    assert {power.attack for power in fresh.power} == planted | {FAMILY}


def test_the_corrected_family_hears_a_loud_leak_and_is_no_louder_than_its_best_attack(fresh):
    caught = {power.attack: power.caught for power in fresh.power}
    together = caught.pop(FAMILY)
    assert together[0.2] >= 0.8
    for share, heard in together.items():
        assert heard <= max(each[share] for each in caught.values()) + 0.15
    assert fresh.detectable is None or fresh.detectable >= 0.05


def test_the_exposed_are_named_by_their_code_only(copied):
    persons = copied.exposure.persons
    assert {"person", "copy_scan", "membership", "exposed"} <= set(persons.columns)
    assert persons["person"].tolist() == list(range(60))
    assert (persons["exposed"] <= 0.05).mean() > 0.9


def test_equal_seeds_give_equal_assays_and_attacks_do_not_disturb_each_other(make_split, fresh):
    split, release = make_split(60)
    again = assay(release, split, seed=1)
    assert again.risks == fresh.risks
    alone = assay(release, split, attacks=["copy_scan"], seed=1, planted=False).risks[0]
    assert (alone.p, alone.excess) == (fresh.risks[0].p, fresh.risks[0].excess)


def test_progress_ends_at_one(make_split):
    split, release = make_split(30)
    seen = []
    assay(release, split, attacks=["copy_scan", "exact_copies"], progress=seen.append)
    assert seen == sorted(seen)
    assert seen[-1] == 1


def test_estimates_survive_the_evidence(copied):
    for risk in copied.risks:
        assert type(risk).from_dict(risk.to_dict()) == risk


def test_without_a_holdout_copies_are_shown_and_nothing_is_judged(make_split):
    split, _ = make_split(40)
    found = assay(split.train.released, replace(split, holdout=None, trained_on_known=False))
    outcomes = {risk.attack: risk.outcome for risk in found.risks}
    assert [name for name, outcome in outcomes.items() if outcome is Outcome.ESTIMATED] == [
        "identity_disclosure",
        "qi_match",
        "exact_copies",
        "near_match",
    ]
    for risk in found.risks:
        assert risk.control is None
        assert risk.excess is None
        assert risk.p is None
        assert not risk.alarm
        if risk.outcome is Outcome.ESTIMATED:
            assert risk.role is AttackRole.DIAGNOSTIC
        else:
            assert "ask the producer" in risk.reason
    assert {finding.code for finding in found.findings} == {
        "no_holdout",
        "trained_on_unknown",
        "exact_copies",
    }
    assert found.exposure is None


def test_candidates_who_may_not_have_been_used_are_called_so(make_split):
    split, release = make_split(40)
    found = assay(release, replace(split, trained_on_known=False), attacks=["copy_scan"], planted=False)
    assert found.risks[0].outcome is Outcome.ESTIMATED
    assert "trained_on_unknown" in {finding.code for finding in found.findings}


@pytest.mark.parametrize(("n", "control"), [(40, FEWEST_PERSONS - 1), (FEWEST_PERSONS - 1, 40)])
def test_too_few_persons_are_inconclusive(make_split, n, control):
    split, _ = make_split(n, control=control)
    for risk in assay(split.train.released, split).risks:
        assert risk.outcome is Outcome.INCONCLUSIVE
        assert "fewer than 20" in risk.reason
        assert (risk.n, risk.n_control) == (n, control)
        assert not risk.alarm


def test_an_unknown_attack_and_an_unfit_release_are_refused(make_split):
    split, release = make_split(30)
    with pytest.raises(ConfigError, match="copy_scan"):
        assay(release, split, attacks=["nonsense"])
    with pytest.raises(DataError, match="'stage'"):
        assay(release.drop(columns="stage"), split)
    with pytest.raises(DataError, match="no row"):
        assay(release.iloc[:0], split)
    assert assay(release, split, attacks=[]).risks == ()


def test_drawn_persons_are_announced(make_split, monkeypatch):
    monkeypatch.setattr(target_module, "MOST_ATTACKED", 30)
    split, release = make_split(50)
    found = assay(release, split, attacks=QUICK, planted=False)
    assert [risk.n for risk in found.risks] == [30, 30, 50]
    assert "attacked_sample" in {finding.code for finding in found.findings}


def test_the_holdout_reference_stays_silent_and_prints_its_sizes(make_split):
    split, _ = make_split(60, control=80)
    found = negative_control(split, attacks=QUICK, seed=0, repeats=2)
    for risk in found.risks:
        assert (risk.n, risk.n_control) == (60, 40)
        assert risk.low <= 0 <= risk.high
        assert not risk.alarm
        assert risk.detectable is None
    assert found.risks == negative_control(split, attacks=QUICK, seed=0, repeats=2).risks


def test_the_holdout_reference_keeps_its_level(make_split):
    seeds = 30
    alarms = []
    for seed in range(seeds):
        split, _ = make_split(40, control=80, seed=seed)
        alarms.append(negative_control(split, attacks=["copy_scan"], seed=seed).risks[0].alarm)
    assert np.mean(alarms) <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / seeds)


def test_the_holdout_reference_needs_a_holdout(make_split):
    split, _ = make_split(30)
    found = negative_control(replace(split, holdout=None), attacks=None)
    assert all(risk.outcome is Outcome.NOT_APPLICABLE and risk.reason for risk in found.risks)


def odd_tables():
    """Tables on which measures are known to fall silent."""
    rng = np.random.default_rng(0)
    words = pd.Series(rng.choice(["O'Neil", 'say "x"', "Ōsaka", "naïve, é"], 60), dtype=object)
    empty = pd.Series([None] * 60, dtype=object)
    same = pd.Series(["same"] * 60, dtype=object)
    nothing = pd.Series([np.nan] * 60)
    huge = pd.Series(rng.normal(size=60) * 1e300)
    tiny = pd.Series(rng.normal(size=60) * -1e-300)
    return {
        "constant": pd.DataFrame({"a": same, "b": pd.Series([1.0] * 60), "c": words}),
        "all constant": pd.DataFrame({"a": same, "b": pd.Series([1.0] * 60)}),
        "all missing": pd.DataFrame({"a": empty, "b": nothing, "c": words}),
        "only missing": pd.DataFrame({"a": empty, "b": nothing}),
        "quotes": pd.DataFrame({"a": words, "b": words[::-1].reset_index(drop=True)}),
        "huge": pd.DataFrame({"a": words, "b": huge, "c": tiny}),
        "one column": pd.DataFrame({"b": huge}),
    }


@pytest.mark.parametrize("name", list(odd_tables()))
@pytest.mark.parametrize("rows", ["all", "one", "unseen"])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_odd_tables_give_a_result_or_a_reason(name, rows):
    table = odd_tables()[name]
    columns = tuple(
        Column(
            name=column,
            kind=Kind.CATEGORY if table[column].dtype == object else Kind.NUMBER,
            role={"a": Role.QUASI_IDENTIFIER, "b": Role.SENSITIVE}.get(column, Role.OTHER),
        )
        for column in table
    )
    side = Cohort(schema=Schema(columns=columns), table=table)
    split = Split(
        train=side.rows(np.arange(30, dtype=np.int64)), holdout=side.rows(np.arange(30, 60, dtype=np.int64))
    )
    release = {"all": table.iloc[:30], "one": table.iloc[:1], "unseen": table.iloc[:30].copy()}[rows]
    if rows == "unseen" and "a" in release:
        release["a"] = pd.Series(["never seen"] * 30, dtype=object)
    for risk in assay(release.reset_index(drop=True), split, planted=rows == "one").risks:
        if risk.outcome is Outcome.ESTIMATED:
            assert -1 <= risk.low <= risk.excess <= risk.high <= 1
            assert 0 < risk.p <= 1
        else:
            assert risk.reason


def test_ties_everywhere_are_no_leak():
    table = pd.DataFrame({"a": pd.Series(["x"] * 60, dtype=object)})
    side = Cohort(schema=Schema(columns=(Column(name="a", kind=Kind.CATEGORY),)), table=table)
    split = Split(train=side.rows(np.arange(30)), holdout=side.rows(np.arange(30, 60)))
    scan, _, copies = assay(table.iloc[:30], split, attacks=QUICK, planted=False).risks
    assert (scan.train, scan.control, scan.p) == (0, 0, 1)
    assert (copies.train, copies.control, copies.p) == (1, 1, 1)


def test_a_holdout_of_another_kind_cannot_serve_as_control(make_split):
    split, _ = make_split(60, seed=0)
    given = replace(split, seed=None)
    other = split.holdout.table.copy()
    number = next(column.name for column in split.train.schema.released if column.kind is Kind.NUMBER)
    other[number] = other[number] + 5 * other[number].std()
    elsewhere = replace(given, holdout=replace(split.holdout, table=other))
    found = assay(split.train.released, elsewhere, attacks=QUICK, planted=False)
    assert {risk.outcome for risk in found.risks} == {Outcome.INCONCLUSIVE}
    assert all("not of the same kind" in risk.reason and risk.p_adjusted is None for risk in found.risks)
    assert "holdout_differs" in {finding.code for finding in found.findings}
    same = assay(split.train.released, given, attacks=QUICK, planted=False)
    assert same.risks[0].outcome is Outcome.ESTIMATED


@pytest.mark.parametrize("kind", [Kind.INTEGER, Kind.NUMBER, Kind.DATE, Kind.CATEGORY, Kind.ORDINAL])
def test_a_secret_of_every_kind_may_have_missing_cells(kind):
    rng = np.random.default_rng(0)
    values = {
        Kind.INTEGER: pd.array(rng.integers(0, 9, 90), dtype="Int64"),
        Kind.NUMBER: rng.normal(size=90),
        Kind.DATE: pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 500, 90), unit="D"),
    }.get(kind, rng.choice(["a", "b", "c"], 90))
    table = pd.DataFrame({"age": pd.array(rng.integers(20, 80, 90), dtype="Int64"), "secret": values})
    table["secret"] = table["secret"].mask(np.arange(90) % 4 == 0)
    columns = (
        Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER),
        Column(name="secret", kind=kind, role=Role.SENSITIVE),
    )
    side = Cohort(schema=Schema(columns=columns), table=table)
    split = Split(train=side.rows(np.arange(30)), holdout=side.rows(np.arange(30, 60)), seed=0)
    found = assay(table.iloc[60:].reset_index(drop=True), split, planted=False)
    outcomes = {risk.attack: risk.outcome for risk in found.risks}
    assert outcomes["inference"] is Outcome.ESTIMATED
    assert outcomes["anonymeter_inference"] is Outcome.ESTIMATED
    assert outcomes["identity_disclosure"] is Outcome.ESTIMATED
