"""Differential privacy in a run: who spends budget, from which ledger, and what may be told of it."""

from collections.abc import Callable, Iterable, Mapping, Sized
from dataclasses import asdict, replace
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

from cohort.errors import ConfigError, GenerationError, Problem
from cohort.images import ImageRelease
from cohort.release import Guarantee, Release
from privacy.dp.budget import PrivacyBudget, default_delta, total
from privacy.dp.ledger import BudgetLedger, Reservation
from privacy.dp.words import in_words
from synth.protocols import Synthesizer
from synthassay.config import Config
from synthassay.load import Loaded
from synthassay.state import cohort_hash, keyed_hash, state_folder

DEFAULT_EPSILON = 10.0
"""Of the cap where the config names no ``budget``."""

Generator = TypeVar("Generator")
"""Of tables or of images."""


@runtime_checkable
class Spender(Protocol):
    """A generator with a formal guarantee: whoever fits it spends its budget."""

    epsilon: float
    delta: float | None


@runtime_checkable
class Careful(Protocol):
    """A generator that says, before budget is spent, what it cannot learn from."""

    def check(self, train: Any) -> None:
        """Raise a `SynthAssayError` where `fit` would, as far as the schema and options tell."""
        ...


def with_delta(generator: Synthesizer, loaded: Loaded) -> Synthesizer:
    """A generator with a guarantee whose delta is told; as `with_delta_for` the larger half's persons."""
    return with_delta_for(generator, max(fold.train.n_persons for fold in loaded.split.folds))


def with_delta_for(generator: Generator, persons: int) -> Generator:
    """A generator with a guarantee whose delta is told; every other one as it is.

    Raises
    ------
    ConfigError
        Where delta is 1 / persons or more: the promise could fail outright for somebody.
    """
    if not isinstance(generator, Spender):
        return generator
    if generator.delta is None:
        return cast(Generator, replace(cast(Any, generator), delta=default_delta(persons)))
    if generator.delta * persons >= 1:
        what = f"delta = {generator.delta:g} is 1 / persons or more: the promise could fail for somebody."
        remedy = f"Write delta: {default_delta(persons):g}, or leave it out."
        raise ConfigError(Problem(what=what, where="candidates", remedy=remedy))
    return generator


def budget_of(generator: object) -> PrivacyBudget | None:
    """What a fit of it spends; None where it gives no guarantee."""
    if not isinstance(generator, Spender):
        return None
    return PrivacyBudget(epsilon=generator.epsilon, delta=generator.delta or 0.0)


def default_cap(persons: int) -> PrivacyBudget:
    """What releases of a data set may spend together where the config does not say."""
    return PrivacyBudget(epsilon=DEFAULT_EPSILON, delta=10 * default_delta(persons))


def ledger_of(config: Config, loaded: Loaded) -> BudgetLedger:
    """The ledger of the config's data set.

    A file is known by its bytes, so that another schema of the same file spends from the same
    ledger; a table that came from no file by its cells.
    """
    path = config.cohort.data
    return BudgetLedger(
        folder=state_folder() / "budgets",
        fingerprint=cohort_hash(loaded.cohort) if path is None else keyed_hash(path.read_bytes()),
        cap=config.budget or default_cap(loaded.cohort.n_persons),
        sign=keyed_hash,
    )


def refuse_overspending(generators: Mapping[str, Synthesizer], config: Config, loaded: Loaded) -> None:
    """Refuse a run whose candidates together ask for more than is left, before any is minted.

    Raises
    ------
    BudgetError
        With what is left and what was spent on.
    ConfigError
        Where a delta is too large.
    """
    told = {name: with_delta(each, loaded) for name, each in generators.items()}
    refuse_together(told, name=config.name, ledger=lambda: ledger_of(config, loaded))


def refuse_together(
    generators: Mapping[str, object], *, name: str, ledger: Callable[[], BudgetLedger]
) -> None:
    """Refuse generators, whose deltas are told, that ask together for more than a ledger has left.

    Parameters
    ----------
    generators : mapping
        By candidate.
    name : str
        The run's.
    ledger : callable
        Opened only where one of them spends.
    """
    asked = {candidate: budget_of(each) for candidate, each in generators.items()}
    spending = {candidate: budget for candidate, budget in asked.items() if budget is not None}
    whole = total(spending.values())
    if whole is not None:
        ledger().refuse(whole, f"{name}: {', '.join(spending)}")


def reserve(generator: Synthesizer, name: str, config: Config, loaded: Loaded) -> Reservation | None:
    """Spend a candidate's budget before it is fitted; None where it has no guarantee.

    The halves of a cross-fitted cohort are different persons, so that both cost what one costs.

    Raises
    ------
    BudgetError
        Where not as much is left.
    SynthAssayError
        Where the generator knows beforehand that it cannot learn from such a cohort; nothing is
        spent then.
    """
    trains = [fold.train for fold in loaded.split.folds]
    what = f"{config.name}: {name}"
    return reserve_from(generator, trains, what=what, ledger=lambda: ledger_of(config, loaded))


def reserve_from(
    generator: object, trains: Iterable[Sized], *, what: str, ledger: Callable[[], BudgetLedger]
) -> Reservation | None:
    """The same from a ledger that is opened only where the generator spends and can learn from ``trains``."""
    budget = budget_of(generator)
    if budget is None:
        return None
    if isinstance(generator, Careful):
        for train in trains:
            generator.check(train)
    return ledger().reserve(budget, what)


def settle(release: Release | ImageRelease, reservation: Reservation | None) -> None:
    """Note that a reservation was used.

    Raises
    ------
    GenerationError
        Where the release does not promise what its budget was reserved for.
    """
    if reservation is None:
        return
    given, reserved = release.guarantee, reservation.entry
    if given is None or given.epsilon > reserved.epsilon or given.delta > reserved.delta:
        raise GenerationError(
            "the release does not say that it kept within its budget, and is not kept. Report it."
        )
    reservation.commit()


def rows_learned(fitted: object, train: Sized) -> int:
    """How many rows it learned from: the noisy number where the exact one may not be told."""
    guarantee = getattr(fitted, "guarantee", None)
    return len(train) if guarantee is None or guarantee.rows is None else max(1, guarantee.rows)


def refuse_guarantee(generator: object, *, where: str, why: str) -> None:
    """Raise `ConfigError` for a generator whose guarantee would not outlive what is done with its rows."""
    if isinstance(generator, Spender):
        remedy = "Mint with `synthassay run`, or take a generator without a guarantee, such as trees."
        raise ConfigError(Problem(what=why, where=where, remedy=remedy))


def promise(guarantee: Guarantee | None) -> dict[str, Any]:
    """What the evidence says of a guarantee: nothing in it is more than the guarantee pays for."""
    if guarantee is None:
        return {}
    words = in_words(guarantee.epsilon, guarantee.delta, rows=guarantee.rows)
    return {**vars(guarantee), "words": list(words)}


def budget_told(ledger: BudgetLedger) -> dict[str, Any]:
    """The cap of a data set and what was spent of it so far."""
    spent = ledger.spent
    return {"cap": asdict(ledger.cap), "spent": {} if spent is None else asdict(spent)}
