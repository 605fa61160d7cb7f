"""Special uniques: the smallest sets of values that single a person out, and the SUDA score they make."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import comb, prod
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.errors import ConfigError, Problem
from cohort.findings import Finding, Severity
from privacy.linkage.partitions import Coded, Ints, affordable, coded_columns, walk, whole
from privacy.linkage.subsets import MOST_SETS, repeated

Floats = npt.NDArray[np.float64]
Weights = Literal["elliot", "ihsn"]
_Bits = npt.NDArray[np.uint8]
_Found = Mapping[tuple[int, ...], npt.NDArray[np.bool_]]


@dataclass(frozen=True, kw_only=True, eq=False)
class SpecialUniques:
    """Minimal sample uniques of a table and the scores of its rows.

    A minimal sample unique (MSU) of a row is a set of its values that nobody else's row has, while
    somebody has each smaller part of it.

    Parameters
    ----------
    persons : int
        Persons in the table.
    quasi_identifiers : tuple of str
        The columns.
    largest : int
        Values in the largest MSUs that were searched.
    weights : {"elliot", "ihsn"}
        How an MSU counts by its size.
    fraction : float, in (0, 1]
        The sampling fraction that ``dis`` assumes.
    counts : ndarray, (rows, largest), int
        MSUs of each row with 1, 2, .. values.
    score : ndarray, (rows,), at least 0
        The SUDA score; 0 for a row that is not alone. It ranks rows of this table only.
    dis : ndarray, (rows,), in [0, 1]
        The DIS-SUDA score: the chance, as far as DIS goes, that whoever finds this row as a unique
        match has found the right person.
    contributions : ndarray, (rows, columns), in [0, 1]
        The share of a row's score that comes from MSUs with that column.
    by_size, persons_by_size : dict of int to int
        MSUs of each size from 1 to ``largest``, and persons whose smallest MSU has that size.
    contribution : dict of str to float, in [0, 1]
        The share of all scores that comes from MSUs with that column. The shares sum to more than 1,
        since an MSU counts for each of its columns.
    findings : tuple of Finding
        ``special_uniques_bounded`` where larger MSUs were not searched.
    """

    persons: int
    quasi_identifiers: tuple[str, ...]
    largest: int
    weights: Weights
    fraction: float
    counts: Ints
    score: Floats
    dis: Floats
    contributions: Floats
    by_size: dict[int, int]
    persons_by_size: dict[int, int]
    contribution: dict[str, float]
    findings: tuple[Finding, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence: nothing of single rows."""
        ranked = sorted(self.contribution.items(), key=lambda item: -item[1])
        return {
            "persons": self.persons,
            "largest": self.largest,
            "weights": self.weights,
            "fraction": self.fraction,
            "by_size": self.by_size,
            "persons_by_size": self.persons_by_size,
            "columns": [{"column": column, "share": share} for column, share in ranked],
            "findings": [asdict(each) for each in self.findings],
        }


def special_uniques(
    table: pd.DataFrame,
    quasi_identifiers: Sequence[str],
    *,
    largest: int | None = None,
    fraction: float = 0.01,
    weights: Weights = "elliot",
    persons: Ints | None = None,
) -> SpecialUniques:
    """Find the minimal sample uniques and score each row by them.

    The answer is that of SUDA2 (Manning, Haglin and Keane 2008, doi:10.1007/s10618-007-0078-6); it
    is found set by set of columns, since these are few: a set is a row's MSU if the row is alone by
    it and by none of its parts that lack one column. Only rows that are alone by all columns are kept.

    Parameters
    ----------
    table : DataFrame, (rows, columns)
        Typed as a cohort's table; a missing value is a value of its own, where sdcMicro leaves MSUs
        with a missing value out.
    quasi_identifiers : sequence of str
        Columns of ``table``.
    largest : int, optional
        Values in the largest MSUs; by default as many as there are columns, or as few as keep the
        sets of columns under `privacy.linkage.subsets.MOST_SETS`.
    fraction : float, in (0, 1]
        The table's share of its population; .01 is sdcMicro's default.
    weights : {"elliot", "ihsn"}
        An MSU of k of m values counts (m - k)! where all sizes are searched, in general the product
        of m - i for i from k to ``largest`` (Elliot et al. 2005, "SUDA: a program for detecting
        special uniques"); or (2^(m - k) - 1) / C(m, k), as in the IHSN's program. They are
        sdcMicro's two ways.
    persons : ndarray, (rows,), optional
        The person of each row, 0 .. persons - 1; each row is a person where it is left out.

    Raises
    ------
    NotApplicable
        Where there is no quasi-identifier or no row.
    DataError
        Where the table lacks one.
    ConfigError
        Where the fraction is not in (0, 1].

    Notes
    -----
    DIS-SUDA spreads the file's DIS (Skinner and Elliot 2002, doi:10.1111/1467-9868.00365) over its
    unique rows by score (Elliot and Manning 2003), as sdcMicro does: the odds of a right match are
    f s^q A / (P (1 - f)), with f the fraction, s the score, P the rows in pairs, q = 1 + (8 - m) / 20,
    and A the sum of s^-q. Without a pair DIS takes every match for right.
    """
    _check(fraction)
    coded = coded_columns(table, quasi_identifiers)
    names, columns, owners = tuple(coded), list(coded.values()), repeated(persons)
    wanted = len(names) if largest is None else min(largest, len(names))
    searched = affordable(len(names), wanted, most=MOST_SETS)
    crowds = whole(columns).crowds(owners)
    suspects = np.flatnonzero(crowds == 1)
    found = _minimal(columns, largest=searched, persons=owners, suspects=suspects)
    weight = [_weight(size, len(names), largest=searched, weights=weights) for size in _sizes(searched)]
    counts, score, contributions = _scores(found, suspects, weight=weight, shape=(len(table), len(names)))
    owned = np.arange(len(table)) if owners is None else owners
    return SpecialUniques(
        persons=len(np.unique(owned)),
        quasi_identifiers=names,
        largest=searched,
        weights=weights,
        fraction=fraction,
        counts=counts,
        score=score,
        dis=_dis(score, pairs=int((crowds == 2).sum()), fraction=fraction, columns=len(names)),
        contributions=contributions,
        by_size={size: int(counts[:, size - 1].sum()) for size in _sizes(searched)},
        persons_by_size=_persons_by_size(counts, owned),
        contribution=dict(zip(names, _shares(score, contributions), strict=True)),
        findings=_findings(len(names), wanted=wanted, searched=searched),
    )


def _check(fraction: float) -> None:
    if not 0 < fraction <= 1:
        raise ConfigError(
            Problem(
                what=f"A sampling fraction of {fraction:g} is not in (0, 1].",
                where="fraction",
                remedy="Give the table's share of its population; 1 where it holds everybody.",
            )
        )


def _sizes(largest: int) -> range:
    return range(1, largest + 1)


def _weight(size: int, columns: int, *, largest: int, weights: Weights) -> float:
    if weights == "ihsn":
        return (2.0 ** (columns - size) - 1) / comb(columns, size)
    return float(prod(columns - i for i in range(size, min(largest, columns - 1) + 1)))


def _minimal(
    columns: Sequence[Coded], *, largest: int, persons: Ints | None, suspects: Ints
) -> dict[tuple[int, ...], npt.NDArray[np.bool_]]:
    """For each set of columns the suspects whose MSU it is; sets that are nobody's are left out."""
    alone: dict[tuple[int, ...], _Bits] = {
        places: np.packbits(partition.crowds(persons)[suspects] == 1)
        for places, partition in walk(columns, largest=largest)
    }
    found = {}
    for places, bits in alone.items():
        parts = [places[:skip] + places[skip + 1 :] for skip in range(len(places))] if len(places) > 1 else []
        for part in parts:
            bits = bits & ~alone[part]  # noqa: PLW2901 - what is left of it
        if bits.any():
            found[places] = np.unpackbits(bits, count=len(suspects)).astype(bool)
    return found


def _scores(
    found: _Found, suspects: Ints, *, weight: Sequence[float], shape: tuple[int, int]
) -> tuple[Ints, Floats, Floats]:
    """MSUs by size, the score, and each column's share of it, for every row."""
    counts = np.zeros((shape[0], len(weight)), dtype=np.int64)
    score, parts = np.zeros(shape[0]), np.zeros(shape)
    for places, mine in found.items():
        rows, size = suspects[mine], len(places)
        counts[rows, size - 1] += 1
        score[rows] += weight[size - 1]
        parts[rows[:, None], np.array(places)] += weight[size - 1]
    scored = score > 0
    parts[scored] /= score[scored, None]
    return counts, score, parts


def _dis(score: Floats, *, pairs: int, fraction: float, columns: int) -> Floats:
    dis, scored = np.zeros(len(score)), score > 0
    if scored.any():
        power = score[scored] ** (1 + (8 - columns) / 20)
        wrong = pairs * (1 - fraction) / fraction / (power * (1 / power).sum())
        dis[scored] = 1 / (1 + wrong)
    return dis


def _shares(score: Floats, contributions: Floats) -> list[float]:
    total = score.sum()
    return [float(share) for share in score @ contributions / (total if total else 1.0)]


def _persons_by_size(counts: Ints, persons: Ints) -> dict[int, int]:
    none = counts.shape[1] + 1
    smallest = np.full(int(persons.max()) + 1, none)
    np.minimum.at(smallest, persons, np.where(counts.any(axis=1), (counts > 0).argmax(axis=1) + 1, none))
    return {size: int((smallest == size).sum()) for size in _sizes(counts.shape[1])}


def _findings(columns: int, *, wanted: int, searched: int) -> tuple[Finding, ...]:
    if searched == wanted:
        return ()
    return (
        Finding(
            code="special_uniques_bounded",
            severity=Severity.TIP,
            title=f"values were tried up to {searched} of {columns} together, not {wanted}",
            explanation=f"There are more than {MOST_SETS:,} larger sets of columns. Somebody alone only by "
            f"more than {searched} values has a score of 0 here. Fewer quasi-identifiers allow larger ones.",
        ),
    )
