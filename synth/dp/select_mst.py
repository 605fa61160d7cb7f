"""MST: the pairs of a tree that matter most, each measured once.

After McKenna, Miklau & Sheldon 2021 (Winning the NIST contest, doi:10.29012/jpc.778), with the
expected noise of a pair's table taken off what it would tell, as AIM does.
"""

from collections.abc import Sequence

import numpy as np

from privacy.dp.accounting import Account
from privacy.dp.mechanisms import choose, gaussian_sigma
from synth.dp.descent import estimate
from synth.dp.marginals import Ints, Measurement, counted, gap_less_noise, measure, pairs
from synth.protocols import Progress

_CHOOSING = 0.3  # of the budget; the rest measures
_STEPS = 100


def select_tree(
    codes: Ints,
    sizes: Sequence[int],
    ones: Sequence[Measurement],
    *,
    total: float,
    sensitivity: int,
    account: Account,
    progress: Progress,
) -> list[Measurement]:
    """Measure one pair less than there are attributes, all that is left on the account.

    Parameters
    ----------
    codes : int array, (rows, attributes)
        Cells; below 0 for none.
    sizes : sequence of int
        Cells of each attribute.
    ones : sequence of Measurement
        Of each attribute by itself.
    total : float, > 0
        Rows, as far as the noise tells.
    sensitivity : int, > 0
        Rows that one person may have.
    account : Account
        Pays, to the end.
    progress : callable

    Returns
    -------
    list of Measurement
    """
    edges = len(sizes) - 1
    if not edges:
        return []
    chosen_rho, measured_rho = _CHOOSING * account.left / edges, (1 - _CHOOSING) * account.left / edges
    noise = gaussian_sigma(measured_rho, sensitivity)
    alone = estimate(ones, sizes, total=total, steps=_STEPS)
    tables = {pair: counted(codes, pair, sizes) for pair in pairs(len(sizes))}
    scores = {
        pair: gap_less_noise(
            table, total * np.multiply.outer(*(alone.marginal((each,)) for each in pair)), noise=noise
        )
        for pair, table in tables.items()
    }
    group = list(range(len(sizes)))
    found = []
    for done in range(edges):
        progress(done / edges)
        open_pairs = [pair for pair in scores if group[pair[0]] != group[pair[1]]]
        place = choose(
            [scores[pair] for pair in open_pairs],
            sensitivity=sensitivity,
            rho=chosen_rho,
            account=account,
            on="choice of a pair",
        )
        pair = open_pairs[place]
        rho = min(measured_rho, account.left)
        found.append(measure(tables[pair], pair, rho=rho, sensitivity=sensitivity, account=account))
        group = [group[pair[0]] if each == group[pair[1]] else each for each in group]
    return found
