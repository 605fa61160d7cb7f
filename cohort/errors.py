"""Errors that a person can mend: each says what is wrong, where, and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One thing wrong with an input.

    Parameters
    ----------
    what : str
        What is wrong, in a sentence without the value of a patient's cell.
    where : str
        File, row (1 is the first row of data) and column, as far as they are known.
    remedy : str
        What the reader should do.
    """

    what: str
    where: str = ""
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.where}: " if self.where else ""
        remedy = f" {self.remedy}" if self.remedy else ""
        return f"{place}{self.what}{remedy}"


class SynthAssayError(ValueError):
    """The root of the tree: whatever the command line turns into exit code 2."""


class InputError(SynthAssayError):
    """Every problem of one input, reported together.

    Parameters
    ----------
    problems : Problem or iterable of Problem
        At least one.
    """

    def __init__(self, problems: Problem | Iterable[Problem]) -> None:
        self.problems = (problems,) if isinstance(problems, Problem) else tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class SchemaError(InputError):
    """A schema that contradicts itself or its table."""


class DataError(InputError):
    """A table that cannot be read as its schema says."""


class ConfigError(InputError):
    """A config or policy that cannot be run."""


class BudgetError(InputError):
    """More privacy budget was asked for than there is; nothing was drawn or read."""


class GenerationError(SynthAssayError):
    """A generator could not do what was asked of it; the other candidates go on."""


class NotApplicable(SynthAssayError):
    """A measurement that has no meaning here. It is shown and counted, never read as safe."""
