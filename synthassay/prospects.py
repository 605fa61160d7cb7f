"""What a cohort's size can ever prove under each policy, before anybody waits."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

from privacy.attacks.target import MOST_ATTACKED
from privacy.ceiling import ceiling
from privacy.planted import SHARES
from privacy.statistics import CAUGHT, newcombe
from synthassay.policy import Criterion, policy_names, read_policy
from synthassay.quantities import CRITERIA

_SIZES = (50, 80, 100, 150, 200, 300, 400, 600, 800, 1000, 1500, 2000, 3000, 5000, 10_000)


@dataclass(frozen=True, kw_only=True)
class Line:
    """One criterion: what the best possible release could show at this size.

    Parameters
    ----------
    criterion, title : str
        Its name in the policy, and for people.
    possible : bool
        Whether the threshold can be met at all.
    sentence : str
        The best case in plain words.
    persons_needed : int, optional
        The fewest persons in all, half of them set aside or cross-fitted as asked, with whom it
        can; None where 10,000 are not enough.
    """

    criterion: str
    title: str
    possible: bool
    sentence: str
    persons_needed: int | None


@dataclass(frozen=True, kw_only=True)
class Prospect:
    """What a policy's required criteria can come to at this size."""

    policy: str
    possible: bool
    lines: tuple[Line, ...]


def prospects(train: int, holdout: int, *, cross_fitted: bool = False) -> tuple[Prospect, ...]:
    """Best cases under every bundled policy.

    Parameters
    ----------
    train, holdout : int
        Persons on each side of the split.
    cross_fitted : bool
        Whether they are the same persons, each once on each side.
    """
    return tuple(prospect(name, train, holdout, cross_fitted=cross_fitted) for name in policy_names())


def prospect(name: str, train: int, holdout: int, *, cross_fitted: bool = False) -> Prospect:
    """Best cases under the bundled policy ``name``."""
    required = [each for each in read_policy(name).criteria if each.required and each.criterion in _BEST]
    lines = tuple(_line(criterion, train, holdout, cross_fitted) for criterion in required)
    return Prospect(policy=name, possible=all(line.possible for line in lines), lines=lines)


def _line(criterion: Criterion, train: int, holdout: int, cross_fitted: bool) -> Line:
    best, sides = _BEST[criterion.criterion], 1 if cross_fitted else 2
    value, sentence = best(train, holdout, cross_fitted)
    each = ((n, best(n // sides, n // sides, cross_fitted)[0]) for n in _SIZES)
    enough = (n for n, found in each if found is not None and criterion.met(found))
    return Line(
        criterion=criterion.criterion,
        title=CRITERIA[criterion.criterion].title,
        possible=value is not None and criterion.met(value),
        sentence=sentence,
        persons_needed=next(enough, None),
    )


@cache
def _smallest_share(train: int, holdout: int, cross_fitted: bool) -> tuple[float | None, str]:
    """What an attack that ranks every copied person first would catch."""
    if min(train, holdout) < 1:
        return None, "Nothing: nobody is set aside to compare with."
    sides = (train // 2, train - train // 2) if cross_fitted else (train, holdout)
    n, n_control = (min(side, MOST_ATTACKED) for side in sides)
    for share in SHARES:
        if ceiling(train=n, control=n_control, share=share, cross_fitted=cross_fitted) >= CAUGHT:
            return (
                share,
                (
                    f"In an otherwise clean release, a perfect attack notices copies from {share:.0%} "
                    "of the records on."
                ),
            )
    return None, f"Even a perfect attack would miss copies of {SHARES[-1]:.0%} of the records."


@cache
def _no_copies(train: int, holdout: int, _: bool) -> tuple[float | None, str]:
    """No patient reproduced exactly on either side."""
    if min(train, holdout) < 1:
        return None, "Nothing: nobody is set aside to compare with."
    high = newcombe(0.0, train, 0.0, holdout)[1]
    return high, f"With no copy seen at all, up to {high:.1%} of the patients could still be copied."


def _no_matches(train: int, _: int, __: bool) -> tuple[float | None, str]:
    """No patient matched; the exact binomial bound (doi:10.1093/biomet/26.4.404)."""
    high = 1 - 0.025 ** (1 / train)
    return high, f"With no match seen at all, the probability could still be {high:.1%}."


_BEST: dict[str, Callable[[int, int, bool], tuple[float | None, str]]] = {
    "detectable_share": _smallest_share,
    "exact_copies_excess": _no_copies,
    "match_probability": _no_matches,
}
