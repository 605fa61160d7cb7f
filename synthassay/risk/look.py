"""Linkage risk of a cohort: who stands alone, by which columns, and what would mend it.

The content of ``risk.json``, made from the doors of ``privacy.linkage``. It speaks of the patients
themselves and holds small counts: it never leaves the house.
"""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import person_sizes
from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem
from cohort.hierarchies import top_level
from cohort.schema import Role
from privacy.linkage.sample import sample_risk
from privacy.linkage.sensitive import sensitive_risk
from privacy.linkage.special import SpecialUniques, special_uniques
from privacy.linkage.subsets import ColumnSet, ColumnSets, column_sets, who_stands_alone
from synthassay.config import Question
from synthassay.risk.crossing import crossing, maps
from synthassay.risk.mending import mending
from synthassay.risk.whatif import Altered, choices, level_words, read_level, with_hierarchy

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST_LEVELS = 20
_BANDS = (("alone", 1, 1), ("2", 2, 2), ("3", 3, 3), ("4", 4, 4), ("5", 5, 5),
          ("6 to 10", 6, 10), ("11 to 20", 11, 20), ("21 and more", 21, None))  # fmt: skip
_FEWEST_IN_GROUP = 5
_NOTHING_LEFT = Problem(
    what="no quasi-identifier is left, so nobody could be looked up and there is no risk to tell.",
    where="--drop",
    remedy="Keep at least one column.",
)
_SHOWN = {1: 8, 2: 4, 3: 3}  # column sets of each size, and the whole
_GROUPED = (Role.QUASI_IDENTIFIER, Role.SENSITIVE, Role.GROUP, Role.TARGET, Role.EVENT)


def as_asked(cohort: Cohort, question: Question) -> Altered:
    """The quasi-identifiers as somebody would see them.

    Parameters
    ----------
    cohort : Cohort
        As it stands.
    question : Question
        What to leave out or make coarser.

    Raises
    ------
    ConfigError
        Where a column or a level is unknown, or no quasi-identifier is left.
    """
    problems = list(_problems(cohort, question))
    if problems:
        raise ConfigError(problems)
    levels = {name: read_level(cohort.schema[name], text) for name, text in question.coarsen.items()}
    gone = [name for name, level in levels.items() if level == top_level(with_hierarchy(cohort.schema[name]))]
    drop = (*question.drop, *gone)
    if set(cohort.schema.quasi_identifiers) <= set(drop):
        raise ConfigError(_NOTHING_LEFT)
    return Altered.of(cohort, drop=drop, coarsen=levels)


def special(altered: Altered) -> SpecialUniques:
    """Whom a few values give away already, and how many are enough."""
    return special_uniques(altered.table, altered.names, persons=altered.cohort.persons)


def linkage_risk(
    altered: Altered, question: Question, *, found: SpecialUniques, threshold: float, minimum_count: int
) -> dict[str, Any]:
    """Everything about a cohort's linkage risk but its population.

    Parameters
    ----------
    altered : Altered
        From `as_asked`.
    question : Question
        The same; its ``within`` is read here.
    found : SpecialUniques
        From `special`.
    threshold : float, in (0, 1)
        The chance of a right guess above which a patient is said to be at risk.
    minimum_count : int
        Of persons, below which a map for a screen tells no count.
    """
    cohort, names = altered.cohort, altered.names
    sizes = person_sizes(altered.table, names, persons=cohort.persons)
    sets = column_sets(altered.table, names, persons=cohort.persons)
    asks = bool(question.drop or question.coarsen)
    return {
        **summary(altered),
        "asked": {
            "drop": [name for name in cohort.schema.quasi_identifiers if name not in names],
            "coarsen": _coarsened(altered),
            "within": question.within,
        },
        "as_given": summary(Altered.of(cohort)) if asks else None,
        "threshold": threshold,
        "at_risk": int((1 / sizes > threshold).sum()),
        "sizes": _bands(sizes),
        "groups": _groups(cohort, sizes == 1),
        "within": _within(altered, question.within),
        "column_sets": [each.to_dict() for each in _telling(sets)],
        "columns": [each.to_dict() for each in who_stands_alone(sets)],
        "special": found.to_dict(),
        "heat": crossing(altered, sets),
        "maps": maps(altered, sets, minimum_count=minimum_count),
        "choices": choices(altered),
        "sensitive": _sensitive(altered),
        "mending": mending(altered, threshold=threshold),
        "findings": [asdict(finding) for finding in sets.findings],
    }  # fmt: skip


def _coarsened(altered: Altered) -> dict[str, str]:
    """Which columns are shown coarser, and how."""
    shown = {name: level for name, level in altered.levels.items() if level}
    return {name: level_words(altered.columns[name], level) for name, level in shown.items()}


def summary(altered: Altered) -> dict[str, Any]:
    """The figures that ``risk --json`` promises, population left out."""
    found = altered.risk().to_dict()
    first = {key: found[key] for key in ("rows", "persons")}
    rest = {key: found[key] for key in ("classes", "k", "uniques", "highest_risk", "mean_risk")}
    return {**first, "quasi_identifiers": list(altered.names), **rest}


def per_person(altered: Altered, found: SpecialUniques) -> pd.DataFrame:
    """Who stands how alone, (persons, 5), the most exposed first; private.

    ``first_row`` counts from 1, the first row of data, so that only somebody who holds the table
    learns who it is; ``suda`` is the score of the person's worst row.
    """
    cohort = altered.cohort
    sizes = person_sizes(altered.table, altered.names, persons=cohort.persons)
    score = np.zeros(len(sizes))
    np.maximum.at(score, cohort.persons, found.score)
    _, first = np.unique(cohort.persons, return_index=True)
    columns = {"person": np.arange(len(sizes)), "first_row": first + 1, "alike": sizes, "risk": 1 / sizes}
    table = pd.DataFrame({**columns, "suda": score})
    return table.sort_values(["alike", "suda"], ascending=[True, False], kind="stable").reset_index(drop=True)


def _problems(cohort: Cohort, question: Question) -> Iterator[Problem]:
    """What of the question means nothing here, all at once."""
    known = cohort.schema.quasi_identifiers
    if not known:
        what = "the schema names no quasi-identifier, so there is nothing to link by."
        yield Problem(what=what, remedy="Give age, sex, place or a date that role in the schema.")
        return
    for option, names in (("--drop", question.drop), ("--coarsen", tuple(question.coarsen))):
        for name in names:
            if name not in known:
                remedy = f"Name one of: {', '.join(known)}."
                yield Problem(what=f"{name!r} is no quasi-identifier.", where=option, remedy=remedy)
    for name in sorted(set(question.drop) & set(question.coarsen)):
        what = f"{name!r} cannot be left out and made coarser at once."
        yield Problem(what=what, where="--drop", remedy="Say one of the two.")
    if set(known) <= set(question.drop):
        yield _NOTHING_LEFT
    yield from _within_problems(cohort, question.within)


def _within_problems(cohort: Cohort, within: str | None) -> Iterator[Problem]:
    if within is None:
        return
    usable = [c.name for c in cohort.schema.released if cohort.table[c.name].nunique() <= MOST_LEVELS]
    if within not in usable:
        here = within in cohort.schema.names
        what = f"{within!r} has more than {MOST_LEVELS} levels." if here else f"{within!r} is not a column."
        remedy = f"Name one of: {', '.join(usable) or 'no column has so few levels'}."
        yield Problem(what=what, where="--within", remedy=remedy)


def _bands(sizes: Ints) -> list[dict[str, Any]]:
    """The histogram of the patients' risk, by how many look alike."""
    found = []
    for alike, smallest, largest in _BANDS:
        persons = int(((sizes >= smallest) & (sizes <= (largest or sizes.max()))).sum())
        told = {"alike": alike, "smallest": smallest, "risk": _range(smallest, largest)}
        found.append({**told, "persons": persons, "share": persons / len(sizes)})
    return found


def _range(smallest: int, largest: int | None) -> str:
    """The chance of a right guess among so many."""
    if largest is None:
        return f"at most {1 / smallest:.1%}"
    return f"{1 / smallest:.0%}" if largest == smallest else f"{1 / largest:.0%} to {1 / smallest:.0%}"


def _groups(cohort: Cohort, alone: Bools) -> list[dict[str, Any]]:
    """The groups in which more stand alone than in the whole, the worst first."""
    columns = [c for c in cohort.schema.released if c.role in _GROUPED and not c.kind.is_numeric]
    first = np.unique(cohort.persons, return_index=True)[1]
    found: list[dict[str, Any]] = []
    for column in columns:
        values = cohort.table[column.name].iloc[first]
        if not 1 < values.nunique() <= MOST_LEVELS:
            continue
        for level, persons in values.value_counts().items():
            lonely = int(alone[(values == level).to_numpy()].sum())
            told = {"column": column.name, "level": str(level), "persons": int(persons)}
            found.append({**told, "alone": lonely, "share": lonely / persons})
    overall = float(alone.mean())
    chosen = [each for each in found if each["persons"] >= _FEWEST_IN_GROUP and each["share"] > overall]
    return sorted(chosen, key=lambda each: (-each["share"], -each["alone"], each["column"], each["level"]))


def _within(altered: Altered, within: str | None) -> dict[str, Any] | None:
    """The risk for somebody who knows the column's level besides, the worst level first."""
    if within is None:
        return None
    table, persons, names = altered.table, altered.cohort.persons, list(altered.names)
    if within not in names:
        table, names = table.assign(**{within: altered.cohort.table[within]}), [*names, within]
    levels = []
    for level, part in table.groupby(within, dropna=False, sort=True):
        owners = pd.factorize(persons[part.index])[0].astype(np.int64)
        found = sample_risk(part, names, persons=owners).to_dict()
        shown = {key: found[key] for key in ("persons", "k", "uniques", "highest_risk", "mean_risk")}
        levels.append({"level": "missing" if pd.isna(level) else str(level), **shown})
    return {"column": within, "levels": sorted(levels, key=_worst_first)}


def _worst_first(level: dict[str, Any]) -> tuple[float, str]:
    return -round(level["mean_risk"], 9), level["level"]  # sums in another order must not break ties


def _telling(sets: ColumnSets) -> list[ColumnSet]:
    """The sets of each size that leave most patients alone, small sets first, and the whole."""
    ranked = sets.ranked(len(sets.sets))
    chosen = []
    for size, most in _SHOWN.items():
        chosen += [each for each in ranked if len(each.columns) == size][:most]
    return chosen if sets.whole in chosen else [*chosen, sets.whole]


def _sensitive(altered: Altered) -> list[dict[str, Any]]:
    """What a group of patients alike gives away even where nobody is alone in it."""
    cohort, table = altered.cohort, altered.table
    secrets = [
        c.name for c in cohort.schema.with_role(Role.SENSITIVE) if len(cohort.table[c.name].unique()) > 1
    ]
    table = table.assign(**{name: cohort.table[name] for name in secrets})
    return [sensitive_risk(table, altered.names, name, persons=cohort.persons).to_dict() for name in secrets]
