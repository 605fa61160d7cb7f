"""What the budget of a data set is, what was spent of it on what, and what is left: for its steward."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib import import_module
from typing import Any, cast

from privacy.dp.budget import PrivacyBudget, total
from privacy.dp.ledger import USED, BudgetLedger
from synth.dp.domain import refuse_private_domains
from synthassay.config import Config
from synthassay.dp.gauge import Forecast, forecasts
from synthassay.dp.spending import budget_of, ledger_of, with_delta
from synthassay.generators import configured
from synthassay.load import load_for_run

_ROUNDING = 1e-9


@dataclass(frozen=True, kw_only=True)
class Spent:
    """One spend.

    Parameters
    ----------
    at : str
        When, in UTC.
    what : str
        The run's name and the candidate's.
    epsilon, delta : float
    used : bool
        Whether a release was made of it; what was stopped before has spent all the same.
    """

    at: str
    what: str
    epsilon: float
    delta: float
    used: bool

    @property
    def sentence(self) -> str:
        """For a steward."""
        lost = "" if self.used else "; no release was made, and it counts all the same"
        when = self.at.replace("T", " ")[:16]
        return f"{when} UTC  {self.what}: ε = {self.epsilon:g}, δ = {self.delta:g}{lost}"


@dataclass(frozen=True, kw_only=True)
class Statement:
    """The budget of one data set.

    Parameters
    ----------
    name : str
        Of the config.
    cap : PrivacyBudget
        What all releases may spend together.
    decided : bool
        Whether the config names the cap; otherwise it is the default.
    spends : tuple of Spent
        In order.
    """

    name: str
    cap: PrivacyBudget
    decided: bool
    spends: tuple[Spent, ...]

    @property
    def spent(self) -> dict[str, float]:
        """The sum of all spends."""
        whole = total(PrivacyBudget(epsilon=each.epsilon, delta=each.delta) for each in self.spends)
        return {"epsilon": 0.0, "delta": 0.0} if whole is None else asdict(whole)

    @property
    def left(self) -> dict[str, float]:
        """What may still be spent, never below 0, nor a mere rounding above it."""
        caps, spent = asdict(self.cap), self.spent
        return {key: _less(caps[key], spent[key]) for key in caps}

    def to_dict(self) -> dict[str, Any]:
        """For ``--json``."""
        return {
            "name": self.name,
            "cap": asdict(self.cap),
            "decided": self.decided,
            "spent": self.spent,
            "left": self.left,
            "spends": [asdict(each) for each in self.spends],
        }

    @property
    def sentences(self) -> Iterator[str]:
        """For a steward."""
        why = "the config's budget" if self.decided else "the default: the config names no budget"
        yield f"Cap of this data set:  {self.cap}  ({why})"
        yield f"Spent:  {_told(self.spent)}"
        yield f"Left:   {_told(self.left)}"
        if any(value == 0 for value in self.left.values()):
            yield "Nothing more can be released with a guarantee, unless a larger budget is decided on."
        if self.spends:
            yield "\nSpent on:"
        for each in self.spends:
            yield f"  {each.sentence}"


def statement(config: Config) -> Statement:
    """Read the ledger of a config's data set; nothing is spent.

    Raises
    ------
    BudgetError
        Where the ledger was tampered with.
    SynthAssayError
        Where the data cannot be read.
    """
    ledger = _ledger(config)
    entries = ledger.entries
    used = {each.reserved for each in entries if each.state == USED}
    spends = tuple(
        Spent(
            at=each.at,
            what=each.what,
            epsilon=each.epsilon,
            delta=each.delta,
            used=each.number in used,
        )
        for each in entries
        if each.state != USED
    )
    return Statement(name=config.name, cap=ledger.cap, decided=config.budget is not None, spends=spends)


def expected(config: Config) -> dict[str, Forecast]:
    """What use to expect of each candidate with a guarantee, by name, before anything is spent.

    Knows the schema, how many persons a candidate would learn from and what it promises; as dp_mst
    keeps, whichever generator it is.

    Raises
    ------
    SchemaError
        Naming each column without a public domain.
    """
    loaded = load_for_run(config)
    persons = max(fold.train.n_persons for fold in loaded.split.folds)
    found: dict[str, Forecast] = {}
    for each in config.candidates:
        budget = budget_of(with_delta(configured(each.synth, each.options), loaded))
        if budget is None:
            continue
        refuse_private_domains(loaded.cohort.schema, where=config.name)
        (found[each.name],) = forecasts(
            loaded.cohort.schema,
            persons=persons,
            epsilons=(budget.epsilon,),
            delta=budget.delta,
            seed=config.seed,
        )
    return found


def _ledger(config: Config) -> BudgetLedger:
    if config.cohort.pictures is None:
        return ledger_of(config, load_for_run(config))
    # With images comes torch, which no table needs.
    load, spending = (import_module(f"synthassay.images.{name}") for name in ("load", "spending"))
    return cast(BudgetLedger, spending.ledger_of(config, load.load_for_run(config)))


def _less(cap: float, spent: float) -> float:
    left = cap - spent
    return left if left > cap * _ROUNDING else 0.0


def _told(budget: dict[str, float]) -> str:
    return f"ε = {budget['epsilon']:.6g}, δ = {budget['delta']:.6g}"
