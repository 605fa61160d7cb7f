"""The board's six questions where a formal guarantee answers them, and nothing else may."""

import math
from collections.abc import Iterator
from typing import Any

from privacy.dp.words import right_guesses
from synthassay.language import say
from synthassay.reporting.known import Answer, Known
from synthassay.reporting.limits import decision_words


def promised_board(known: Known) -> tuple[Answer, ...]:
    """Six answers that rest on the guarantee alone: nothing else in them is computed on patients."""
    return (
        Answer(
            question=say("Could somebody find a patient in this?"),
            answer=_worth(known),
        ),
        Answer(
            question=say("How do you know?"),
            answer=say(
                "By a proof about the method, which puts noise in before anything is learned from a patient."
            ),
            because=(
                say(
                    "What attacks on these very data found stays in the house: it was measured without noise."
                ),
            ),
        ),
        Answer(
            question=say("Who is most exposed?"),
            answer=say("The promise is the same for each person, however rare that person’s values are."),
        ),
        Answer(
            question=say("What did you not test?"),
            answer=say(
                "Harm to groups: a release can teach something true about everybody with a disease without "
                "pointing at a person. And what other releases of the same patients, made without noise, "
                "give away."
            ),
        ),
        Answer(
            question=say("How often was it tried?"),
            answer=say(
                "For this promise it does not matter: all releases with one are added up, and the sum "
                "stands below. How often one was judged stays in the house."
            ),
        ),
        Answer(
            question=say("What happens if you are wrong?"),
            answer=say(
                "The promise does not rest on our guessing attackers right. Were the program faulty, what "
                "was given away could not be called back."
            ),
            because=tuple(_conditions(known)),
        ),
    )


def _worth(known: Known) -> str:
    """How much surer somebody can become who holds all releases of these patients, as ε and δ have it."""
    each = [each.promise for each in known.run.promises]
    spent = known.run.about["budget"]["spent"] if "budget" in known.run.about else max(each, key=_epsilon)
    most = math.ceil(round(100 * right_guesses(spent["epsilon"], spent["delta"]), 6))
    if most >= 100:
        return say(
            "The promise by itself does not exclude it: so little noise leaves room for somebody to be sure."
        )
    return say(
        "Whoever holds every release of these patients, whatever they know and however clever they are, "
        "cannot tell more than {most} in 100 people right who took part and who did not; blind guessing "
        "tells 50.",
        most=most,
    )


def _epsilon(promise: dict[str, Any]) -> float:
    return float(promise["epsilon"])


def _conditions(known: Known) -> Iterator[str]:
    """Of releases that somebody let go; that one was held back would tell what was found."""
    last = {made.candidate: made for made in known.decided}
    for made in last.values():
        if made.stands and made.verdict == "accept":
            yield decision_words(made)
