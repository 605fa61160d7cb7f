"""The audit of a run's candidates: announced, told inside the house alone, and refuted where it must be."""

import sys

import numpy as np
import pandas as pd
import pytest
import yaml

from cohort.cohort import Cohort
from cohort.errors import ConfigError
from cohort.schema import Column, Kind, Schema
from synth.dp import domain, model
from synth.registry import synthesizer
from synthassay import pipeline
from synthassay.config_reader import config_from_dict, read_config
from synthassay.dp import spending
from synthassay.dp.candidate import audit_findings, audited
from synthassay.dp.config import AuditPlan
from synthassay.load import load_for_run
from synthassay.public import public_run
from synthassay.report import render
from synthassay.runs import Evidence, read_run

TEN = {"synth": "dp_mst", "epsilon": 10.0, "delta": 1e-3}
SCHEMA = Schema(
    columns=(
        Column(name="id", kind=Kind.INTEGER),
        Column(name="sex", kind=Kind.CATEGORY, categories=("f", "m")),
        Column(name="age", kind=Kind.INTEGER, range=(0, 100)),
    ),
    person="id",
    rules=("age <= 110",),
)


def _with_domains(folder, inputs, **config):
    """Inputs whose schema has public domains."""
    path = inputs(folder, rows=60, references=[], attacks=[], **config)
    schema = yaml.safe_load((folder / "schema.yaml").read_text())
    schema["columns"]["bili"]["range"] = [0, 100]
    schema["columns"]["stage"]["categories"] = ["1", "2", "3", "4"]
    schema["columns"]["worse"]["categories"] = ["no", "yes"]
    (folder / "schema.yaml").write_text(yaml.safe_dump(schema, sort_keys=False))
    return read_config(path)


def _train(persons=50):
    rng = np.random.default_rng(0)
    sexes = rng.choice(np.array(["f", "m"], dtype=object), persons)
    ages = pd.Series(rng.integers(20, 90, persons), dtype="Int64")
    ids = pd.Series(range(persons), dtype="Int64")
    return Cohort(schema=SCHEMA, table=pd.DataFrame({"id": ids, "sex": sexes, "age": ages}))


def _audit(generator, train=None, *, fits=10):
    told = {"name": "it", "asked": AuditPlan(fits=fits), "seconds": 0.1, "seed": 0}
    return audited(generator, train or _train(), **told)


@pytest.fixture(scope="module")
def run(tmp_path_factory, inputs):
    """A candidate with a guarantee and one without, each audited; what was said on standard error."""
    folder = tmp_path_factory.mktemp("audited")
    state, said = pytest.MonkeyPatch(), []
    state.setenv("SYNTHASSAY_STATE", str(folder / "state"))
    state.setattr(sys.stderr, "write", said.append)
    state.setattr(model, "_STEPS", 2)
    config = _with_domains(folder, inputs, candidates=[TEN, "trees"], audit={"fits": 10})
    finished = read_run(pipeline.run(config, out=folder / "runs"))
    spent = spending.ledger_of(config, load_for_run(config)).spends
    state.undo()
    return finished, "".join(said), spent


def test_the_cost_is_announced(run):
    assert "audit: 10 fits x 2 worlds for `dp_mst`, and one with canaries: 21 fits, about " in run[1]
    assert "audit: 8 planted records in one fit of `trees`, about " in run[1]


def test_the_evidence_holds_claim_bound_and_cap(run):
    held, attacked = (run[0].of(name).audit for name in ("dp_mst", "trees"))
    assert (held["method"], held["epsilon"], held["delta"]) == ("worlds", 10.0, 1e-3)
    assert (held["fits"], held["runs"], held["confidence"]) == (10, 5, 0.95)
    assert held["canaries"] == ["age", "sex", "bili", "stage", "worse"]
    assert (held["leaked"], held["violated"]) == ([], False)
    assert 0 <= held["counted"] <= held["at_least"]
    assert (attacked["method"], attacked["canaries"], attacked["guesses"]) == ("one_run", 8, 4)
    assert 0 <= attacked["at_least"] <= attacked["cap"]
    assert attacked["control"]["right"] == attacked["control"]["guesses"] == 4
    assert "guarantee_refuted" not in [each.code for each in run[0].of("dp_mst").findings]


def test_an_audit_spends_nothing(run):
    assert [each.what for each in run[2]] == ["small: dp_mst"]


def test_the_internal_report_tells_bound_cap_and_runs_and_warns(run):
    page = (run[0].folder / "report.html").read_text()
    assert page.count("A low lower bound is no evidence of privacy.") == 2
    for part in ("Proven upper bound of ε", "Empirical lower bound, 95.0 % sure", "Cap of the method"):
        assert page.count(part) == 2
    assert "planted in 5 columns of the patients used, did not come out of any" in page


def test_the_public_page_of_a_promise_holds_no_audit(run):
    page = (run[0].folder / "report.public.html").read_text()
    assert "out of 100 people" in page
    for hidden in ("audit", "lower bound", "canar", "trees"):
        assert hidden not in page.split("</style>")[1]
    assert all(each.audit == {} for each in public_run(run[0]).evidence)


def test_nor_does_the_public_page_without_a_promise(tmp_path, inputs):
    run = read_run(pipeline.run(_with_domains(tmp_path, inputs, audit={}), out=tmp_path / "runs"))
    assert run.of("trees").audit["method"] == "one_run"
    assert "The audit</h3>" in render(run)
    assert public_run(run).of("trees").audit == {}
    assert "The audit</h3>" not in render(public_run(run), public=True)


def test_evidence_without_an_audit_does_not_speak_of_one():
    assert "audit" not in Evidence(candidate="trees", made_by="trees").to_dict()


def test_canaries_that_come_out_refute_the_guarantee(monkeypatch):
    honest = domain.fit_domain

    def private(train, **told):
        sex, *others = train.schema.released
        seen = tuple(sorted(set(train.table["sex"])))
        columns = (Column(name="sex", kind=sex.kind, categories=seen), *others)
        return honest(Cohort(schema=Schema(columns=columns), table=train.table), **told)

    monkeypatch.setattr(model, "fit_domain", private)
    told = _audit(synthesizer("dp_mst", {"epsilon": 10.0, "delta": 1e-3}))
    assert told["leaked"] == ["sex"]
    (finding,) = audit_findings(told)
    assert "came out of sex" in finding.explanation


def test_a_bound_above_the_claim_is_a_finding():
    (finding,) = audit_findings({"violated": True, "epsilon": 10.0, "leaked": []})
    assert "more than ε = 10" in finding.explanation


def test_what_cannot_be_audited_says_why(visiting):
    assert "cannot be audited in one run" in _audit(synthesizer("copy"), visiting(20))["reason"]
    assert audit_findings({"reason": "none"}) == ()


def test_the_config_reads_audit_and_repeats_it(tmp_path):
    config = config_from_dict({"cohort": {"demo": "registry"}, "audit": {"fits": 50}}, folder=tmp_path)
    assert config.audit == AuditPlan(fits=50)
    assert config_from_dict(config.resolved(), folder=tmp_path).audit == config.audit
    assert config_from_dict({"cohort": {"demo": "registry"}}, folder=tmp_path).audit is None


@pytest.mark.parametrize("wrong", [3, {"fits": 9}, {"fits": True}, {"fits": 10_001}, {"runs": 3}])
def test_an_audit_that_is_none_is_refused_with_the_remedy(tmp_path, wrong):
    with pytest.raises(ConfigError, match=r"audit.*(Write audit: \{fits: 200\}|Leave it out for 200)"):
        config_from_dict({"cohort": {"demo": "registry"}, "audit": wrong}, folder=tmp_path)
