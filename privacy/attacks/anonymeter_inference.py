"""Anonymeter's inference: a patient's secret read off the most similar row of the release."""

from typing import Any

import numpy as np
import pandas as pd
from anonymeter.evaluators.inference_predictor import InferencePredictor
from anonymeter.neighbors.mixed_types_kneighbors import KNNInferencePredictor

from cohort.errors import NotApplicable
from cohort.schema import Column, Schema
from privacy.attacks.anonymeter_tables import MOST_TARGETS, keep_compiled, plain_tables
from privacy.attacks.secrets import choose_secrets, require_variety
from privacy.attacks.target import Attack, Floats, Tally, Target, tally_hits
from privacy.estimates import AttackRole

_TOLERANCE = 0.05


def count(target: Target, *, seed: int) -> Tally:
    """Count secrets guessed from the nearest row, the attacker knowing all other columns.

    Giomi et al. 2023, doi:10.56553/popets-2023-0055. Each person counts the share of their
    secrets that were guessed, so that the interval's n stays the number of persons. The naive
    guess is the release's most frequent value, or its median.
    """
    keep_compiled()
    secrets = choose_secrets(target.schema)
    others = [column.name for column in target.schema.released]
    if not secrets or len(others) < 2:
        raise NotApplicable(
            "the schema calls no column sensitive or target, or there is nothing else to know"
        )
    require_variety(target.encoder, secrets)
    targets, is_train = target.one_row_each(rng=np.random.default_rng(seed), most=MOST_TARGETS)
    tables = [target.synthetic, targets]
    guessed = [_guess(tables, target.schema, secret) for secret in secrets]
    hits = np.mean([hit for hit, _ in guessed], axis=0)
    naive = float(np.mean([blind[is_train].mean() for _, blind in guessed]))
    return tally_hits(hits, is_train, naive=naive)


def right(guesses: pd.Series, secrets: pd.Series) -> Floats:
    """Whether each guess is right, (persons,), 0 or 1.

    A number must be within 5 % of the guess's size, whatever its sign: the library divides by
    the signed guess, and so takes every negative guess for right.
    """
    both_missing = guesses.isna().to_numpy() & secrets.isna().to_numpy()
    if not pd.api.types.is_numeric_dtype(secrets):
        return np.asarray((guesses.to_numpy() == secrets.to_numpy()) | both_missing, dtype=np.float64)
    guess, secret = guesses.to_numpy(dtype=np.float64), secrets.to_numpy(dtype=np.float64)
    close = np.abs(guess - secret) <= _TOLERANCE * np.abs(guess)
    return np.asarray(close | both_missing, dtype=np.float64)


def _guess(tables: list[pd.DataFrame], schema: Schema, secret: Column) -> tuple[Floats, Floats]:
    """Hits of the nearest row's value and of the naive guess, each (persons,)."""
    (synthetic, targets), names = plain_tables(tables, schema.released, whole=[secret.name])
    (hidden,) = names[secret.name]
    known = [column for column in synthetic if column != hidden]
    predictor: InferencePredictor = KNNInferencePredictor(
        data=synthetic, columns=known, target_col=hidden, n_jobs=1
    )
    guesses = predictor.predict(targets)
    naive = pd.Series([_commonest(synthetic[hidden])] * len(targets), dtype=synthetic[hidden].dtype)
    return right(guesses, targets[hidden]), right(naive, targets[hidden])


def _commonest(values: pd.Series) -> Any:
    """The median of numbers, NaN where all are missing; of anything else the most frequent value."""
    if not pd.api.types.is_numeric_dtype(values):
        return values.mode().iloc[0]
    return values.median() if values.notna().any() else np.nan


ATTACK = Attack(
    name="anonymeter_inference",
    family="inference",
    threat=(
        "Somebody who knows everything about a patient but one secret reads it off the most "
        "similar row of the release."
    ),
    role=AttackRole.SECOND_OPINION,
    count=count,
)
