"""The worst two worlds for each mechanism: one person is there, or is not.

All runs of a mechanism are drawn at once where it lets them be: cells and quantiles each get noise
of their own.
"""

import numpy as np

from privacy.dp.accounting import Account, exponential_rho, rho_for
from privacy.dp.audit import DpAudit, Floats, World, audit
from privacy.dp.budget import PrivacyBudget
from privacy.dp.mechanisms import choose, noisy_counts, quantiles

_CHOICES = 4
_TABLES = 25
_SPENT = 1e-9


def one_count(claim: PrivacyBudget) -> World:
    """A noisy count of people, all others of whom are known."""
    rho = rho_for(claim.epsilon, claim.delta)

    def world(is_there: bool, runs: int) -> Floats:
        counts = np.full(runs, int(is_there), dtype=np.int64)
        noisy = noisy_counts(counts, rho=rho, sensitivity=1, account=Account(rho), on="one count")
        return noisy.astype(np.float64)

    return world


def tables(claim: PrivacyBudget, *, many: int = _TABLES) -> World:
    """A release that measures tables until nothing is left to spend: the person's cells, summed."""
    rho = rho_for(claim.epsilon, claim.delta)

    def world(is_there: bool, runs: int) -> Floats:
        account, figure = Account(rho), np.zeros(runs)
        while account.left > _SPENT * rho:
            counts = np.full(runs, int(is_there), dtype=np.int64)
            share = min(rho / many, account.left)
            figure += noisy_counts(counts, rho=share, sensitivity=1, account=account, on="a table")
        return figure

    return world


def choice(claim: PrivacyBudget) -> World:
    """A choice among equals, of which the person speaks against one and for all others."""
    rho = exponential_rho(claim.epsilon)

    def world(is_there: bool, runs: int) -> Floats:
        scores = np.where(np.arange(_CHOICES) == 0, -1.0, 1.0) * float(is_there)
        account = Account(rho * runs)
        picked = [choose(scores, sensitivity=1, rho=rho, account=account, on="choice") for _ in range(runs)]
        return np.array([float(place == 0) for place in picked])

    return world


def highest(claim: PrivacyBudget) -> World:
    """The highest value of nobody, or of one person."""
    rho = exponential_rho(claim.epsilon)

    def world(is_there: bool, runs: int) -> Floats:
        return quantiles(
            np.ones(int(is_there)),
            probabilities=[1.0] * runs,
            low=0.0,
            high=1.0,
            step=1.0,
            sensitivity=1,
            rho=rho * runs,
            account=Account(rho * runs),
            on="highest value",
        )

    return world


def audit_mechanisms(epsilon: float, *, delta: float = 1e-5, runs: int) -> tuple[DpAudit, ...]:
    """Each mechanism at a claim; choices and quantiles claim ``epsilon`` without a delta.

    Parameters
    ----------
    epsilon : float, > 0
    delta : float, in (0, 1)
        Of what is claimed of Gaussian noise.
    runs : int, >= 4
        Of each world.
    """
    approximate, pure = PrivacyBudget(epsilon=epsilon, delta=delta), PrivacyBudget(epsilon=epsilon)
    counted = (("noisy count", one_count), (f"{_TABLES} noisy tables", tables))
    chosen = (("choice", choice), ("quantile", highest))
    return (
        *(
            audit(world(approximate), what=what, claim=approximate, runs=runs, is_gaussian=True)
            for what, world in counted
        ),
        *(audit(world(pure), what=what, claim=pure, runs=runs) for what, world in chosen),
    )
