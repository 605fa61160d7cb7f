"""AIM: again and again the pair that the model so far tells worst, as long as its cliques stay small.

After McKenna, Mullins, Sheldon & Miklau 2022 (doi:10.14778/3551793.3551817): the choice weighs what a
table would tell against its noise, and the bound on the cells of a clique grows with the budget spent.
Unlike AIM's, all rounds have the same budget: to make them finer as soon as one told nothing new left
too few rounds (docs/generators/dp_aim.md), and pairs alone are chosen among.
"""

from collections.abc import Sequence

from privacy.dp.accounting import Account
from privacy.dp.mechanisms import choose, gaussian_sigma
from synth.dp.descent import Model, estimate
from synth.dp.junction import Attributes, fits, pair_marginals
from synth.dp.marginals import Ints, Measurement, counted, gap_less_noise, measure, pairs
from synth.protocols import Progress

_ROUNDS = 3  # for each attribute
_CHOOSING = 0.1  # of each round's budget; the rest measures
_MOST_CELLS = 100_000
_FIRST_STEPS, _STEPS = 100, 25
_SPENT = 1e-6


def select_pairs(
    codes: Ints,
    sizes: Sequence[int],
    ones: Sequence[Measurement],
    *,
    total: float,
    sensitivity: int,
    account: Account,
    progress: Progress,
) -> list[Measurement]:
    """Measure pairs until the account is empty; parameters as in `synth.dp.select_mst.select_tree`."""
    if len(sizes) < 2:
        return []
    tables = {pair: counted(codes, pair, sizes) for pair in pairs(len(sizes))}
    model = estimate(ones, sizes, total=total, steps=_FIRST_STEPS)
    found: list[Measurement] = []
    whole = account.left
    a_round = whole / (_ROUNDS * len(sizes))
    while account.left > _SPENT * whole:
        progress(1 - account.left / whole)
        if account.left < 2 * a_round:
            a_round = account.left
        choosing, measuring = _CHOOSING * a_round, (1 - _CHOOSING) * a_round
        noise = gaussian_sigma(measuring, sensitivity)
        expected = pair_marginals(model.tree, model.marginals)
        most = _MOST_CELLS * (1 - (account.left - a_round) / account.rho)
        open_pairs = [pair for pair in tables if _stays_small(model, pair, most=most)]
        scores = [gap_less_noise(tables[pair], total * expected[pair], noise=noise) for pair in open_pairs]
        place = choose(scores, sensitivity=sensitivity, rho=choosing, account=account, on="choice of a pair")
        pair = open_pairs[place]
        rho = min(measuring, account.left)
        found.append(measure(tables[pair], pair, rho=rho, sensitivity=sensitivity, account=account))
        model = estimate([*ones, *found], sizes, total=total, steps=_STEPS, start=model.factors)
    return found


def _stays_small(model: Model, pair: Attributes, *, most: float) -> bool:
    """Whether the model's cliques keep within ``most`` cells when it takes a pair in."""
    if model.tree.home(pair) is not None:
        return True
    edges = {each for each in model.factors if len(each) == 2}
    return fits({*edges, pair}, model.tree.sizes, most=most)
