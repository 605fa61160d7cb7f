"""Exact copies: persons one of whose rows stands in the release, cell for cell."""

import numpy as np
import pandas as pd

from cohort.classes import class_codes
from privacy.attacks.target import Attack, Bools, Tally, Target, tally_hits
from privacy.estimates import AttackRole


def count(target: Target, *, seed: int) -> Tally:  # noqa: ARG001
    """Count persons reproduced exactly in all released columns, among all of them, never a draw."""
    persons = np.bincount(target.owners, weights=reproduced(target), minlength=len(target.is_train)) > 0
    return tally_hits(persons.astype(np.float64), target.is_train)


def reproduced(target: Target) -> Bools:
    """Which real rows stand in the release, (real rows,)."""
    names = list(target.real.columns)
    codes = class_codes(pd.concat([target.real, target.pool.table], ignore_index=True), names)
    real, synthetic = codes[: len(target.real)], codes[len(target.real) :]
    return np.isin(real, synthetic[target.released])


ATTACK = Attack(
    name="exact_copies",
    family="membership",
    threat="Somebody who holds a patient's whole record finds the very same row in the release.",
    role=AttackRole.DIAGNOSTIC,
    count=count,
    needs_control=False,
)
