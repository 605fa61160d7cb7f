"""Which values are told at all, where no schema lists them: those that many persons have."""

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from privacy.dp.accounting import Account
from privacy.dp.mechanisms import gaussian_sigma, noisy_counts


def frequent_values(
    values: pd.Series,
    persons: Sequence[object],
    *,
    most: int,
    rho: float,
    delta: float,
    account: Account,
    on: str,
) -> tuple[str, ...]:
    """The values whose noisy number of persons is above what the noise lifts a single person to.

    Noise hides how many persons have a value that others have too. That somebody has a value that
    nobody else has is hidden by the threshold: such a value is told with probability ``delta`` at
    most, which the release has to pay for besides ``rho``.

    Parameters
    ----------
    values : Series, (rows,)
        Categories; missing ones are passed over.
    persons : sequence, (rows,)
        Whose each is.
    most : int, >= 1
        Rows, and so values, that a person may have.
    rho : float, > 0
        What the noise costs.
    delta : float, in (0, 1)
    account : Account
        Pays ``rho``.
    on : str
        What is told, for the account.

    Returns
    -------
    tuple of str
        In the order of the alphabet, which tells nothing.

    References
    ----------
    Korolova et al. 2009, https://doi.org/10.1145/1526709.1526733
    Desfontaines, Voss, Gipson and Mandayam 2022, https://doi.org/10.2478/popets-2022-0032
    """
    known = pd.DataFrame({"value": values.astype(object).to_numpy(), "person": list(persons)}).dropna()
    counts = known.drop_duplicates().groupby("value", sort=True).size()
    sensitivity = math.ceil(math.sqrt(most))  # at most one for each of a person's values
    noisy = noisy_counts(
        counts.to_numpy(dtype=np.int64), rho=rho, sensitivity=sensitivity, account=account, on=on
    )
    told = noisy > threshold(rho=rho, delta=delta, most=most)
    return tuple(str(value) for value in counts.index[told])


def threshold(*, rho: float, delta: float, most: int) -> float:
    """What a noisy, rounded count of one person exceeds with probability ``delta / most`` at most."""
    sigma = gaussian_sigma(rho, math.ceil(math.sqrt(most)))
    return float(1.5 + sigma * norm.isf(delta / most))
