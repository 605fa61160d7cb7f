"""Whole generators keep under their claims, and canaries never come out of them."""

import pickle

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.errors import ConfigError
from cohort.schema import Column, Kind, Schema
from privacy.dp import mechanisms
from privacy.dp.canaries import leaked, planted
from synth.dp import domain, model
from synth.registry import synthesizer
from synthassay.dp.audit import COLUMNS, audit_generator, one_run, person_told, worst_cohorts

TEN = {"epsilon": 10.0, "delta": 1e-5}
SCHEMA = Schema(
    columns=(
        Column(name="sex", kind=Kind.CATEGORY, categories=("f", "m")),
        Column(name="age", kind=Kind.INTEGER, range=(0, 100)),
        Column(name="bili", kind=Kind.NUMBER, range=(0, 30)),
        Column(name="seen", kind=Kind.DATE, range=("2000-01-01", "2020-12-31")),
    )
)


def _cohort(n=80, seed=0):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "sex": rng.choice(np.array(["f", "m"], dtype=object), n),
            "age": pd.Series(rng.integers(20, 90, n), dtype="Int64"),
            "bili": rng.gamma(2, 2, n),
            "seen": pd.Timestamp("2005-01-01") + pd.to_timedelta(rng.integers(0, 3_000, n), unit="D"),
        }
    )
    return Cohort(schema=SCHEMA, table=table, name="made up")


@pytest.mark.parametrize("name", ["dp_mst", "dp_aim"])
def test_canaries_never_come_out(name):
    canaried, canaries = planted(_cohort())
    fitted = synthesizer(name, TEN).fit(canaried, seed=0)
    assert leaked(fitted.sample(300, seed=0).table, canaried, canaries) == ()
    assert set(canaries) == {"sex", "age", "bili", "seen"}
    assert b"canary" not in pickle.dumps((fitted.codings, fitted.poolings, fitted.measurements))


def test_canaries_show_categories_and_bins_from_the_patients(monkeypatch):
    honest = domain.fit_domain

    def private(train, **told):
        seen = train.table["sex"].dropna()
        widest = (int(train.table["age"].min()), int(train.table["age"].max()))
        sex, age, *others = train.schema.columns
        columns = (
            Column(name="sex", kind=sex.kind, categories=tuple(sorted(set(seen)))),
            Column(name="age", kind=age.kind, range=widest),
            *others,
        )
        return honest(Cohort(schema=Schema(columns=columns), table=train.table), **told)

    monkeypatch.setattr(model, "fit_domain", private)
    canaried, canaries = planted(_cohort())
    minted = synthesizer("dp_mst", TEN).fit(canaried, seed=0).sample(300, seed=0).table
    assert leaked(minted, canaried, canaries) == ("sex", "age")


def test_what_a_fit_tells_of_a_person_is_noise_of_one_and_their_share():
    without, having = worst_cohorts(100)
    assert len(having) == 101
    person = having.table.tail(1)
    told = []
    for train in (without, having):
        fits = [synthesizer("dp_mst", {"epsilon": 100.0, "delta": 1e-5}).fit(train, seed=0) for _ in range(6)]
        told.append(np.mean([person_told(fitted, without.table, person) for fitted in fits]))
    assert abs(told[0]) < 2
    assert 3 < told[1] - told[0] < 11  # all of rho = 38 would move it by 8.7


@pytest.mark.parametrize(("noise", "is_caught"), [(1.0, False), (0.25, True)])
def test_a_generator_keeps_under_its_claim_and_too_little_noise_is_caught(monkeypatch, noise, is_caught):
    honest = mechanisms.gaussian_sigma
    monkeypatch.setattr(
        mechanisms, "gaussian_sigma", lambda rho, sensitivity: noise * honest(rho, sensitivity)
    )
    monkeypatch.setattr(model, "_STEPS", 2)  # the model is not looked at
    found = audit_generator(synthesizer("dp_mst", TEN), runs=120, columns=COLUMNS[:1])
    assert found.violated == is_caught
    assert (found.what, found.epsilon, found.delta, found.runs) == ("DpMst", 10.0, 1e-5, 60)


def test_rows_of_a_person_that_are_not_bounded_are_caught(monkeypatch):
    monkeypatch.setattr(model, "bounded", lambda train, *, most: train)
    monkeypatch.setattr(model, "_STEPS", 2)
    assert audit_generator(synthesizer("dp_mst", TEN), runs=120, columns=COLUMNS[:1]).violated


def test_only_what_claims_something_is_held_against_a_claim():
    with pytest.raises(ConfigError, match="claims no epsilon"):
        audit_generator(synthesizer("trees", {}), runs=4)
    with pytest.raises(ConfigError, match="claims no epsilon"):
        audit_generator(synthesizer("dp_mst", {"epsilon": 1.0}), runs=4)


def test_one_run_tells_copies_from_rows_that_have_nothing_to_do_with_anybody():
    train = _cohort(100)
    copied = one_run(synthesizer("copy", {}), train, canaries=60, seed=0)
    assert (copied.canaries, copied.guesses, copied.delta) == (60, 30, 0.0)
    assert copied.right >= 29
    assert 0 < copied.at_least <= copied.cap == pytest.approx(2.25, abs=0.01)
    guarded = one_run(synthesizer("dp_mst", {"epsilon": 0.1, "delta": 1e-5}), train, canaries=60, seed=0)
    assert guarded.at_least <= 0.5
    assert guarded.delta == 1e-5


def test_one_run_is_refused_where_it_cannot_be_played(visiting):
    for train, guesses in ((visiting(20), None), (_cohort(20), 11)):
        with pytest.raises(ConfigError, match="cannot be audited in one run"):
            one_run(synthesizer("copy", {}), train, canaries=10, seed=0, guesses=guesses)
