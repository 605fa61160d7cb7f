"""A candidate with a guarantee: budget first, then data; and nothing untold beside what it promises."""

import json
import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pytest

from cohort.errors import BudgetError, ConfigError, GenerationError
from cohort.release import Guarantee, Release
from cohort.schema import Schema
from privacy.dp.accounting import Account, rho_for
from privacy.dp.budget import PrivacyBudget
from privacy.dp.mechanisms import noisy_counts
from synth import registry
from synthassay import generators, pipeline, tasks
from synthassay.augment.minter import Minter
from synthassay.config_reader import config_from_dict, read_config
from synthassay.dp import spending
from synthassay.load import load_for_run
from synthassay.public import public_run
from synthassay.report import render
from synthassay.runs import read_run


@dataclass(frozen=True, kw_only=True)
class Noisy:
    """Sex by noisy counts, everything else missing."""

    epsilon: float = 1.0
    delta: float | None = None
    fault: str = ""

    def check(self, train):
        if self.fault == "check":
            raise GenerationError("a column has no public domain.")

    def fit(self, train, *, seed, progress=None):
        if self.fault == "stop":
            raise KeyboardInterrupt
        if self.fault == "fail":
            raise GenerationError("it cannot learn from these rows.")
        account = Account(rho_for(self.epsilon, self.delta))
        counts = np.array([int(train.table["sex"].eq(each).sum()) for each in ("f", "m")])
        noisy = noisy_counts(counts, rho=account.left, sensitivity=1, account=account, on="sex")
        told = Guarantee(epsilon=self.epsilon, delta=self.delta, rows=max(1, int(noisy.sum())))
        if self.fault == "overspend":
            told = replace(told, epsilon=2 * self.epsilon)
        return FittedNoisy(schema=train.schema, noisy=noisy.clip(1), guarantee=told)


@dataclass(frozen=True, kw_only=True, eq=False)
class FittedNoisy:
    schema: Schema
    noisy: np.ndarray
    guarantee: Guarantee

    def sample(self, n, *, conditions=None, seed):
        rng = np.random.default_rng(seed)
        table = pd.DataFrame(
            {
                "age": pd.array(rng.integers(20, 90, n), dtype="Int64"),
                "sex": rng.choice(["f", "m"], n, p=self.noisy / self.noisy.sum()).astype(object),
                "bili": rng.lognormal(0.5, 0.8, n).round(2),
                "stage": rng.choice(["1", "2", "3", "4"], n).astype(object),
                "worse": rng.choice(["yes", "no"], n).astype(object),
            }
        )
        return Release(table=table, schema=self.schema, made_by="noisy", seed=seed, guarantee=self.guarantee)


@pytest.fixture(autouse=True)
def noisy(monkeypatch):
    _add_noisy(monkeypatch)


def _add_noisy(patch):
    """The toy among the generators, under its own name."""
    found = registry.configured

    def configured(name, options=None):
        return Noisy(**(options or {})) if name == "noisy" else found(name, options)

    patch.setattr(registry, "configured", configured)
    patch.setattr(generators, "GENERATORS", (*generators.GENERATORS, "noisy"))


def _run(folder, inputs, *candidates, **config):
    told = {"candidates": list(candidates), "references": [], "attacks": [], **config}
    path = inputs(folder, rows=60, **told)
    return read_run(pipeline.run(read_config(path), out=folder / "runs"))


def _ledger(folder):
    config = read_config(folder / "config.yaml")
    return spending.ledger_of(config, load_for_run(config))


CANDIDATE = {"synth": "noisy", "epsilon": 1.0, "delta": 1.0e-3}
BUDGET = {"epsilon": 2.0, "delta": 1.0e-2}


@pytest.fixture(scope="module")
def mixed(tmp_path_factory, inputs):
    """A run with a guarantee beside a candidate without one, and every reference point."""
    folder = tmp_path_factory.mktemp("mixed")
    patch = pytest.MonkeyPatch()
    patch.setenv("SYNTHASSAY_STATE", str(folder / "state"))
    _add_noisy(patch)
    told = {"budget": BUDGET, "attacks": ["exact_copies"], "references": ["copy"]}
    run = _run(folder, inputs, "trees", CANDIDATE, **told)
    yield run
    patch.undo()


def test_the_guarantee_reaches_evidence_card_policy_and_report(mixed):
    evidence = mixed.of("noisy")
    assert evidence.guarantee == "differential privacy, epsilon = 1, delta = 0.001, by person"
    assert evidence.promise["epsilon"] == 1.0
    assert mixed.of("trees").promise == {}
    epsilon = next(each for each in evidence.verdict.criteria if each.criterion == "epsilon")
    assert epsilon.value == 1.0
    card = json.loads((mixed.folder / "releases" / "noisy" / "card.json").read_text())
    assert (card["guarantee"]["epsilon"], card["guarantee"]["delta"]) == (1.0, 1e-3)
    page = (mixed.folder / "report.html").read_text()
    assert "out of 100 people" in page
    assert "covers the release and nothing else on this page" in page
    assert "At most ε = 2, δ = 0.01 may be spent" in page
    assert "<code>synthassay budget config.yaml</code>" in page


def test_as_many_rows_as_the_noisy_number_are_released(mixed):
    evidence = mixed.of("noisy")
    assert evidence.rows == evidence.promise["rows"]


def test_the_public_page_tells_only_what_the_guarantee_pays_for(mixed):
    page = (mixed.folder / "report.public.html").read_text()
    body = re.sub(r"<style>.*?</style>", "", page, flags=re.DOTALL)
    body = re.sub(r"<code>[0-9a-f]{64}</code>", "", body)  # the ledger's head, which nobody can compute
    rows = mixed.of("noisy").rows
    told = {f"{rows}", "1", "0.001", "100", "74", "50", "2.7", f"{0.001 * rows:.2g}"}
    words = re.sub(r"<[^>]+>", " ", body.replace(mixed.about["started"][:10], ""))
    assert set(re.findall(r"\d+(?:\.\d+)?", words)) <= told
    for hidden in ("verdict inconclusive", "AUROC", "copy scan", "trees", "copy:"):
        assert hidden not in words
    assert "out of 100 people" in words


def test_the_public_run_holds_no_figure_of_patients(mixed):
    public = public_run(mixed)
    assert [each.candidate for each in public.evidence] == ["noisy"]
    assert public.cohort == public.frontier == {}
    only = public.evidence[0]
    assert (only.utility, only.risks, only.findings, only.verdict) == ((), (), (), None)
    assert only.linkage == only.exposure == only.quantities == only.targeted == {}
    assert not {"seed", "input_hash", "config_hash"} & set(public.about)
    assert render(public, public=True) == (mixed.folder / "report.public.html").read_text()


def test_budget_is_spent_before_the_fit_and_lost_where_that_is_stopped(tmp_path, inputs):
    with pytest.raises(KeyboardInterrupt):
        _run(tmp_path, inputs, {**CANDIDATE, "fault": "stop"}, budget=BUDGET)
    assert [each.what for each in _ledger(tmp_path).spends] == ["small: noisy"]


def test_a_candidate_that_fails_has_spent_and_says_why(tmp_path, inputs):
    run = _run(tmp_path, inputs, {**CANDIDATE, "fault": "fail"}, budget=BUDGET)
    assert run.of("noisy").failure == "it cannot learn from these rows."
    assert run.of("noisy").promise == {}
    assert len(_ledger(tmp_path).spends) == 1


def test_what_is_known_beforehand_costs_nothing(tmp_path, inputs):
    run = _run(tmp_path, inputs, {**CANDIDATE, "fault": "check"}, budget=BUDGET)
    assert run.of("noisy").failure == "a column has no public domain."
    assert _ledger(tmp_path).spends == ()


def test_a_column_without_a_public_domain_is_named_and_costs_nothing(tmp_path, inputs):
    run = _run(tmp_path, inputs, {"synth": "dp_mst", "epsilon": 1.0}, budget=BUDGET)
    assert "column 'bili': has no public domain" in run.of("dp_mst").failure
    assert "Give it a `range` in the schema" in run.of("dp_mst").failure
    assert _ledger(tmp_path).spends == ()


def test_a_release_that_promises_less_than_was_reserved_is_not_kept(tmp_path, inputs):
    run = _run(tmp_path, inputs, {**CANDIDATE, "fault": "overspend"}, budget=BUDGET)
    assert "does not say that it kept within its budget" in run.of("noisy").failure
    assert not (run.folder / "releases" / "noisy").exists()


def test_a_data_set_that_is_spent_is_refused_before_anything_is_minted(tmp_path, inputs):
    inputs(tmp_path, rows=60, budget=BUDGET)
    _ledger(tmp_path).reserve(PrivacyBudget(epsilon=1.0, delta=1e-3), "an earlier run")
    two = [CANDIDATE, {**CANDIDATE, "name": "again"}]
    left = r"(?s)asks for ε = 2, δ = 0.002, .*ε = 1, δ = 0.009 is left.*an earlier run"
    with pytest.raises(BudgetError, match=left):
        _run(tmp_path, inputs, *two, budget=BUDGET)
    assert len(_ledger(tmp_path).spends) == 1
    assert not (tmp_path / "runs" / ".partial").exists()


def test_what_another_run_spends_meanwhile_fails_the_candidate(tmp_path, inputs, monkeypatch):
    inputs(tmp_path, rows=60, budget=BUDGET)

    def spend_meanwhile(generators, config, loaded):
        _ledger(tmp_path).reserve(PrivacyBudget(epsilon=1.5, delta=1e-3), "another run")

    monkeypatch.setattr(pipeline, "refuse_overspending", spend_meanwhile)
    run = _run(tmp_path, inputs, CANDIDATE, budget=BUDGET)
    assert "ε = 0.5, δ = 0.009 is left" in run.of("noisy").failure


def test_another_schema_of_the_same_file_spends_from_the_same_ledger(tmp_path, inputs):
    inputs(tmp_path, budget=BUDGET)
    _ledger(tmp_path).reserve(PrivacyBudget(epsilon=1.0, delta=1e-3), "a run")
    schema = tmp_path / "schema.yaml"
    schema.write_text(schema.read_text().replace("kind: integer", "kind: number"))
    assert len(_ledger(tmp_path).spends) == 1
    data = tmp_path / "patients.csv"
    data.write_text("\n".join(data.read_text().splitlines()[:-1]) + "\n")
    assert _ledger(tmp_path).spends == ()


def test_both_halves_of_a_cross_fitted_cohort_cost_what_one_costs(tmp_path, inputs):
    run = _run(tmp_path, inputs, CANDIDATE, budget=BUDGET, split={"folds": 2})
    assert [each.epsilon for each in _ledger(tmp_path).spends] == [1.0]
    assert run.of("noisy").promise["epsilon"] == 1.0
    assert run.of("noisy").promise["rows"] == run.of("noisy").rows


def test_a_resumed_run_pays_again_for_what_was_not_finished_and_no_more(tmp_path, inputs, monkeypatch):
    first, second = CANDIDATE, {**CANDIDATE, "name": "second"}
    minted = tasks._mint

    def stop_at_the_second(generator, name, setting, progress):
        if name == "second":
            raise KeyboardInterrupt
        return minted(generator, name, setting, progress)

    def config(epsilon):
        told = {"references": [], "attacks": [], "budget": {"epsilon": epsilon, "delta": 1.0e-2}}
        return read_config(inputs(tmp_path, rows=60, candidates=[first, second], **told))

    with monkeypatch.context() as patch:
        patch.setattr(tasks, "_mint", stop_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            pipeline.run(config(2.0), out=tmp_path / "runs")
    with pytest.raises(BudgetError):
        pipeline.run(config(2.0), out=tmp_path / "runs", resume=True)
    run = read_run(pipeline.run(config(3.0), out=tmp_path / "runs", resume=True))
    spent = ["small: noisy", "small: second", "small: second"]
    assert [each.what for each in _ledger(tmp_path).spends] == spent
    assert len(run.promises) == 2


def test_a_delta_left_out_is_a_power_of_ten_and_one_too_large_is_refused(tmp_path, inputs):
    config = read_config(inputs(tmp_path, candidates=["noisy"]))
    loaded = load_for_run(config)
    assert spending.with_delta(Noisy(), loaded).delta == pytest.approx(1e-3)
    with pytest.raises(ConfigError, match=r"delta = 0\.0125 is 1 / persons or more.*Write delta: 0\.001"):
        spending.with_delta(Noisy(delta=1 / 80), loaded)
    trees = registry.configured("trees")
    assert spending.with_delta(trees, loaded) is trees
    assert spending.budget_of(trees) is None


def test_without_a_budget_in_the_config_there_is_a_cap_all_the_same(tmp_path, inputs):
    config = read_config(inputs(tmp_path, candidates=["noisy"]))
    cap = spending.ledger_of(config, load_for_run(config)).cap
    assert (cap.epsilon, cap.delta) == pytest.approx((10.0, 1e-3))


def test_rows_kept_by_their_distance_to_patients_carry_no_guarantee(tmp_path, inputs):
    train = load_for_run(read_config(inputs(tmp_path))).split.train
    with pytest.raises(ConfigError, match="no formal guarantee outlives"):
        Minter.of(Noisy(delta=1e-3), train, name="noisy", seed=0)


def test_the_config_repeats_its_budget(tmp_path, inputs):
    config = read_config(inputs(tmp_path, budget=BUDGET))
    assert config.budget == PrivacyBudget(**BUDGET)
    assert config_from_dict(config.resolved(), folder=tmp_path).budget == config.budget


@pytest.mark.parametrize(
    ("budget", "message"),
    [
        ({"epsilon": 0, "delta": 1e-5}, "budget: epsilon must be above 0"),
        ({"epsilon": 1, "delta": 1}, "budget: delta must be at least 0 and below 1"),
        ({"epsilon": 1}, "budget has no delta"),
        ({}, "budget has no epsilon and no delta"),
        ({"epsilon": 1, "delta": "1e-5"}, "budget: delta must be"),
        ({"epsilon": 1, "delta": 0.1, "rho": 1}, "unknown key 'rho' in budget"),
        (3, "budget is not a mapping"),
    ],
)
def test_a_budget_that_is_none_is_refused_with_the_remedy(tmp_path, budget, message):
    with pytest.raises(ConfigError, match=message):
        config_from_dict({"cohort": {"demo": "diabetes"}, "budget": budget}, folder=tmp_path)
