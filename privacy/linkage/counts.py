"""Who stands alone among inhabitants and among all patients, from public counts and a prevalence."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import nbinom

from cohort.classes import person_sizes
from cohort.errors import DataError, NotApplicable, Problem
from cohort.problems import at
from cohort.public_counts import PublicCounts, band
from privacy.linkage.mixture import UNEQUAL, at_rate
from privacy.linkage.population import NEARLY_ALL, PopulationRisk, everybody_registered
from privacy.linkage.sample import require

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_EVERYTHING = "*"
_DRAWS = 400
_SHAPES = np.geomspace(0.1, 1000, 40)
_FEW = 11


@dataclass(frozen=True, kw_only=True)
class CountedRisk:
    """Risk among inhabitants and among all patients who share the columns that the counts know.

    Parameters
    ----------
    keys : tuple of str
        Quasi-identifiers that the counts know; somebody who knows another one too sees fewer.
    patients : PopulationRisk
        Among all patients, registered or not.
    placed, unplaced : int
        Persons with a cell, and persons left out since a key of theirs is missing.
    fewest, few : int
        Inhabitants of the smallest cell of a registered person, and registered persons whose cell
        has fewer than eleven.
    inhabitant_risk : float, in (0, 1]
        Mean over persons of one by the inhabitants of their cell: for somebody who does not know
        who is ill.
    expected_patients : float
        All patients, by counts and prevalence.
    sources : tuple of str
        Of the counts.
    """

    keys: tuple[str, ...]
    patients: PopulationRisk
    placed: int
    unplaced: int
    fewest: int
    few: int
    inhabitant_risk: float
    expected_patients: float
    sources: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a report, the figures among patients at the top."""
        own = asdict(self) | {"keys": list(self.keys), "sources": list(self.sources)}
        own.pop("patients")
        return {**self.patients.to_dict(), **own}


def counted_risk(
    table: pd.DataFrame,
    quasi_identifiers: Sequence[str],
    counts: PublicCounts,
    *,
    persons: Ints | None = None,
    level: float = 0.95,
    seed: int = 0,
) -> CountedRisk:
    """Expect who else is like each registered person, from public counts.

    The patients of a cell are Poisson about inhabitants × prevalence × a factor of its own, gamma
    about 1, that the registered of all cells tell (Clayton and Kaldor 1987, doi:10.2307/2532003);
    each is registered with the same probability.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table, or generalised: a label such as ``30-39`` takes all bands within
        it, ``*`` takes all.
    quasi_identifiers : sequence of str
        Columns of ``table``. Those that ``counts`` does not know are left out; a key of the
        counts that is no quasi-identifier is summed over.
    counts : PublicCounts
        From `cohort.public_counts.read_public_counts`.
    persons : ndarray, (rows,), int, optional
        The person of each row; each row a person where absent.
    level : float, in (0, 1)
        Of the intervals.
    seed : int
        Of the draws.

    Raises
    ------
    NotApplicable
        Where no quasi-identifier is counted, or there is no row to look up.
    DataError
        Where a value is in no cell, or a cell has fewer inhabitants than registered persons, or
        a prevalence of 0 with a registered person.
    """
    require(quasi_identifiers, rows=len(table))
    keys = tuple(name for name in counts.keys if name in quasi_identifiers)
    if not keys:
        raise NotApplicable(f"the counts know {', '.join(counts.keys)}, none of which is a quasi-identifier")
    owners = np.arange(len(table)) if persons is None else persons
    cells, cell = _place(table, keys, counts)
    cell, sizes = _worst_cells(cell, owners, cells)
    registered = np.bincount(cell, minlength=len(cells)).astype(np.float64)
    _check(cells, sizes, cell, where=counts.where)
    people = cells["count"].to_numpy(np.float64)
    expected = float(cells["patients"].sum())
    patients = _among_patients(
        cells["patients"].to_numpy(np.float64), registered, sizes, cell, level=level, seed=seed
    )
    return CountedRisk(
        keys=keys,
        patients=patients,
        placed=len(cell),
        unplaced=int(owners.max()) + 1 - len(cell),
        fewest=int(people[cell].min()),
        few=int((people[cell] < _FEW).sum()),
        inhabitant_risk=float((1 / people[cell]).mean()),
        expected_patients=expected,
        sources=counts.sources,
    )


def _place(table: pd.DataFrame, keys: Sequence[str], counts: PublicCounts) -> tuple[pd.DataFrame, Ints]:
    """Cells at the finest that table and counts share, and each row's among them; -1 where missing."""
    rows, public = {}, {}
    for name in keys:
        rows[name], public[name] = _shared_labels(table[name], counts.table[name], where=counts.where)
    people = counts.table["count"]
    cells = pd.DataFrame(public).assign(count=people, patients=people * counts.table["prevalence"])
    cells = cells.dropna(subset=list(keys)).groupby(list(keys), as_index=False, sort=False).sum()
    wanted = pd.DataFrame(rows)
    index = pd.MultiIndex.from_frame(cells[list(keys)])
    found = index.get_indexer(pd.MultiIndex.from_frame(wanted))
    known = wanted.notna().all(axis=1).to_numpy()
    lost = int((known & (found < 0)).sum())
    if lost:
        what = f"counts nobody in the cells of {lost} rows of the table."
        raise DataError(
            Problem(what=what, where=counts.where, remedy="Add a row for each cell, or coarsen the columns.")
        )
    if not known.any():
        raise NotApplicable("no row has all the columns that the counts know")
    return cells, np.where(known, found, -1)


def _shared_labels(column: pd.Series, levels: pd.Series, *, where: str) -> tuple[pd.Series, pd.Series]:
    """The coarser of both columns' labels for each of their rows."""
    labels = [str(level) for level in levels.unique()]
    numbers = pd.api.types.is_numeric_dtype(column) and all(band(label) for label in labels)
    if numbers:
        coarse = column.map(lambda value: None if pd.isna(value) else _holding(float(value), labels))
    else:
        coarse = column.map(lambda value: None if pd.isna(value) else str(value))
    strange = coarse.isna() & column.notna()
    if not numbers:
        homes = {label: _home(label, set(coarse.dropna())) or label for label in labels}
        strange |= coarse.notna() & ~coarse.isin(set(homes.values()))
        levels = levels.astype(str).map(homes)
    if strange.any():
        what = f"does not know the values of {int(strange.sum())} rows of the table."
        raise DataError(
            Problem(
                what=what,
                where=at(where, column=str(column.name)),
                remedy="Write its values as the table does, and count every one that occurs.",
            )
        )
    return coarse.astype(object), levels.astype(object)


def _holding(value: float, labels: Sequence[str]) -> str | None:
    """The band of a number."""
    for label in labels:
        found = band(label)
        if found and found[0] <= np.floor(value) <= found[1]:
            return label
    return None


def _home(label: str, shown: set[str]) -> str | None:
    """The label of the table that holds a level of the counts."""
    if label in shown:
        return label
    inner = band(label)
    for other in sorted(shown):
        outer = band(other)
        if other == _EVERYTHING or (inner and outer and outer[0] <= inner[0] and inner[1] <= outer[1]):
            return other
    return None


def _worst_cells(cell: Ints, owners: Ints, cells: pd.DataFrame) -> tuple[Ints, Ints]:
    """Each placed person's cell with the fewest expected patients, and the registered persons in it."""
    rows = np.flatnonzero(cell >= 0)
    order = rows[np.lexsort((cells["patients"].to_numpy()[cell[rows]], owners[rows]))]
    _, first = np.unique(owners[order], return_index=True)
    chosen = cell[order[first]]
    return chosen, person_sizes(pd.DataFrame({"cell": chosen}), ["cell"])


def _check(cells: pd.DataFrame, sizes: Ints, cell: Ints, *, where: str) -> None:
    small = int((cells["count"].to_numpy()[cell] < sizes).sum())
    if small:
        what = f"counts fewer inhabitants than are registered, in the cells of {small} persons."
        remedy = "Check that these counts are of the same places and bands, and as recent."
        raise DataError(Problem(what=what, where=at(where, column="count"), remedy=remedy))
    healthy = int((cells["patients"].to_numpy()[cell] == 0).sum())
    if healthy:
        what = f"has a prevalence of 0 in the cells of {healthy} registered persons."
        remedy = "Somebody there has the disease: give a prevalence above 0."
        raise DataError(Problem(what=what, where=at(where, column="prevalence"), remedy=remedy))


def _among_patients(
    expected: Floats, registered: Floats, sizes: Ints, cell: Ints, *, level: float, seed: int
) -> PopulationRisk:
    fraction = float(len(cell) / expected.sum())
    if fraction >= 1:
        return _everybody(sizes, float(expected.sum()))
    shapes = _shape_weights(expected[expected > 0] * fraction, registered[expected > 0])
    occupied = np.flatnonzero(registered)
    alone = registered[occupied] == 1
    uniques, means, total = [], [], np.zeros(len(occupied))
    for unseen in _draws(expected[occupied], registered[occupied], fraction, shapes, seed=seed):
        risk = 1 / (registered[occupied] + unseen)
        uniques.append(int((alone & (unseen == 0)).sum()))
        means.append(float(registered[occupied] @ risk) / len(cell))
        total += risk
    ends = [(1 - level) / 2, (1 + level) / 2]
    low, high = (float(end) for end in np.quantile(uniques, ends))
    mean_low, mean_high = (float(end) for end in np.quantile(means, ends))
    return PopulationRisk(
        persons=len(cell),
        fraction=fraction,
        sample_uniques=int(alone.sum()),
        uniques=float(np.mean(uniques)),
        low=low,
        high=high,
        highest_risk=float(total.max() / _DRAWS),
        mean_risk=float(np.mean(means)),
        mean_low=mean_low,
        mean_high=mean_high,
        model="public_counts",
        assumes=(
            f"Counts and prevalence are right: {expected.sum():.0f} patients, "
            f"{fraction:.3g} of them registered.",
            "Registration is complete at this fraction, or at a rate up to "
            f"{UNEQUAL:g} times higher or lower, and equally in all cells.",
            "Whoever looks a patient up knows the counted columns and no others.",
        ),
        marked=False,
        same=fraction >= NEARLY_ALL,
    )


def _everybody(sizes: Ints, expected: float) -> PopulationRisk:
    """At least as many are registered as counts and prevalence expect."""
    found = everybody_registered(sizes)
    said = f"Counts and prevalence expect {expected:.0f} patients and {len(sizes)} are registered"
    doubt = f"{said}: taken as all. If others are known to be ill, the prevalence is too low."
    return replace(found, assumes=(*found.assumes, doubt))


def _shape_weights(mean: Floats, registered: Floats) -> Floats:
    """How well each shape of the gamma law explains the registered of all cells, (shapes,), sum 1."""
    fits = np.array([nbinom.logpmf(registered, a, a / (a + mean)).sum() for a in _SHAPES])
    weights = np.exp(fits - fits.max())
    return np.asarray(weights / weights.sum())


def _draws(
    expected: Floats, registered: Floats, fraction: float, shapes: Floats, *, seed: int
) -> Iterator[Ints]:
    """Draw how many patients of each cell are not registered, given those who are.

    They are negative binomial, with the gamma law's shape and the registered for its size, at a
    rate of registration that is `UNEQUAL` times higher or lower at the ends of a 95 % interval.
    """
    rng = np.random.default_rng(seed)
    rates = np.exp(rng.normal(0, np.log(UNEQUAL) / 1.96, size=_DRAWS))
    for shape, drawn in zip(
        rng.choice(_SHAPES, size=_DRAWS, p=shapes), at_rate(fraction, rates), strict=True
    ):
        chance = (shape + expected * drawn) / (shape + expected)
        yield rng.negative_binomial(shape + registered, chance).astype(np.int64)
