"""The audit catches noise, accounts and domains that break the promise, and is silent on what keeps it."""

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Schema
from privacy.dp import mechanisms, worlds
from privacy.dp.accounting import Account, rho_for
from privacy.dp.audit import audit, of_figures
from privacy.dp.budget import PrivacyBudget
from privacy.dp.canaries import leaked, planted
from privacy.dp.mechanisms import noisy_counts

DELTA = 1e-5
ONE, TEN = (PrivacyBudget(epsilon=epsilon, delta=DELTA) for epsilon in (1.0, 10.0))
PURE = PrivacyBudget(epsilon=1.0)


def _count(claim, runs):
    return audit(worlds.one_count(claim), what="count", claim=claim, runs=runs, is_gaussian=True)


def _tables(claim, runs):
    return audit(worlds.tables(claim, many=2), what="two tables", claim=claim, runs=runs, is_gaussian=True)


def _twice_as_loud(door):
    """A mechanism that takes four times the rho it pays for: half the noise."""

    def faulty(*args, rho, account, **told):
        account.spend(rho, on=told["on"])
        return door(*args, rho=4 * rho, account=Account(4 * rho), **told)

    return faulty


def _count_every_second(monkeypatch):
    honest, calls = Account.spend, []

    def spend(self, rho, *, on):
        calls.append(on)
        if len(calls) % 2:
            honest(self, rho, on=on)

    monkeypatch.setattr(Account, "spend", spend)


@pytest.mark.parametrize(("claim", "runs"), [(ONE, 10_000), (TEN, 1_000)])
def test_correct_noise_keeps_under_its_claim(claim, runs):
    for found in (_count(claim, runs), _tables(claim, runs)):
        assert not found.violated
        assert 0 < found.at_least < claim.epsilon < found.cap
        assert found.runs == runs // 2


@pytest.mark.parametrize(("claim", "runs"), [(ONE, 10_000), (TEN, 1_000)])
def test_noise_halved_is_caught(monkeypatch, claim, runs):
    honest = mechanisms.gaussian_sigma
    monkeypatch.setattr(mechanisms, "gaussian_sigma", lambda rho, sensitivity: honest(rho, sensitivity) / 2)
    assert _count(claim, runs).violated


@pytest.mark.parametrize(("claim", "runs"), [(ONE, 60_000), (TEN, 2_600)])
def test_a_budget_counted_once_for_two_measurements_is_caught(monkeypatch, claim, runs):
    _count_every_second(monkeypatch)
    assert _tables(claim, runs).violated


@pytest.mark.parametrize(
    ("name", "world", "epsilon", "runs"),
    [("choose", worlds.choice, 1.0, 5_000), ("quantiles", worlds.highest, 3.0, 3_000)],
)
def test_choices_and_quantiles_keep_under_their_claim_and_faults_are_caught(
    monkeypatch, name, world, epsilon, runs
):
    claim = PrivacyBudget(epsilon=epsilon)
    honest = audit(world(claim), what=name, claim=claim, runs=runs)
    assert not honest.violated
    assert 0 < honest.at_least < epsilon < honest.cap
    assert honest.gaussian is None
    # Adding a person moves the ranks of a quantile one way only, which hides half of the fault.
    faulty = _twice_as_loud(getattr(worlds, name))
    monkeypatch.setattr(worlds, name, faulty if name == "choose" else _twice_as_loud(faulty))
    assert audit(world(claim), what=name, claim=claim, runs=runs).violated


def test_every_mechanism_is_audited_at_both_claims():
    for epsilon, runs in ((1.0, 400), (10.0, 200)):
        found = worlds.audit_mechanisms(epsilon, delta=DELTA, runs=runs)
        assert [each.what for each in found] == ["noisy count", "25 noisy tables", "choice", "quantile"]
        assert not any(each.violated for each in found)
        assert [each.delta for each in found] == [DELTA, DELTA, 0.0, 0.0]


SCHEMA = Schema(
    columns=(
        Column(name="group", kind=Kind.CATEGORY, categories=("a", "b", "c")),
        Column(name="age", kind=Kind.INTEGER, range=(0, 100)),
    )
)


def _cohort(groups, ages):
    table = pd.DataFrame({"group": pd.Series(groups, dtype=object), "age": pd.Series(ages, dtype="Int64")})
    return Cohort(schema=SCHEMA, table=table, name="made up")


RHO = {claim: rho_for(claim.epsilon, claim.delta) for claim in (ONE, TEN)}


def _histogram(values, known, *, rho):
    """Each known value as often as a noisy count tells."""
    counts = np.array([np.count_nonzero(values == each) for each in known])
    noisy = noisy_counts(counts, rho=rho, sensitivity=1, account=Account(rho), on="values")
    return pd.Series(np.repeat(np.array(known, dtype=object), np.maximum(noisy, 0)))


def _minted(train, claim, *, columns=("group", "age"), private_categories=False, private_bins=False):
    """A tiny generator: groups and ages by noisy histograms, with public domains or the faulty ones."""
    groups, ages = train.table["group"].to_numpy(), train.table["age"].to_numpy(dtype=float)
    known = sorted(set(groups)) if private_categories else list(SCHEMA.columns[0].categories)
    low, high = (ages.min(), ages.max()) if private_bins else (0.0, 100.0)
    nearer = np.where(ages - low > high - ages, high, low)
    ends = [low] if low == high else [low, high]
    told = {"group": (groups, known), "age": (nearer, ends)}
    return pd.DataFrame({name: _histogram(*told[name], rho=RHO[claim] / 2) for name in columns})


FAULTS = {"private_categories": "group", "private_bins": "age"}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("claim", [ONE, TEN])
def test_a_domain_from_the_patients_is_shown_by_canaries_whatever_the_claim(fault, claim):
    canaried, canaries = planted(_cohort(["a"] * 40, [30] * 40))
    assert leaked(_minted(canaried, claim, **{fault: True}), canaried, canaries) == (FAULTS[fault],)
    assert leaked(_minted(canaried, claim), canaried, canaries) == ()


@pytest.mark.parametrize(("column", "value"), [("group", "c"), ("age", 100)])
def test_a_domain_from_the_patients_is_shown_by_one_person_more(column, value):
    everybody, all_and_one = _cohort(["a"] * 60, [0] * 60), _cohort([*["a"] * 60, "c"], [*[0] * 60, 100])

    def found(**broken):
        def world(is_there, runs):
            train = all_and_one if is_there else everybody
            minted = [_minted(train, ONE, columns=[column], **broken)[column] for _ in range(runs)]
            return np.array([float((each == value).any()) for each in minted])

        return audit(world, what="tiny generator", claim=ONE, runs=200)

    assert not found().violated
    assert found(**{fault: True for fault, told in FAULTS.items() if told == column}).violated


def test_canaries_are_values_nobody_could_know():
    canaried, canaries = planted(_cohort(["a", "b", "c", "a"], [1, 2, 3, None]))
    assert canaries == {"group": "canary of group", "age": 401}
    assert canaried.table["group"].tolist()[:2] == ["canary of group"] * 2
    assert canaried.table["group"].tolist()[2:] == ["c", "a"]
    assert str(canaried.table["age"].dtype) == "Int64"


def test_thresholds_are_fixed_on_the_half_that_is_not_tested():
    rng = np.random.default_rng(0)
    luck = [rng.permutation(np.r_[np.zeros(20), np.ones(20)]) for _ in range(2)]
    told = np.r_[np.zeros(20), luck[0][20:]], np.r_[np.ones(20), luck[1][20:]]
    assert of_figures(*told, what="luck", claim=PURE).counted < 0.5


def test_a_figure_that_says_nothing_shows_nothing():
    found = of_figures(np.zeros(100), np.zeros(100), what="nothing", claim=ONE, is_gaussian=True)
    assert (found.counted, found.gaussian, found.at_least, found.violated) == (0.0, 0.0, 0.0, False)


def test_the_record_goes_into_the_evidence():
    told = _count(TEN, 200).to_dict()
    assert {"what", "epsilon", "delta", "runs", "counted", "gaussian", "cap", "violated", "at_least"} == set(
        told
    )
