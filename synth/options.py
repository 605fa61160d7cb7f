"""Whether a generator's options make sense: every fault is told at once."""

from collections.abc import Mapping

from cohort.errors import ConfigError, Problem


def refuse(generator: str, faults: Mapping[str, bool]) -> None:
    """Refuse options with a fault.

    Parameters
    ----------
    generator : str
        Whose options they are.
    faults : mapping of str to bool
        What is wrong, in words, and whether it is.

    Raises
    ------
    ConfigError
        Naming each fault that there is.
    """
    remedy = "Leave it out for the default."
    problems = [Problem(what=what, where=generator, remedy=remedy) for what, bad in faults.items() if bad]
    if problems:
        raise ConfigError(problems)


def not_whole(least: int, /, **options: object) -> dict[str, bool]:
    """The fault of each option, by name, that it is no whole number of at least ``least``."""
    return {
        f"{name} is not a whole number of at least {least}.": not is_number(value, least=least, kinds=int)
        for name, value in options.items()
    }


def is_number(
    value: object,
    *,
    least: float = float("-inf"),
    most: float = float("inf"),
    kinds: type | tuple[type, ...] = (int, float),
) -> bool:
    """Whether a value read from YAML is a number between both ends; yes and no are none."""
    return isinstance(value, kinds) and not isinstance(value, bool) and least <= value <= most  # type: ignore[operator]
