"""Did it help: arms that must help, must hurt, and must do neither."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.errors import GenerationError, NotApplicable
from cohort.release import Release
from cohort.schema import Column, Kind, Role, Schema
from utility import tuned
from utility.arms import REAL, synthetic_rows
from utility.helped import Comparison, did_it_help, short

SCHEMA = Schema(
    columns=(
        *(Column(name=f"x{i}", kind=Kind.NUMBER) for i in range(6)),
        Column(name="sex", kind=Kind.CATEGORY),
        Column(name="kind", kind=Kind.CATEGORY, role=Role.TARGET),
    )
)
ARMS = (
    "oversampling",
    "SMOTE-NC",
    "real + 10% synthetic",
    "real + 30% synthetic",
    "real + 50% synthetic",
    "synthetic only",
)


def patients(common, rare, *, seed):
    """The rare class is shifted in x0 and x1."""
    rng = np.random.default_rng(seed)
    labels = np.repeat(["common", "rare"], [common, rare]).astype(object)
    table = pd.DataFrame(rng.normal(size=(common + rare, 6)), columns=[f"x{i}" for i in range(6)])
    table.loc[labels == "rare", ["x0", "x1"]] += 0.8
    table["sex"] = rng.choice(np.array(["f", "m"], dtype=object), common + rare)
    return table.assign(kind=labels)


def cohort(common=80, rare=24, *, seed=0):
    return Cohort(schema=SCHEMA, table=patients(common, rare, seed=seed))


def release(table):
    return Release(table=table.reset_index(drop=True), schema=SCHEMA, made_by="test")


def fresh(train, n):
    """A perfect generator: more patients of the class from the same source."""
    return release(patients(0, n, seed=len(train) + 1))


def fresh_whole(train, n):
    return release(patients(n - n // 7, n // 7, seed=n))


def wrong(train, n):
    """Rows of the class on its wrong side."""
    table = patients(0, n, seed=1)
    table[["x0", "x1"]] -= 3
    return release(table)


def study(mint, *, of=None, **options):
    options = {"label": "rare", "mint_whole": fresh_whole, "repeats": 3, "shares": (0.3,), **options}
    return did_it_help(cohort() if of is None else of, mint=mint, **options)


@pytest.fixture(scope="module")
def neutral():
    return study(fresh, shares=(0.1, 0.3, 0.5))


def test_every_arm_is_compared_in_every_measure(neutral):
    assert {each.arm for each in neutral.comparisons} == set(ARMS)
    assert {(each.metric, each.group) for each in neutral.comparisons} == {
        ("auroc", "rare"),
        ("recall", "common"),
        ("recall", "rare"),
        ("balanced_accuracy", ""),
    }
    assert (neutral.persons, neutral.of_class, neutral.missed) == (104, 24, {})


def test_what_brings_nothing_is_said_to_bring_nothing(neutral):
    placebo = next(each for each in neutral.of("auroc", "rare") if each.arm == "oversampling")
    assert placebo.sentence.startswith("no measurable gain")
    assert placebo.low < 0 < placebo.high
    assert "would go unseen" in neutral.sentence or "helped" in neutral.sentence


def test_differences_are_paired(neutral):
    for each in neutral.comparisons:
        assert each.difference == pytest.approx(each.value - each.reference)
        assert each.p <= each.p_adjusted
        assert each.low <= each.difference <= each.high


def test_rows_that_mislead_hurt():
    found = study(wrong, of=cohort(80, 40), shares=(0.8,), repeats=6)
    hurt = next(each for each in found.of("auroc", "rare") if each.arm == "real + 80% synthetic")
    assert hurt.difference < -0.1
    assert hurt.sentence.startswith("hurt by ")
    assert "hurt by" in found.sentence


def test_many_true_patients_of_a_tiny_class_help():
    def many(train, n):
        return release(patients(0, n, seed=7))

    tiny = cohort(150, 10, seed=3)
    found = study(many, of=tiny, shares=(0.98,), repeats=4)
    helped = next(each for each in found.of("auroc", "rare") if each.arm == "real + 98% synthetic")
    assert helped.difference > 0.03


def test_nothing_is_minted_from_persons_set_aside_and_no_person_is_divided():
    identifier = Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER)
    schema = replace(SCHEMA, columns=(identifier, *SCHEMA.columns), person="id")
    twice = pd.concat([patients(80, 24, seed=0)] * 2, ignore_index=True)
    twice.insert(0, "id", [str(i % 104) for i in range(208)])
    seen = []

    def watched(train, n):
        seen.append(train)
        return fresh(train, n)

    def watched_whole(train, n):
        seen.append(train)
        return fresh_whole(train, n)

    found = study(watched, of=Cohort(schema=schema, table=twice), mint_whole=watched_whole)
    assert (found.persons, found.of_class) == (104, 24)
    assert all((each.table["id"].value_counts() == 2).all() for each in seen)
    persons = [each.n_persons for each in seen]
    assert max(persons) <= 0.7 * 104 + 1
    assert min(persons) <= 0.7 * 104 * 2 / 3 + 1, "each fold mints for itself"


def test_equal_seeds_equal_studies():
    of = cohort(60, 15)
    first = study(fresh, of=of)
    assert study(fresh, of=of).comparisons == first.comparisons


def test_boosting_is_a_second_family(monkeypatch):
    full = tuned._boosting
    monkeypatch.setattr(tuned, "_boosting", lambda rounds: full(rounds // 10))
    found = study(fresh, model="boosting", of=cohort(70, 20))
    assert found.of("auroc", "rare")[0].reference > 0.5


def test_an_arm_that_fails_is_left_out_with_its_reason():
    def failing(train, n):
        raise GenerationError("the rule cannot be kept.")

    found = study(failing)
    assert set(found.missed) == {"real + 30% synthetic"}
    assert "the rule cannot be kept" in found.missed["real + 30% synthetic"]
    assert found.sentence.startswith("Cannot tell")
    assert REAL not in {each.arm for each in found.comparisons}


def test_too_few_rows_for_a_share_leave_it_out():
    found = study(lambda train, n: fresh(train, min(n, 5)), shares=(0.1, 0.5))
    assert "real + 10% synthetic" not in found.missed
    assert "too few synthetic rows" in found.missed["real + 50% synthetic"]


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (lambda: cohort(140, 8), "10 persons of the class"),
        (lambda: cohort(8, 140), "10 persons of the class"),
        (lambda: cohort(140, 0), "no row has that class"),
        (lambda: replace(cohort(), schema=_retyped("kind", Role.OTHER)), "role target"),
    ],
)
def test_what_cannot_be_told_says_why(of, words):
    with pytest.raises(NotApplicable, match=words):
        study(fresh, of=of())


def test_a_numeric_target_has_no_classes():
    columns = (*SCHEMA.columns[:-1], Column(name="kind", kind=Kind.NUMBER, role=Role.TARGET))
    of = Cohort(schema=Schema(columns=columns), table=cohort().table.assign(kind=1.0))
    with pytest.raises(NotApplicable, match="category or ordinal"):
        study(fresh, of=of)


def test_rows_without_a_class_are_left_out():
    of = cohort()
    of.table.loc[:9, "kind"] = None
    assert study(fresh, of=of).persons == 94


@pytest.mark.parametrize(
    ("difference", "p", "p_adjusted", "words"),
    [
        (0.03, 0.001, 0.006, "helped by .030 [.010, .050]"),
        (-0.03, 0.001, 0.006, "hurt by .030 [.010, .050]"),
        (0.03, 0.02, 0.12, "no measurable gain (.030 [.010, .050], not enough for so many comparisons)"),
        (0.03, 0.3, 1.0, "no measurable gain (.030 [.010, .050])"),
    ],
)
def test_sentences(difference, p, p_adjusted, words):
    low, high = sorted((difference - 0.02, difference + 0.02))
    found = Comparison(
        arm="a",
        metric="auroc",
        group="x",
        value=0.8,
        reference=0.8 - difference,
        difference=difference,
        low=low,
        high=high,
        p=p,
        p_adjusted=p_adjusted,
        repeats=10,
    )
    assert found.sentence == words


def test_shares_are_never_exceeded():
    assert [synthetic_rows(20, share) for share in (0.1, 0.3, 0.5)] == [2, 8, 20]
    assert synthetic_rows(90, 0.1) == 10
    for real in range(1, 60):
        for share in (0.1, 0.3, 0.5):
            rows = synthetic_rows(real, share)
            assert rows / (rows + real) <= share + 1e-9 < (rows + 1) / (rows + 1 + real) + 1e-9


def test_short():
    assert [short(each) for each in (0.031, -0.2, 0.0001, 1.0)] == [".031", "-.200", "0", "1.000"]


def _retyped(name, role):
    return replace(
        SCHEMA, columns=tuple(replace(c, role=role) if c.name == name else c for c in SCHEMA.columns)
    )
