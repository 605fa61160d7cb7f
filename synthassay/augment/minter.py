"""Mint rows, keep those that are plausible and no near copies, and say where each came from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.findings import Finding, Severity
from cohort.release import Release
from cohort.schema import Schema
from synth.protocols import FittedSynthesizer, Synthesizer
from synthassay.augment.near_copies import Nearness
from synthassay.dp.spending import refuse_guarantee
from utility.plausibility import implausible

KEPT, IMPLAUSIBLE, NEAR_COPY, SURPLUS = "", "implausible", "near copy", "not needed"

_ROUNDS = 5
_SPARE = 1.2
_MANIFEST = ("row", "class", "seed", "generator", "nearest_ratio", "kept", "why_not")

Conditions = Mapping[str, Any]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Minted:
    """What was minted, row by row.

    Parameters
    ----------
    release : Release
        The rows that were kept.
    manifest : DataFrame, (rows drawn, 7)
        A line for each row drawn: ``row`` (its number among those kept, from 1), ``class``, ``seed``,
        ``generator``, ``nearest_ratio`` (its distance to the nearest train row over the median distance
        between train persons), ``kept``, ``why_not``.
    findings : tuple of Finding
        What was noticed.
    """

    release: Release
    manifest: pd.DataFrame
    findings: tuple[Finding, ...] = ()

    @property
    def refused(self) -> dict[str, int]:
        """Rows that were drawn and not kept, by the reason."""
        counts = self.manifest["why_not"].value_counts()
        return {reason: int(counts.get(reason, 0)) for reason in (IMPLAUSIBLE, NEAR_COPY, SURPLUS)}


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Minter:
    """A generator that has seen train, with what is too near to train.

    Parameters
    ----------
    fitted : FittedSynthesizer
        Draws rows.
    nearness : Nearness
        Of the same train.
    name : str
        The generator's.
    schema : Schema
        Whose rules hold.
    """

    fitted: FittedSynthesizer
    nearness: Nearness
    name: str
    schema: Schema

    @classmethod
    def of(cls, generator: Synthesizer, train: Cohort, *, name: str, seed: int) -> "Minter":
        """Fit to the train persons alone.

        Raises
        ------
        ConfigError
            Where the generator has a formal guarantee: which rows are kept depends on the train
            persons beyond what it pays for.
        """
        why = "rows are kept by how near they come to patients, which no formal guarantee outlives."
        refuse_guarantee(generator, where=name or "augment", why=why)
        # Rows are topped up, refused and counted one by one: no person's visits are kept together.
        train = replace(train, schema=replace(train.schema, visit=None))
        return cls(
            fitted=generator.fit(train, seed=seed),
            nearness=Nearness.of(train, seed=seed),
            name=name,
            schema=train.schema,
        )

    def mint(self, rows: int, *, conditions: Conditions, label: str, seed: int) -> Minted:
        """Draw until ``rows`` rows are kept, or five draws have been made.

        Parameters
        ----------
        rows : int, >= 0
            Wanted.
        conditions : mapping
            Columns and the value that each row has there.
        label : str
            What the manifest calls the group.
        seed : int
            Equal seeds give equal rows.

        Raises
        ------
        GenerationError
            Where the generator cannot meet the conditions.
        """
        seeds = np.random.SeedSequence(seed).generate_state(_ROUNDS)
        drawn: list[pd.DataFrame] = []
        lines: list[pd.DataFrame] = []
        kept = 0
        for each in (int(state) for state in seeds):
            if kept >= rows:
                break
            asked = int((rows - kept) * _SPARE) + 1
            batch = self.fitted.sample(asked, conditions=conditions, seed=each).table
            line = self._judged(batch, label=label, seed=each, room=rows - kept, first=kept + 1)
            drawn.append(batch[line["kept"].to_numpy(dtype=bool)])
            lines.append(line)
            kept += int(line["kept"].sum())
        return self._minted(drawn, lines, wanted=rows, seed=seed)

    def _judged(self, batch: pd.DataFrame, *, label: str, seed: int, room: int, first: int) -> pd.DataFrame:
        """A batch's lines of the manifest."""
        apart = self.nearness.distances(batch)
        why = np.full(len(batch), KEPT, dtype=object)
        why[apart < self.nearness.too_near] = NEAR_COPY
        why[implausible(batch, self.schema)] = IMPLAUSIBLE
        why[np.flatnonzero(why == KEPT)[room:]] = SURPLUS
        kept: Bools = why == KEPT
        usual = self.nearness.usual
        return pd.DataFrame(
            {
                "row": pd.array(np.where(kept, np.cumsum(kept) + first - 1, 0), dtype="Int64"),
                "class": label,
                "seed": seed,
                "generator": self.name,
                "nearest_ratio": (apart / usual).round(3) if usual > 0 else np.nan,
                "kept": kept,
                "why_not": why,
            }
        )

    def _minted(
        self, drawn: Sequence[pd.DataFrame], lines: Sequence[pd.DataFrame], *, wanted: int, seed: int
    ) -> Minted:
        empty = self.nearness.encoder.columns
        table = (
            pd.concat(drawn, ignore_index=True)
            if drawn
            else pd.DataFrame({column.name: [] for column in empty})
        )
        manifest = pd.concat(lines, ignore_index=True) if lines else pd.DataFrame(columns=_MANIFEST)
        manifest.loc[~manifest["kept"].astype(bool), "row"] = pd.NA
        release = Release(table=table, schema=self.schema, made_by=self.name, seed=seed)
        short = len(table) < wanted
        return Minted(release=release, manifest=manifest, findings=(_short(),) if short else ())


def _short() -> Finding:
    return Finding(
        code="fewer_rows",
        severity=Severity.TIP,
        title="Fewer rows were kept than were to be minted.",
        explanation="Too many came too near to train persons, or broke a rule. The manifest says which. "
        "A generator that copies less, such as trees with a larger leaf, keeps more.",
    )
