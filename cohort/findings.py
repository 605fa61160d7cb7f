"""What was noticed about a cohort or a release, each reported once."""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How a finding should be read."""

    ISSUE = "issue"
    TIP = "tip"
    PASSED = "passed"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One observation; an observation is not an error and stops nothing.

    Parameters
    ----------
    code : str
        A stable name that the documentation explains, such as ``constant_column``.
    severity : Severity
        How it should be read.
    title : str
        One line.
    explanation : str
        What it means and what to do, without any patient's value.
    """

    code: str
    severity: Severity
    title: str
    explanation: str
