"""What ε and δ are worth, in words for a board: odds, and persons."""

import math

NEIGHBOURS = (
    "The promise compares the data with and without one person, with all rows of that person: "
    "whatever is released is nearly as likely without them."
)


def right_guesses(epsilon: float, delta: float = 0.0) -> float:
    """The share of right guesses that nobody can exceed who would be right half the time blindly.

    (exp(epsilon) + delta) / (1 + exp(epsilon)), from the trade-off of Kairouz, Oh & Viswanath 2017
    (doi:10.1109/TIT.2017.2685505).

    Parameters
    ----------
    epsilon : float, > 0
    delta : float, in [0, 1)

    Returns
    -------
    float, in (0.5, 1]
    """
    sure = 1 / (1 + math.exp(-epsilon))
    return sure + delta * (1 - sure)


def posterior(prior: float, epsilon: float) -> float:
    """The most that a suspicion of ``prior`` can grow to, but for the chance δ.

    Its odds grow by exp(epsilon) at most (Kasiviswanathan & Smith 2014, doi:10.29012/jpc.v6i1.634).
    """
    if prior in (0.0, 1.0):
        return prior
    return 1 / (1 + (1 - prior) / prior * math.exp(-epsilon))


def in_words(epsilon: float, delta: float, *, rows: int | None = None) -> tuple[str, ...]:
    """Sentences for a board.

    Parameters
    ----------
    epsilon, delta : float
        Of the guarantee.
    rows : int, optional
        About how many there are, as far as that may be told: a noisy number.
    """
    return (_odds(epsilon, delta), _suspicion(epsilon), _failure(delta, rows), NEIGHBOURS)


def _odds(epsilon: float, delta: float) -> str:
    most = math.ceil(round(100 * right_guesses(epsilon, delta), 6))
    if most >= 100:
        return (
            f"ε = {epsilon:g} by itself excludes nothing: out of 100 people whom an attacker thinks as "
            "likely in the data as not, it allows that all 100 are told right. Only the attacks can say more."
        )
    return (
        f"ε = {epsilon:g}: out of 100 people whom an attacker thinks as likely in the data as not, "
        f"nobody can tell more than {most} right from the release, whatever else they know; "
        "blind guessing tells 50."
    )


def _suspicion(epsilon: float) -> str:
    return f"A suspicion of 1 % can grow to {100 * posterior(0.01, epsilon):.1f} % at most."


def _failure(delta: float, rows: int | None) -> str:
    if delta == 0:
        return "δ = 0: there is no chance by which this may fail."
    chance = f"δ = {delta:g}: the chance by which this may fail for a person"
    if rows is None:
        return f"{chance}."
    return f"{chance}; times about {rows:,} rows (δ·n) that is {delta * rows:.2g} persons."
