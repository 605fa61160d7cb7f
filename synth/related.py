"""A larger related cohort that a generator learns from before it learns from train."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import GenerationError
from synth.complete import FEW_PERSONS, Part, Preparation, fit_preparation


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Prepared:
    """Train's rows and a related cohort's as complete frames with the same parts.

    Parameters
    ----------
    preparation : Preparation
        The way back: numbers as train writes them, categories by the levels of both.
    parts : tuple of Part
        What varies in train, with the levels of both.
    own, related : DataFrame
        The frames; without a related cohort None.
    """

    preparation: Preparation
    parts: tuple[Part, ...]
    own: pd.DataFrame
    related: pd.DataFrame | None


def prepare(train: Cohort, related: object, rng: np.random.Generator) -> Prepared:
    """Prepare train, and the related cohort where there is one.

    Raises
    ------
    GenerationError
        Where ``related`` is no cohort with train's released columns, or knows nothing of one of them,
        and where there is nothing to learn from.
    """
    alone = fit_preparation(train)
    if related is None:
        frame = alone.encode(train.released, rng)
        return Prepared(preparation=alone, parts=alone.parts, own=frame, related=None)
    other = agreeing(train, related)
    table = pd.concat([train.table, other.table[list(train.table)]], ignore_index=True)
    whole = replace(train, table=table)
    both = fit_preparation(whole)
    frame = both.encode(whole.released, rng)
    varying = {part.column for part in alone.parts}
    codecs = tuple(
        mine if mine.column.kind.is_numeric or mine.column.name not in varying else shared
        for mine, shared in zip(alone.codecs, both.codecs, strict=True)
    )
    return Prepared(
        preparation=Preparation(codecs=codecs),
        parts=tuple(part for part in both.parts if part.column in varying),
        own=frame.iloc[: len(train)],
        related=frame.iloc[len(train) :].reset_index(drop=True),
    )


def agreeing(train: Cohort, related: object) -> Cohort:
    """The related cohort, where its released columns and their kinds are train's.

    Raises
    ------
    GenerationError
        Naming the columns that differ, or that are empty.
    """
    if not isinstance(related, Cohort):
        raise GenerationError("related is no cohort: in a config name a file, in Python give a `Cohort`.")
    wanted, found = (
        {column.name: column.kind for column in each.schema.released} for each in (train, related)
    )
    if wanted != found:
        differ = sorted(name for name in wanted.keys() | found if wanted.get(name) != found.get(name))
        raise GenerationError(
            f"the related cohort {related.name!r} does not agree with train in {', '.join(differ)}: "
            "give both the same columns of the same kinds."
        )
    known = related.table.notna().groupby(related.persons).any().sum()
    empty = [name for name in wanted if known[name] < FEW_PERSONS <= train.table[name].count()]
    if empty:
        raise GenerationError(
            f"the related cohort {related.name!r} has next to no value of {', '.join(empty)}: "
            "make these columns identifiers in the schema, or take another cohort."
        )
    return related
