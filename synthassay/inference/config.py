"""What a config says of the study whether coefficients may be analysed."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from utility.combining import FEWEST_RELEASES

_MOST = 200


@dataclass(frozen=True, kw_only=True)
class InferenceStudy:
    """The study of each candidate.

    Parameters
    ----------
    releases : int, >= 5
        From as many fits, that of the candidate among them.
    """

    releases: int = 20


def read_inference(content: Any, wrong: Callable[[str, str], None]) -> InferenceStudy:
    """Read ``inference: {releases: 20}``, telling ``wrong`` what is wrong and what to write."""
    if not isinstance(content, Mapping) or not set(content) <= {"releases"}:
        wrong("inference is no mapping of releases.", "Write inference: {releases: 20}.")
        return InferenceStudy()
    releases = content.get("releases", InferenceStudy().releases)
    if isinstance(releases, int) and not isinstance(releases, bool) and FEWEST_RELEASES <= releases <= _MOST:
        return InferenceStudy(releases=releases)
    what = f"inference: releases is {releases!r}, no whole number from {FEWEST_RELEASES} to {_MOST}."
    wrong(what, f"Leave it out for {InferenceStudy().releases}.")
    return InferenceStudy()
