from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from utility.detector import detection
from utility.scores import Direction


def only(measured):
    scores, findings = measured
    assert not findings
    return scores[0]


def test_fresh_patients_cannot_be_told_and_shifted_ones_can(make_split, fresh):
    split = make_split(120)
    same = [only(detection(fresh(120, seed=50 + seed), split, seed=seed)) for seed in range(3)]
    assert np.mean([score.value for score in same]) == pytest.approx(0.5, abs=0.08)
    assert sum(score.low <= 0.5 <= score.high for score in same) >= 2
    shifted = fresh(120)
    score = only(detection(shifted.assign(score=shifted["score"] + 4), split))
    assert score.low > 0.85
    assert score.value <= score.high <= 1
    assert score.direction is Direction.LOWER


def test_a_broken_association_is_noticed_though_every_column_is_right(make_split, fresh):
    release = fresh(400)
    release["bili"] = release["bili"].sample(frac=1, random_state=0).to_numpy()
    split = make_split(400, signal=3.0)
    assert only(detection(release, split)).low > 0.6


def test_a_copy_has_about_the_references_value_and_that_is_no_privacy(make_split):
    split = make_split(150)
    score = only(detection(split.train.released, split))
    assert score.value == pytest.approx(score.reference, abs=0.1)


def test_the_rows_of_a_person_stay_in_one_fold():
    """Every person has five equal rows: who remembers persons would tell them all apart."""
    rng = np.random.default_rng(0)
    columns = (
        Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        *(Column(name=f"x{i}", kind=Kind.NUMBER) for i in range(4)),
    )

    def cohort(first):
        table = pd.DataFrame(rng.normal(size=(40, 4)), columns=[f"x{i}" for i in range(4)])
        table.insert(0, "id", [f"{first}{i}" for i in range(40)])
        return Cohort(schema=schema, table=pd.concat([table] * 5, ignore_index=True))

    schema = Schema(columns=columns, person="id")
    split = Split(train=cohort("a"), holdout=cohort("b"))
    score = only(detection(split.train.released, split))
    assert score.reference == pytest.approx(0.5, abs=0.25)


def test_equal_seeds_give_equal_scores(make_split, fresh):
    assert detection(fresh(), make_split(), seed=3) == detection(fresh(), make_split(), seed=3)


def test_too_few_no_holdout_and_nothing_that_varies(make_split, fresh):
    split = make_split(60)
    assert detection(fresh(), replace(split, holdout=None)) == ([], [])
    scores, findings = detection(fresh(10), split)
    assert not scores
    assert findings[0].code == "not_told_apart"
    same = {name: [values.iloc[0]] * 60 for name, values in split.train.table.dropna().items()}

    def constant(table):
        return table.assign(**same).astype(table.dtypes)

    split = make_split(60, change=constant)
    assert detection(constant(fresh(60)), split)[1][0].code == "not_told_apart"
