"""Turn many problems into a list that a person can read."""

from collections.abc import Iterable, Sequence

from cohort.errors import Problem

LISTED = 20


def at(where: str, *, row: int | None = None, column: str | None = None) -> str:
    """Name a place in a table; row 1 is the first row of data."""
    parts = [where] if where else []
    parts += [f"row {row}"] if row is not None else []
    parts += [f"column {column!r}"] if column is not None else []
    return ", ".join(parts)


def capped(groups: Iterable[Sequence[Problem]], *, listed: int = LISTED) -> list[Problem]:
    """List at most ``listed`` problems, a fair share of every group, and count the others.

    Parameters
    ----------
    groups : iterable of sequences of Problem
        Such as all cells of one column that are no numbers. No group hides another.
    listed : int
        How many to keep.

    Returns
    -------
    list of Problem
        In the order of the groups; the last one says how many more there are.
    """
    entries = [
        (rank, place, problem) for place, group in enumerate(groups) for rank, problem in enumerate(group)
    ]
    fair = sorted(entries, key=lambda entry: entry[:2])[:listed]
    kept = [problem for _, _, problem in sorted(fair, key=lambda entry: (entry[1], entry[0]))]
    more = len(entries) - len(kept)
    return [*kept, Problem(what=f"and {more} more.")] if more else kept
