"""A board member's six questions, each answered from the evidence."""

from synthassay.reporting.discovery import could_somebody, how_known
from synthassay.reporting.known import Answer, Known
from synthassay.reporting.limits import how_often, if_wrong, not_tested
from synthassay.reporting.people import most_exposed

_QUESTIONS = (could_somebody, how_known, most_exposed, not_tested, how_often, if_wrong)


def board(known: Known) -> tuple[Answer, ...]:
    """Six answers, short enough for two pages of paper.

    Parameters
    ----------
    known : Known
        With a run as its reader may see it: what that lacks is not told.
    """
    return tuple(ask(known) for ask in _QUESTIONS)
