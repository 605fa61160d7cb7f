import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.release import Release
from cohort.schema import Column, Kind, Schema
from synth.kanonymity import KAnonymity
from synthassay.coarser import at_levels, beside_full_detail, in_words
from synthassay.evaluate import Judge, evaluate
from synthassay.policy import read_policy
from utility.measure import measure

SCHEMA = Schema.from_dict(
    {
        "columns": {
            "age": {"kind": "integer", "role": "quasi_identifier", "unit": "years", "hierarchy": [20, 40]},
            "sex": {"kind": "category", "role": "quasi_identifier"},
            "lab": {"kind": "number", "role": "sensitive"},
            "ill": {"kind": "category", "role": "target"},
        }
    }
)


@pytest.fixture(scope="module")
def split():
    """Illness hangs on age alone, by single years."""
    rng = np.random.default_rng(0)
    age = rng.integers(0, 80, 300)
    table = pd.DataFrame(
        {
            "age": pd.Series(age).astype("Int64"),
            "sex": pd.Series(rng.choice(["f", "m"], 300), dtype=object),
            "lab": rng.normal(size=300),
            "ill": pd.Series(np.where(age % 40 < 20, "yes", "no"), dtype=object),
        }
    )
    table.loc[age < 40, "ill"] = np.where(age[age < 40] < 10, "yes", "no")
    return Cohort(schema=SCHEMA, table=table).split(seed=0)


@pytest.fixture(scope="module")
def release(split):
    return KAnonymity(k=5, levels={"age": 2}).fit(split.train, seed=0).sample(1000, seed=0)


def test_everybody_is_seen_at_the_releases_levels(split, release):
    seen = at_levels(split, release)
    assert set(seen.holdout.table["age"]) == {"0-39", "40-79"}
    assert seen.train.schema["age"].kind is Kind.ORDINAL


def test_a_release_at_full_detail_leaves_the_split_as_it_is(split):
    plain = Release(table=split.train.released, schema=SCHEMA, made_by="copy")
    assert at_levels(split, plain) is split
    assert beside_full_detail(([], []), split, plain, seed=0) == ([], [])


def test_predictions_are_compared_with_real_rows_at_full_detail(split, release):
    coarse = measure(release.table, at_levels(split, release), seed=0)
    scores, findings = beside_full_detail(coarse, split, release, seed=0)
    before, after = ({s.metric: s for s in found} for found in (coarse[0], scores))
    assert after["auroc_boosting"].value == before["auroc_boosting"].value
    assert after["auroc_boosting"].reference > before["auroc_boosting"].reference + 0.1
    assert after["column_fidelity"] == before["column_fidelity"]
    assert "age (bands of 40 years)" in findings[-1].title


def test_a_coarsened_release_gets_a_verdict(split, release):
    judge = Judge(policy=read_policy("registered"), attacks=["exact_copies"])
    evidence = evaluate(release, split, judge, candidate="kanonymity", seed=0).evidence
    assert evidence.linkage["release"]["k"] >= 5
    assert {risk.attack for risk in evidence.risks} == {"exact_copies"}
    assert evidence.risks[0].train > 0.9
    assert "coarsened_release" in {finding.code for finding in evidence.findings}


@pytest.mark.parametrize(
    ("column", "words"),
    [
        (Column(name="x", kind=Kind.INTEGER, unit="years", hierarchy=(5, 10)), "bands of 5 years"),
        (Column(name="x", kind=Kind.DATE, hierarchy=("quarter",)), "by quarter"),
        (Column(name="x", kind=Kind.CATEGORY, hierarchy=({"a": ("b",)},)), "level 1 of 2"),
        (Column(name="x", kind=Kind.CATEGORY), "all alike"),
    ],
)
def test_levels_in_words(column, words):
    assert in_words(column, 1) == words
    assert in_words(column, 0) == "as it is"
