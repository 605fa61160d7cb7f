"""Did it help? More rows of a scarce class against the real rows alone, on real persons set aside."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np

from cohort.cohort import Cohort
from cohort.errors import NotApplicable, SynthAssayError
from cohort.schema import Column, Role, Schema
from cohort.split import Split, split_cohort
from utility.arms import REAL, Arm, Mint, make_arms
from utility.paired import corrected_t, holm
from utility.tuned import HEADLINE, Design, Key

PERSONS = 10
"""Persons of the class, and not of it, below whom a study says nothing."""

SHARES = (0.1, 0.3, 0.5)
HOLDOUT = 0.3
FEWEST_REPEATS = 3

_LEVEL = 0.05
_WITHOUT = (Role.TARGET, Role.TIME, Role.EVENT)

Scores = Mapping[str, Mapping[Key, float]]
"""Of every arm, in one split."""


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One arm beside the real rows alone, in one measure.

    Parameters
    ----------
    arm : str
        How it was trained.
    metric : str
        ``auroc`` (the class against all others), ``recall`` or ``balanced_accuracy``.
    group : str
        The class; "" for the whole.
    value, reference : float
        Means over the repeats, for the arm and for the real rows alone.
    difference, low, high : float
        Paired, with its two-sided 95 % interval by itself (not widened for the number of arms).
    p, p_adjusted : float
        Against no difference; the latter for all arms together (Holm).
    repeats : int
        Splits compared.
    """

    arm: str
    metric: str
    group: str
    value: float
    reference: float
    difference: float
    low: float
    high: float
    p: float
    p_adjusted: float
    repeats: int

    @property
    def sentence(self) -> str:
        """What was found, read as readily either way."""
        amount = f"{short(abs(self.difference))} [{short(self._ends[0])}, {short(self._ends[1])}]"
        if self.p_adjusted <= _LEVEL and self.difference > 0:
            return f"helped by {amount}"
        if self.p_adjusted <= _LEVEL and self.difference < 0:
            return f"hurt by {amount}"
        several = ", not enough for so many comparisons" if self.p <= _LEVEL else ""
        ends = f"[{short(self.low)}, {short(self.high)}]"
        return f"no measurable gain ({short(self.difference)} {ends}{several})"

    @property
    def _ends(self) -> tuple[float, float]:
        return (self.low, self.high) if self.difference > 0 else (-self.high, -self.low)


@dataclass(frozen=True, kw_only=True)
class Study:
    """What a study found.

    Parameters
    ----------
    target, label : str
        The class that was topped up.
    model : str
        ``linear`` or ``boosting``.
    persons, of_class : int
        With a known target, and of the class.
    repeats : int
        Splits made.
    holdout : float
        The share of persons tested in each.
    comparisons : tuple of Comparison
        Every arm but the reference, in every measure.
    missed : dict of str to str
        Arms that could not be compared, with the reason.
    """

    target: str
    label: str
    model: str
    persons: int
    of_class: int
    repeats: int
    holdout: float
    comparisons: tuple[Comparison, ...]
    missed: Mapping[str, str] = field(default_factory=dict, hash=False)

    def of(self, metric: str, group: str = "") -> tuple[Comparison, ...]:
        """All arms in one measure."""
        return tuple(each for each in self.comparisons if (each.metric, each.group) == (metric, group))

    @property
    def sentence(self) -> str:
        """The plain answer: what synthetic rows beside real ones did for telling the class apart."""
        mixed = [each for each in self.of(HEADLINE, self.label) if each.arm.startswith("real +")]
        if not mixed:
            return "Cannot tell: no arm with synthetic rows could be compared."
        told = [each for each in mixed if not each.sentence.startswith("no ")]
        if told:
            words = "; ".join(f"{each.arm} {each.sentence}" for each in told)
            return f"AUROC of the class {self.label!r}: {words}."
        widest = max((each.high - each.low) / 2 for each in mixed)
        return (
            f"No measurable gain in AUROC of the class {self.label!r} at any share. "
            f"A difference of less than about {short(widest)} would go unseen at this size."
        )

    def to_dict(self) -> dict[str, Any]:
        """For the run's folder."""
        told = [{**asdict(each), "sentence": each.sentence} for each in self.comparisons]
        return {**vars(self), "missed": dict(self.missed), "comparisons": told, "sentence": self.sentence}


def short(value: float) -> str:
    """Three decimals as statisticians print them: .031."""
    text = f"{value:.3f}"
    return "0" if float(text) == 0 else text.replace("0.", ".", 1)


def did_it_help(
    cohort: Cohort,
    *,
    label: str,
    mint: Mint,
    mint_whole: Mint,
    shares: Sequence[float] = SHARES,
    repeats: int = 10,
    holdout: float = HOLDOUT,
    model: str = "linear",
    seed: int = 0,
    progress: Callable[[float], None] = lambda share: None,
) -> Study:
    """Compare ways of training for a scarce class with the real rows alone.

    In each repeat, persons are divided anew, evenly over the target's classes. Every arm sees the
    train part alone, chooses one of three settings of the same model by the class's AUROC in three
    folds of that part (rows are added within each fold, never before), and predicts the real persons
    set aside. In every arm the classes weigh the same.

    Parameters
    ----------
    cohort : Cohort
        With a target of kind category or ordinal.
    label : str
        The class to be topped up.
    mint, mint_whole : callable
        Given persons and a number, learn from them and give rows of the class, and of every class.
    shares : sequence of float, in (0, 1)
        Synthetic rows among the class's.
    repeats : int, >= 3
        Splits.
    holdout : float, in (0, 1)
        The share of persons tested.
    model : {"linear", "boosting"}
        Penalised logistic regression, or gradient boosting.
    seed : int
        Equal seeds give equal studies, if ``mint`` does.
    progress : callable
        Told the share done.

    Raises
    ------
    NotApplicable
        Where there is no such target or class, or too few persons have it or have it not.

    References
    ----------
    Nadeau and Bengio 2003, https://doi.org/10.1023/A:1024068626366
    """
    target = class_target(cohort.schema)
    known = cohort.rows(np.flatnonzero(cohort.table[target.name].notna()))
    design = Design(
        target=target,
        columns=tuple(column for column in known.schema.released if column.role not in _WITHOUT),
        label=label,
        classes=tuple(sorted(known.table[target.name].unique())),
        measured=_measured(known, target, label),
        mint=mint,
        mint_whole=mint_whole,
        share=max(shares),
        family=model,
    )
    arms, missed = make_arms(shares), dict[str, str]()
    scores: list[Scores] = []
    for repeat, seeds in enumerate(np.random.SeedSequence(seed).generate_state(2 * repeats).reshape(-1, 2)):
        split = split_cohort(known, holdout=holdout, seed=int(seeds[0]))
        scores.append(_repeat(design, arms, split, seed=int(seeds[1]), missed=missed))
        progress((repeat + 1) / repeats)
    return Study(
        target=target.name,
        label=label,
        model=model,
        persons=known.n_persons,
        of_class=_holders(known, target)[label],
        repeats=repeats,
        holdout=holdout,
        comparisons=_compared(scores, missed, test_to_train=holdout / (1 - holdout)),
        missed=missed,
    )


def class_target(schema: Schema) -> Column:
    """The target column, whose values are classes; `NotApplicable` where there is none."""
    found = [column for column in schema.released if column.role is Role.TARGET]
    if not found:
        raise NotApplicable("no column has the role target: give it to the column that holds the class.")
    if found[0].kind.is_numeric:
        what = f"the target {found[0].name!r} is a {found[0].kind.value}, and has no classes"
        raise NotApplicable(f"{what}: give it the kind category or ordinal in the schema.")
    return found[0]


def _holders(cohort: Cohort, target: Column) -> dict[str, int]:
    """Persons of each class."""
    pairs = cohort.table[[target.name]].assign(person=cohort.persons).drop_duplicates()
    return {str(label): int(n) for label, n in pairs[target.name].value_counts().items()}


def _measured(cohort: Cohort, target: Column, label: str) -> tuple[str, ...]:
    """The classes with enough persons; raises where the one that counts, or the others, are too few."""
    persons = _holders(cohort, target)
    if label not in persons:
        raise NotApplicable(f"no row has that class of the target {target.name!r}: check how it is written.")
    if persons[label] < PERSONS or cohort.n_persons - persons[label] < PERSONS:
        what = f"a study needs {PERSONS} persons of the class and as many without it"
        raise NotApplicable(f"{what}, and there are fewer: nobody can tell at this size whether it helps.")
    return tuple(sorted(each for each, n in persons.items() if n >= PERSONS))


def _repeat(
    design: Design, arms: Mapping[str, Arm], split: Split, *, seed: int, missed: dict[str, str]
) -> Scores:
    """Every arm's scores in one split; an arm that fails is noted once, with its reason."""
    if split.holdout is None:
        raise ValueError("a split of a study has persons set aside")
    test = split.holdout.table
    outer, inner = design.part(split.train), design.folds(split.train, seed=seed)
    found: dict[str, dict[Key, float]] = {}
    for name, arm in arms.items():
        if name in missed:
            continue
        # Each arm starts from a seed of its own, so that leaving one out changes no other.
        rng = np.random.default_rng([seed, *name.encode()])
        try:
            found[name] = design.tuned(arm, outer, inner, test, rng)
        except SynthAssayError as reason:
            missed[name] = str(reason)
    return found


def _compared(
    scores: Sequence[Scores], missed: Mapping[str, str], *, test_to_train: float
) -> tuple[Comparison, ...]:
    if REAL in missed:
        raise NotApplicable(f"the real rows alone could not be learned from: {missed[REAL]}")
    arms = [arm for arm in scores[0] if arm not in missed and arm != REAL]
    found: list[Comparison] = []
    for key in dict.fromkeys(key for each in scores for key in each[REAL]):
        family = [
            told
            for arm in arms
            if (told := _comparison(scores, arm, key, test_to_train=test_to_train)) is not None
        ]
        adjusted = holm([each.p for each in family])
        found += [replace(each, p_adjusted=p) for each, p in zip(family, adjusted, strict=True)]
    return tuple(found)


def _comparison(scores: Sequence[Scores], arm: str, key: Key, *, test_to_train: float) -> Comparison | None:
    """One arm in one measure, not yet adjusted for the others; None where too few splits have it."""
    pairs = np.array([[each[name].get(key, np.nan) for name in (arm, REAL)] for each in scores])
    pairs = pairs[np.isfinite(pairs).all(axis=1)]
    if len(pairs) < FEWEST_REPEATS:
        return None
    told = corrected_t(pairs[:, 0] - pairs[:, 1], test_to_train=test_to_train)
    value, reference = (float(each) for each in pairs.mean(axis=0))
    return Comparison(
        arm=arm,
        metric=key[0],
        group=key[1],
        value=value,
        reference=reference,
        difference=told.mean,
        low=told.low,
        high=told.high,
        p=told.p,
        p_adjusted=told.p,
        repeats=told.n,
    )
