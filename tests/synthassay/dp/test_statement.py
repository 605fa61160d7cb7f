"""What a steward is told of a budget: cap, spends, what is left, and what use to expect."""

import json
import sys

import pytest

from privacy.dp.budget import PrivacyBudget
from synthassay.cli import main
from synthassay.config_reader import read_config
from synthassay.dp import gauge
from synthassay.dp.spending import ledger_of
from synthassay.dp.statement import expected, statement
from synthassay.load import load_for_run

BUDGET = {"epsilon": 2.0, "delta": 1.0e-3}
HALF = PrivacyBudget(epsilon=0.5, delta=1e-4)


@pytest.fixture
def command(capsys, monkeypatch):
    def typed(*arguments):
        monkeypatch.setattr(sys, "argv", ["synthassay", "budget", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return int(ended.value.code or 0), printed.out, printed.err

    return typed


def _spend(path, *, used=True):
    config = read_config(path)
    reservation = ledger_of(config, load_for_run(config)).reserve(HALF, f"{config.name}: dp_mst")
    if used:
        reservation.commit()


def test_cap_spends_and_what_is_left_are_told(inputs, tmp_path, command):
    path = inputs(tmp_path, budget=BUDGET)
    _spend(path)
    _spend(path, used=False)
    ended, told, _ = command(path)
    assert ended == 0
    assert "Cap of this data set:  ε = 2, δ = 0.001  (the config's budget)" in told
    assert "Spent:  ε = 1, δ = 0.0002" in told
    assert "Left:   ε = 1, δ = 0.0008" in told
    first, second = told.strip().splitlines()[-2:]
    assert first.endswith("UTC  small: dp_mst: ε = 0.5, δ = 0.0001")
    assert second.endswith("no release was made, and it counts all the same")
    assert len(statement(read_config(path)).spends) == 2, "looking spends nothing"


def test_json_holds_the_same(inputs, tmp_path, command):
    path = inputs(tmp_path, budget=BUDGET)
    _spend(path)
    told = json.loads(command(path, "--json")[1])
    assert set(told) == {"name", "cap", "decided", "spent", "left", "spends"}
    assert (told["cap"], told["decided"]) == (BUDGET, True)
    assert (told["spent"], told["left"]["epsilon"]) == ({"epsilon": 0.5, "delta": 1e-4}, 1.5)
    assert told["spends"][0]["used"] is True


def test_a_cap_that_nobody_decided_on_says_so(inputs, tmp_path, command):
    _, told, _ = command(inputs(tmp_path))
    assert "(the default: the config names no budget)" in told
    assert "Spent:  ε = 0, δ = 0" in told
    assert "Spent on" not in told


def test_where_nothing_is_left_it_says_so(inputs, tmp_path, command):
    path = inputs(tmp_path, budget={"epsilon": 0.5, "delta": 1e-2})
    _spend(path)
    assert "Nothing more can be released with a guarantee" in command(path)[1]


def test_a_ledger_that_was_tampered_with_is_bad_input(inputs, tmp_path, command, monkeypatch):
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path / "state"))
    path = inputs(tmp_path, budget=BUDGET)
    _spend(path)
    (ledger,) = (tmp_path / "state" / "budgets").glob("*.jsonl")
    ledger.write_text(ledger.read_text().replace("0.5", "0.1"))
    ended, told, said = command(path)
    assert (ended, told) == (2, "")
    assert "the budget ledger was changed by something else" in said


def test_pictures_have_a_ledger_too(tmp_path, command):
    path = tmp_path / "lesions.yaml"
    path.write_text("cohort: {demo: lesions}\n")
    ended, told, said = command(path, "--json")
    assert ended == 0, said
    assert json.loads(told)["spends"] == []


def test_the_gauge_forecasts_each_candidate_with_a_guarantee(tmp_path, command, monkeypatch):
    monkeypatch.setattr(gauge, "kept", lambda train, *args, epsilon, **told: epsilon / 10)
    monkeypatch.setattr(gauge, "auroc", lambda *args: 0.9)
    monkeypatch.setattr(gauge, "_SIZES", (500,))
    path = tmp_path / "registry.yaml"
    path.write_text(
        "cohort: {demo: registry}\n"
        "candidates: [trees, {synth: dp_mst, epsilon: 1.0}, {synth: dp_aim, epsilon: 8.0}]\n"
    )
    found = expected(read_config(path))
    assert [(name, each.epsilon, each.kept) for name, each in found.items()] == [
        ("dp_mst", 1.0, pytest.approx(0.1)),
        ("dp_aim", 8.0, pytest.approx(0.8)),
    ]
    _, told, _ = command(path, "--gauge")
    assert "dp_mst: ε = 1: a model trained on such a release is expected to keep 10%" in told
    assert "Not worth it, at any size that was tried." in told
    assert "A good forecast is no promise." in told
    assert set(json.loads(command(path, "--gauge", "--json")[1])["forecasts"]) == {"dp_mst", "dp_aim"}


def test_the_gauge_needs_public_domains_and_a_guarantee(inputs, tmp_path, command):
    assert "nothing to forecast" in command(inputs(tmp_path), "--gauge")[1]
    path = inputs(tmp_path, candidates=[{"synth": "dp_mst", "epsilon": 1.0}])
    ended, _, said = command(path, "--gauge")
    assert ended == 2
    assert "column 'bili': has no public domain" in said
