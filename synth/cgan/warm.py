"""The rows that a GAN learns from as codes: train's, and those of a related cohort for a warm start."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from synth.cgan.encode import Coding, fit_codings
from synth.related import Prepared, prepare


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Encoded:
    """One encoding of one cohort or two.

    Parameters
    ----------
    prepared : Prepared
        The complete frames.
    codings : tuple of Coding
        Fitted on both; what is drawn from a pool of rare levels is train's.
    """

    prepared: Prepared
    codings: tuple[Coding, ...]


def encoded(train: Cohort, related: object, *, seed: int) -> Encoded:
    """Fit the encoding on train, and on the related cohort where there is one.

    Raises
    ------
    GenerationError
        As `synth.related.prepare`.
    """
    prepared = prepare(train, related, np.random.default_rng(seed))
    if prepared.related is None:
        return Encoded(prepared=prepared, codings=fit_codings(prepared.own, prepared.parts, seed=seed))
    both = pd.concat([prepared.own, prepared.related], ignore_index=True)
    codings = fit_codings(both, prepared.parts, seed=seed)
    return Encoded(prepared=prepared, codings=tuple(_own_pool(each, prepared.own) for each in codings))


def _own_pool(coding: Coding, own: pd.DataFrame) -> Coding:
    """The same, with the pooled levels as often as the own rows have them."""
    if not len(coding.pool):
        return coding
    counts = np.bincount(own[coding.part.name].to_numpy(np.int64), minlength=coding.part.levels)[coding.pool]
    # Without an own row the pool's code is never drawn, whatever stands in it.
    share = counts / counts.sum() if counts.any() else coding.pool_share
    return replace(coding, pool_share=share)
