"""The forecast of use knows the schema alone, and rises with epsilon and persons."""

import io

import numpy as np
import pandas as pd
import pytest
from rich.console import Console

from cohort.errors import ConfigError, SchemaError
from cohort.schema import Column, Kind, Role, Schema
from synthassay.dp import gauge
from synthassay.dp.gauge import Forecast, auroc, forecasts, made_up, outcome
from synthassay.inspection import inspect_file

SCHEMA = Schema(
    columns=(
        Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
        Column(name="sex", kind=Kind.CATEGORY, categories=("f", "m")),
        Column(name="stage", kind=Kind.ORDINAL, categories=("1", "2", "3", "4")),
        Column(name="age", kind=Kind.INTEGER, range=(18, 90)),
        Column(name="bili", kind=Kind.NUMBER, range=(0, 30)),
        Column(name="seen", kind=Kind.DATE, range=("2000-01-01", "2020-12-31")),
        Column(name="died", kind=Kind.CATEGORY, role=Role.TARGET, categories=("no", "yes")),
    )
)


def test_made_up_people_keep_to_the_schema_and_hang_together():
    aurocs = []
    for seed in range(6):
        train, test = made_up(SCHEMA, 600, 400, rng=np.random.default_rng(seed))
        assert (len(train), len(test)) == (600, 400)
        assert list(train.table) == ["sex", "stage", "age", "bili", "seen", "died"]
        assert set(train.table["died"]) == {"no", "yes"}
        assert train.table["age"].between(18, 90).all()
        assert train.table["bili"].between(0, 30).all()
        assert train.table["seen"].between("2000-01-01", "2020-12-31").all()
        assert str(train.table["age"].dtype) == "Int64"
        aurocs.append(auroc(train.table, test.table, train.schema))
    assert np.mean(aurocs) > 0.65


def test_people_are_made_up_again_from_their_seed():
    one, other = (made_up(SCHEMA, 50, 10, rng=np.random.default_rng(3))[0].table for _ in range(2))
    pd.testing.assert_frame_equal(one, other)


def test_use_rises_with_epsilon_and_the_interval_holds_the_mean():
    little, much = forecasts(
        SCHEMA, persons=400, epsilons=(0.05, 20.0), cohorts=3, look_further=False, seed=0
    )
    assert little.kept < 0.5 < much.kept
    for each in (little, much):
        assert each.low <= each.kept <= each.high
        assert (each.persons, each.delta, each.worth_from) == (400, 1e-4, None)
    assert set(much.to_dict()) == {"epsilon", "delta", "persons", "kept", "low", "high", "worth_from"}


def test_where_it_is_not_worth_it_the_persons_needed_are_told(monkeypatch):
    monkeypatch.setattr(gauge, "kept", lambda train, *args, **told: 0.8 if len(train) >= 1_000 else 0.1)
    (found,) = forecasts(SCHEMA, persons=300, epsilons=(1.0,), cohorts=2, seed=0)
    assert found.worth_from == 1_000
    assert "Not worth it below about n = 1,000." in found.sentence


def test_the_sentence_says_what_is_kept():
    told = {"epsilon": 1.0, "delta": 1e-4, "persons": 200, "low": 0.1, "high": 0.9}
    assert "is expected to keep 60% (10% to 90%)" in Forecast(kept=0.6, **told).sentence
    assert "Not worth it" not in Forecast(kept=0.6, **told).sentence
    assert Forecast(kept=0.2, **told).sentence.endswith("Not worth it, at any size that was tried.")


def test_what_is_predicted_is_the_outcome_else_the_last_category():
    assert outcome(SCHEMA).name == "died"
    assert outcome(Schema(columns=SCHEMA.columns[:4])).name == "stage"
    with pytest.raises(ConfigError, match="Give a column the role target or event"):
        outcome(Schema(columns=SCHEMA.columns[3:5]))


def test_a_table_in_which_nothing_can_be_told_is_at_chance():
    table = pd.DataFrame({"sex": ["f"] * 5, "died": ["no"] * 5})
    schema = Schema(columns=(SCHEMA["sex"], SCHEMA["died"]))
    both = pd.DataFrame({"sex": ["f", "m"], "died": ["no", "yes"]})
    assert auroc(table, both, schema) == 0.5
    assert auroc(both, table, schema) == 0.5


def test_inspect_tells_the_forecast_where_it_is_asked_for(tmp_path, monkeypatch):
    pd.DataFrame({"sex": ["f", "m"] * 30, "died": ["no", "no", "yes"] * 20}).to_csv(tmp_path / "some.csv")
    schema = tmp_path / "schema.yaml"
    schema.write_text("columns: {sex: {kind: category, categories: [f, m]}, died: {kind: category}}")
    with pytest.raises(SchemaError, match=r"died.*has no public domain"):
        inspect_file(tmp_path / "some.csv", gauge=schema)
    monkeypatch.setattr(gauge, "kept", lambda train, *args, **told: len(train) / 100)
    schema.write_text("columns: {sex: {kind: category, categories: [f, m]}}")
    found = inspect_file(tmp_path / "some.csv", gauge=schema)
    assert [each.epsilon for each in found.forecasts] == [1.0, 3.0, 10.0]
    assert [each["kept"] for each in found.to_dict()["forecasts"]] == pytest.approx([0.3, 0.3, 0.3])
    shown = Console(width=200, record=True, file=io.StringIO())
    found.show(shown, written_to=None)
    assert "Not worth it below about n = 100." in shown.export_text()
    assert inspect_file(tmp_path / "some.csv").to_dict().keys().isdisjoint({"forecasts"})
