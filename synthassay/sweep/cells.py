"""What a sweep is made of: every combination of the lists in a config, each a config of its own."""

from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from itertools import product
from math import prod
from pathlib import Path
from typing import Any

from cohort.errors import ConfigError, Problem
from synthassay.config_reader import config_from_dict, read_content

MOST = 10_000
_CROSSED = ("seed", "rows")
_Place = tuple[str | int, ...]


@dataclass(frozen=True, kw_only=True)
class Cell:
    """One combination.

    Parameters
    ----------
    label : str
        What tells it from the others, such as ``seed 1, dp_mst epsilon 0.5``.
    content : mapping
        A config as it stands in YAML.
    folder : Path
        Which its paths are relative to.
    name : str
        The run's, where the config names none.
    """

    label: str
    content: Mapping[str, Any]
    folder: Path
    name: str


def read_cells(path: Path) -> list[Cell]:
    """Every combination of a config's lists, in their order; the last list changes fastest.

    Lists are crossed under ``seed``, under ``rows`` and, where they hold numbers, inside a candidate.

    Raises
    ------
    ConfigError
        For what is no config, or for the problems of the first combination that is none.
    """
    content = read_content(path)
    lists = dict(_lists(content))
    _refuse(lists, where=str(path))
    found = [
        _cell(content, dict(zip(lists, values, strict=True)), path) for values in product(*lists.values())
    ]
    for each in found:
        config_from_dict(each.content, folder=each.folder, where=f"{path} ({each.label})", name=each.name)
    return found


def _lists(content: Mapping[str, Any]) -> Iterator[tuple[_Place, Sequence[Any]]]:
    for key in _CROSSED:
        if isinstance(content.get(key), list):
            yield (key,), content[key]
    candidates = content.get("candidates")
    for place, candidate in enumerate(candidates if isinstance(candidates, list) else ()):
        for option, value in candidate.items() if isinstance(candidate, Mapping) else ():
            if isinstance(value, list) and value and all(map(_is_number, value)):
                yield ("candidates", place, option), value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _refuse(lists: Mapping[_Place, Sequence[Any]], *, where: str) -> None:
    if not lists:
        what = "no list is to be crossed."
        remedy = (
            "Write seed: [0, 1, 2], rows: [1, 4] or {synth: dp_mst, epsilon: [0.5, 1, 10]}; or use `run`."
        )
        raise ConfigError(Problem(what=what, where=where, remedy=remedy))
    problems = [
        Problem(
            what=f"the list at {_words(place)} is empty or repeats itself.",
            where=where,
            remedy="Name each value once.",
        )
        for place, values in lists.items()
        if not values or len(set(map(str, values))) < len(values)
    ]
    if prod(map(len, lists.values())) > MOST:
        what = f"the lists make more than {MOST:,} combinations."
        problems.append(Problem(what=what, where=where, remedy="Shorten them, or make several sweeps."))
    if problems:
        raise ConfigError(problems)


def _cell(content: Mapping[str, Any], chosen: Mapping[_Place, Any], path: Path) -> Cell:
    cell: Any = deepcopy(dict(content))
    told = []
    for place, value in chosen.items():
        part = cell
        for step in place[:-1]:
            part = part[step]
        part[place[-1]] = value
        maker = f"{part.get('name', part.get('synth'))} " if len(place) > 1 else ""
        told.append(f"{maker}{place[-1]} {value}")
    return Cell(label=", ".join(told), content=cell, folder=path.resolve().parent, name=path.stem)


def _words(place: _Place) -> str:
    return ".".join(map(str, place))
