"""Every attack, and the assay as a whole, on tables that measures are known to fall silent on."""

import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.errors import DataError, NotApplicable
from cohort.readers import cohort_from_frame, read_release
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from privacy.assay import assay, negative_control
from privacy.attacks import inference, membership
from privacy.attacks.registry import ATTACKS
from privacy.estimates import Outcome
from privacy.linkage.sample import match_probability

# Whatever a library says must not reach a steward's screen.
pytestmark = pytest.mark.filterwarnings("error")

N = 25
COLUMNS = {
    "age": (Kind.INTEGER, Role.QUASI_IDENTIFIER),
    "sex": (Kind.CATEGORY, Role.QUASI_IDENTIFIER),
    "stage": (Kind.CATEGORY, Role.TARGET),
    "lab": (Kind.NUMBER, Role.SENSITIVE),
    "drug": (Kind.CATEGORY, Role.GROUP),
}
AWKWARD = ["O'Neil", 'say "x"', "Ōsaka", "naïve, é; \\", "{x} %s", "NaN", "", " ", "🧬"]


def objects(values):
    return pd.Series(values, dtype=object)


def persons(n=3 * N):
    rng = np.random.default_rng(0)
    return pd.DataFrame(
        {
            "age": pd.array(rng.integers(20, 90, n), dtype="Int64"),
            "sex": objects(rng.choice(["f", "m"], n)),
            "stage": objects(rng.choice(["I", "II", "III"], n)),
            "lab": rng.normal(size=n),
            "drug": objects(rng.choice(["x", "y", "z"], n)),
        }
    )


def parts(table, columns=COLUMNS, *, person=None):
    """Train, holdout and fresh persons, as many of each; the fresh ones are the release."""
    listed = tuple(Column(name=name, kind=columns[name][0], role=columns[name][1]) for name in table)
    cohort = Cohort(schema=Schema(columns=listed, person=person), table=table)
    train, holdout, fresh = (cohort.of_persons(part) for part in np.split(np.arange(cohort.n_persons), 3))
    return Split(train=train, holdout=holdout, seed=0), fresh.released


def changed(**cells):
    """Persons with some columns replaced, whole."""
    table = persons()
    for name, values in cells.items():
        table[name] = values
    return parts(table)


def roles(**chosen):
    return {name: (kind, chosen.get(name, role)) for name, (kind, role) in COLUMNS.items()}


def wide(values):
    return changed(lab=values, age=pd.array(-persons()["age"], dtype="Int64"))


def renamed():
    table = persons()
    rng = np.random.default_rng(1)
    for name in ("sex", "stage", "drug"):
        table[name] = objects(rng.choice(AWKWARD, len(table)))
    table.columns = ["âge d'entrée", 'se"x"', "stade, (n°)", "{lab}", 'drug "α" = β: γ']
    return parts(table, dict(zip(table.columns, COLUMNS.values(), strict=True)))


def visits(first):
    """One person of train has many rows, every other has one."""
    table = persons()
    table = table.loc[[0] * first + list(range(1, len(table)))].reset_index(drop=True)
    table["lab"] = np.random.default_rng(2).normal(size=len(table))
    table["id"] = objects([f"p{max(0, row - first + 1)}" for row in range(len(table))])
    return parts(table, {**COLUMNS, "id": (Kind.CATEGORY, Role.IDENTIFIER)}, person="id")


def released(change):
    split, release = parts(persons())
    return split, change(release).reset_index(drop=True)


MISSING, NOTHING = objects([None] * (3 * N)), pd.array([pd.NA] * (3 * N), dtype="Int64")
SIGNS = np.where(np.arange(3 * N) % 2, 1.0, -1.0)
CASES = {
    "nothing odd": lambda: parts(persons()),
    "constant columns": lambda: changed(sex="f", lab=1.0),
    "constant secrets": lambda: changed(stage="I", lab=2.0),
    "constant numbers": lambda: changed(age=pd.array([50] * (3 * N), dtype="Int64"), lab=0.0),
    "a category all missing": lambda: changed(sex=MISSING, drug=MISSING),
    "a whole number all missing": lambda: changed(age=NOTHING),
    "one quasi-identifier": lambda: parts(persons(), roles(sex=Role.OTHER)),
    "a quasi-identifier and nothing else": lambda: parts(persons()[["age"]]),
    "only quasi-identifiers": lambda: parts(persons()[["age", "sex"]]),
    "no role": lambda: parts(persons(), roles(**dict.fromkeys(COLUMNS, Role.OTHER))),
    "a release of one row": lambda: released(lambda release: release.iloc[:1]),
    "a release of one row, repeated": lambda: released(lambda release: release.iloc[[0] * N]),
    "categories never seen": lambda: released(lambda release: release.assign(sex="?", stage="?", drug="?")),
    "a release all missing": lambda: released(
        lambda release: release.assign(sex=None, lab=np.nan).astype({"sex": object})
    ),
    "quotes and letters in cells and names": renamed,
    "numbers up to 1e300": lambda: wide(1e300 * SIGNS * np.random.default_rng(3).random(3 * N)),
    "only 1e300 and -1e300": lambda: wide(1e300 * SIGNS),
    "numbers down to 1e-300": lambda: wide(1e-300 * np.random.default_rng(3).normal(size=3 * N)),
    "negative numbers": lambda: wide(-100 - np.random.default_rng(3).gamma(2, 1, 3 * N)),
    "whole numbers beyond a float's digits": lambda: changed(
        age=pd.array(2**62 - np.random.default_rng(3).integers(0, 50, 3 * N), dtype="Int64")
    ),
    "one person of train with many rows": lambda: visits(150),
}


@pytest.fixture(scope="module", autouse=True)
def few_trees():
    """What is asked is whether a forest can be grown at all."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(membership, "_TREES", 5)
        patch.setattr(inference, "_TREES", 5)
        yield


def numbers(content):
    """Every float in nested lists and dictionaries."""
    if isinstance(content, dict):
        content = list(content.values())
    if isinstance(content, list | tuple):
        for each in content:
            yield from numbers(each)
    elif isinstance(content, float):
        yield content


def check(found):
    """A figure with its interval and p, or a reason; all of it fit for the evidence."""
    for risk in found.risks:
        content = risk.to_dict()
        json.dumps(content, allow_nan=False)
        assert all(math.isfinite(each) for each in numbers(content))
        if risk.outcome is not Outcome.ESTIMATED:
            assert risk.reason
            assert risk.excess is risk.p is risk.train is None
            continue
        assert 0 <= risk.train <= 1
        if risk.control is not None:
            assert -1 <= risk.low <= risk.excess <= risk.high <= 1
            assert risk.low < risk.high  # from so few persons nothing is certain
            assert 0 < risk.p <= 1
        for figure in risk.figures.values():
            assert figure.get("reason") or figure["low"] <= figure["value"] <= figure["high"]
    if found.exposure is not None:
        json.dumps(found.exposure.to_dict(), allow_nan=False)


@pytest.fixture(scope="module")
def assayed():
    """Each odd table assayed once, by all attacks."""
    kept = {}

    def of(name):
        if name not in kept:
            split, release = CASES[name]()
            kept[name] = assay(release, split, planted=False)
        return kept[name]

    return of


@pytest.mark.parametrize("name", list(CASES))
def test_a_result_or_a_reason_without_a_warning(name, assayed):
    found = assayed(name)
    assert [risk.attack for risk in found.risks] == list(ATTACKS)
    check(found)


@pytest.mark.parametrize("name", list(CASES))
def test_nothing_odd_is_taken_for_a_leak(name, assayed):
    # A release of strangers: were an oddity a leak, the p would say so at any size.
    assert all(risk.p is None or risk.p > 0.001 for risk in assayed(name).risks)


SILENT = {
    "a quasi-identifier and nothing else": {"inference", "identity_disclosure", "linkability"},
    "only quasi-identifiers": {"inference", "identity_disclosure", "linkability"},
    "no role": {"inference", "identity_disclosure", "linkability", "qi_match"},
    "constant secrets": {"inference", "identity_disclosure", "anonymeter_inference"},
}


@pytest.mark.parametrize("name", list(SILENT))
def test_what_has_no_meaning_says_so(name, assayed):
    silent = {risk.attack for risk in assayed(name).risks if risk.outcome is Outcome.NOT_APPLICABLE}
    assert SILENT[name] <= silent


@pytest.mark.parametrize("attack", list(ATTACKS))
def test_each_attack_alone_tells_all_ties_from_a_leak(attack):
    table = persons().iloc[[0] * 3 * N].reset_index(drop=True)
    split, release = parts(table)
    found = assay(release, split, attacks=[attack], planted=False)
    check(found)
    (risk,) = found.risks
    assert risk.excess in (None, 0)
    assert risk.p in (None, 1)


@pytest.mark.parametrize("name", ["nothing odd", "constant columns", "quotes and letters in cells and names"])
def test_without_a_holdout_rates_stand_alone_or_say_why_not(name):
    split, release = CASES[name]()
    found = assay(release, replace(split, holdout=None))
    check(found)
    assert all(risk.control is None and risk.p is None and not risk.alarm for risk in found.risks)
    assert any(risk.outcome is Outcome.ESTIMATED for risk in found.risks)
    check(negative_control(replace(split, holdout=None)))


@pytest.mark.parametrize("name", ["a release of one row", "only 1e300 and -1e300"])
def test_planted_copies_pass_through_odd_tables(name):
    split, release = CASES[name]()
    found = assay(release, split, attacks=[name for name, attack in ATTACKS.items() if attack.planted])
    check(found)
    assert found.power
    assert all(0 <= caught <= 1 for power in found.power for caught in power.caught.values())


@pytest.mark.parametrize("name", list(CASES))
def test_match_probability_is_a_number_or_not_applicable(name):
    split, release = CASES[name]()
    if not split.train.schema.quasi_identifiers:
        with pytest.raises(NotApplicable, match="quasi-identifier"):
            match_probability(release, split)
        return
    found = match_probability(release, split)
    assert 0 <= found.low <= found.train <= found.high <= 1


def test_one_person_of_many_rows_weighs_as_much_as_any_other(assayed):
    found = {risk.attack: risk for risk in assayed("one person of train with many rows").risks}
    assert {(risk.n, risk.n_control) for risk in found.values()} == {(N, N)}
    assert found["exact_copies"].train == 0


def test_mixed_types_in_a_column_are_read_or_refused_by_name():
    schema = Schema(
        columns=tuple(Column(name=name, kind=kind, role=role) for name, (kind, role) in COLUMNS.items())
    )
    mixed = persons().astype(object)
    mixed["stage"] = [(1, "1", 1.5, True, "I", None)[row % 6] for row in range(len(mixed))]
    mixed["age"] = [(50, "51", 52.0, None)[row % 4] for row in range(len(mixed))]
    cohort = cohort_from_frame(mixed, schema)
    split = Split(train=cohort.rows(np.arange(N)), holdout=cohort.rows(np.arange(N, 2 * N)), seed=0)
    check(assay(read_release(mixed[2 * N :], schema), split, planted=False))
    mixed["lab"] = ["high" if row % 2 else 1.0 for row in range(len(mixed))]
    with pytest.raises(DataError, match="'lab'") as refused:
        cohort_from_frame(mixed, schema)
    assert "high" not in str(refused.value)
