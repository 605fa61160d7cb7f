"""Warm starts: what a related cohort teaches, what it must not bring along, and going on later."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.errors import ConfigError, GenerationError
from cohort.schema import Kind, Role
from synth.cgan.model import Cgan
from synth.cgan.stop import Validation
from synth.complete import fit_preparation
from synth.registry import synthesizer
from synth.trees import Trees


def columns(rows, seed, *, shift=0.0):
    """Three groups that a colour, a mark and two numbers tell apart, a number moved by ``shift``."""
    rng = np.random.default_rng(seed)
    group = rng.choice(3, rows, p=[0.5, 0.3, 0.2])
    return {
        "colour": (Kind.CATEGORY, np.array(["red", "green", "blue"])[group]),
        "mark": (Kind.CATEGORY, np.array(["x", "y", "y"])[group]),
        "size": (Kind.NUMBER, np.round(rng.normal(10.0 * group + shift, 1.0), 2)),
        "count": (Kind.INTEGER, rng.poisson(5 + 20 * group)),
    }


@pytest.fixture(scope="module")
def train(one_column):
    return one_column(**columns(45, 0, shift=1.0))


@pytest.fixture(scope="module")
def related(one_column):
    return one_column(**columns(600, 1))


def far(table, cohort):
    """The energy distance of rows from a cohort's, up to a constant."""
    preparation = fit_preparation(cohort)
    rng = np.random.default_rng(0)
    frame = preparation.encode(cohort.released, rng)
    return Validation(frame, preparation.parts).score(preparation.encode(table, rng))


@pytest.mark.parametrize("made", [Cgan(steps=100, batch_size=60, width=48), Trees()])
def test_a_warm_start_is_nearer_than_a_cold_one(related, one_column, made):
    train, test = one_column(**columns(15, 0)), one_column(**columns(1000, 2))
    cold = made.fit(train, seed=0).sample(500, seed=0).table
    warm = replace(made, related=related).fit(train, seed=0).sample(500, seed=0).table
    assert far(warm, test) < far(cold, test) - 0.02


def test_trees_of_a_cohort_where_nothing_is_the_same_are_not_followed(one_column):
    rng = np.random.default_rng(0)
    x, z = rng.normal(size=80), rng.normal(size=900)

    def cohort(first, second):
        return one_column(first=(Kind.NUMBER, first), second=(Kind.NUMBER, second))

    related = cohort(z, -z + 0.1 * rng.normal(size=900))
    table = (
        Trees(related=related)
        .fit(cohort(x, x + 0.1 * rng.normal(size=80)), seed=0)
        .sample(2000, seed=0)
        .table
    )
    assert table.corr().iloc[0, 1] > -0.1


@pytest.mark.parametrize("made", [Cgan(steps=60, batch_size=40, width=16), Trees()])
def test_what_only_the_related_cohort_has_is_never_drawn(one_column, made):
    own = columns(60, 0) | {
        "colour": (Kind.CATEGORY, ["red", "green"] * 30),
        "plan": (Kind.CATEGORY, ["a"] * 60),
        "dose": (Kind.NUMBER, [2.5] * 60),
        "lab": (Kind.NUMBER, [None] * 60),
        "whole": (Kind.NUMBER, np.arange(60.0)),
        "code": (Kind.CATEGORY, ["c1", "c2", "c3"] * 20),
    }
    rng = np.random.default_rng(3)
    other = columns(300, 1) | {
        "plan": (Kind.CATEGORY, ["a", "b"] * 150),
        "dose": (Kind.NUMBER, rng.normal(size=300)),
        "lab": (Kind.NUMBER, rng.normal(size=300)),
        "whole": (Kind.NUMBER, pd.Series(rng.normal(30, 10, 300)).mask(rng.random(300) < 0.5)),
        "code": (Kind.CATEGORY, [f"c{row % 150}" for row in range(300)]),
    }
    cohort = one_column(**own)
    table = replace(made, related=one_column(**other)).fit(cohort, seed=0).sample(500, seed=0).table
    assert (table.dtypes == cohort.released.dtypes).all()
    assert set(table["colour"]) == {"red", "green"}
    assert set(table["plan"]) == {"a"}
    assert set(table["dose"]) == {2.5}
    assert table["lab"].isna().all()
    assert not table["whole"].isna().any()
    assert (table["whole"] == table["whole"].round()).all()
    assert set(table["code"]) <= {"c1", "c2", "c3"}


@pytest.mark.parametrize("last", [0.3, 0.8])
def test_an_interrupted_warm_start_goes_on_to_the_same_model(train, related, tmp_path, last):
    path = tmp_path / "cgan.npz"
    made = Cgan(steps=100, batch_size=30, width=16, related=related, checkpoint=str(path))

    def cancel(share):
        if share > last:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        made.fit(train, seed=4, progress=cancel)
    assert list(tmp_path.iterdir())
    told = []
    table = made.fit(train, seed=4, progress=told.append).sample(100, seed=0).table
    assert told[1] >= min(last, 0.5)
    assert told == sorted(told)
    assert not list(tmp_path.iterdir())
    whole = replace(made, checkpoint=None).fit(train, seed=4).sample(100, seed=0).table
    pd.testing.assert_frame_equal(table, whole)


def test_a_checkpoint_of_another_related_cohort_is_refused(train, related, one_column, tmp_path):
    made = Cgan(steps=100, batch_size=30, width=16, checkpoint=str(tmp_path / "cgan.npz"))

    def cancel(share):
        if share > 0.8:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        replace(made, related=related).fit(train, seed=4, progress=cancel)
    with pytest.raises(GenerationError, match="remove it"):
        replace(made, related=one_column(**columns(600, 5))).fit(train, seed=4)


def test_the_warm_model_holds_neither_cohort_s_rows(train, related):
    fitted = Cgan(steps=20, batch_size=30, width=16, related=related).fit(train, seed=0)
    arrays = [tensor.numpy() for tensor in fitted.sampler.generator.state_dict().values()]
    arrays += [
        values for coding in fitted.codings for values in vars(coding).values() if hasattr(values, "shape")
    ]
    assert not [values.shape for values in arrays if {len(train), len(related)} & set(values.shape)]


@pytest.mark.parametrize("name", ["cgan", "trees"])
def test_a_related_cohort_must_have_train_s_columns(train, one_column, name):
    other = columns(50, 1)
    other["count"] = (Kind.CATEGORY, ["a"] * 50)
    del other["mark"]
    with pytest.raises(GenerationError, match="does not agree with train in count, mark: give both"):
        synthesizer(name, {"related": one_column(**other)}).fit(train, seed=0)
    with pytest.raises(ConfigError, match="related is no cohort"):
        synthesizer(name, {"related": 3})


@pytest.mark.parametrize("name", ["cgan", "trees"])
def test_identifiers_may_differ(train, related, name):
    table = related.table.assign(mark=None)
    hidden = tuple(
        replace(column, role=Role.IDENTIFIER) if column.name == "mark" else column
        for column in related.schema.columns
    )
    schema = replace(related.schema, columns=hidden)
    own = replace(train, schema=schema)
    options = {"related": replace(related, schema=schema, table=table)} | (
        {"steps": 20, "width": 16} if name == "cgan" else {}
    )
    assert len(synthesizer(name, options).fit(own, seed=0).sample(20, seed=0).table) == 20
