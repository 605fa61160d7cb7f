"""Frozen records of arrays as JSON beside arrays, and back: what a list allows, and no code.

A node is None, a truth value, a number or text as it is, and anything else a mapping with one tag:
``{"array": 3}``, ``{"tuple": [...]}``, ``{"record": "room.module:Name", "fields": {...}}``.
"""

import datetime
import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass
from enum import Enum
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from cohort.errors import GenerationError

Node = Any  # of JSON
Array = npt.NDArray[np.generic]

KINDS = "biuf"
"""The kinds of numpy's types that are written: truth values and numbers."""


def written(value: object, *, allowed: Collection[str]) -> tuple[Node, list[Array]]:
    """A record as a node, and the arrays that it names by their place.

    A value with a method ``plain`` is written as the record that it gives, whose ``restored`` gives
    the value back.

    Parameters
    ----------
    value : object
        A record of arrays, tuples, mappings, text, numbers, enumerations and records.
    allowed : collection of str
        Records and enumerations, ``module:Name``.

    Raises
    ------
    GenerationError
        For anything else; the message names its class, never its content.
    """
    writer = _Writer(allowed)
    return writer.node(value), writer.arrays


def restored(node: Node, arrays: Sequence[Array], *, allowed: Collection[str]) -> Any:
    """The value of a node.

    Raises
    ------
    ValueError
        For a tag, a record or a field that there is none of.
    """
    if node is None or isinstance(node, bool | int | float | str):
        return node
    if not isinstance(node, dict) or not node:
        raise ValueError("a node without a tag")
    tag = next(iter(node))
    if tag not in _READERS:
        raise ValueError("an unknown tag")
    return _READERS[tag](node, lambda inner: restored(inner, arrays, allowed=allowed), arrays, allowed)


def name_of(kind: type) -> str:
    """A class as ``module:Name``."""
    return f"{kind.__module__}:{kind.__qualname__}"


class _Writer:
    def __init__(self, allowed: Collection[str]) -> None:
        self.allowed = allowed
        self.arrays: list[Array] = []
        self._places: dict[int, int] = {}  # an array that several records share is written once

    def node(self, value: Any) -> Node:
        if isinstance(value, Enum):
            return {"enum": self._known(value), "value": value.value}
        if value is None or isinstance(value, bool | str):
            return value
        if isinstance(value, np.bool_ | np.integer | np.floating):
            value = value.item()
        if isinstance(value, int | float):
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, np.ndarray):
            return {"array": self._place(value)}
        return self._many(value)

    def _many(self, value: Any) -> Node:
        if isinstance(value, tuple | list):
            return {type(value).__name__: [self.node(each) for each in value]}
        if isinstance(value, frozenset | set):
            return {"set": [self.node(each) for each in sorted(value, key=repr)]}
        if isinstance(value, Mapping):
            return {"mapping": [[self.node(key), self.node(each)] for key, each in value.items()]}
        if type(value) is datetime.date:
            return {"date": value.isoformat()}
        if hasattr(value, "plain"):
            return self.node(value.plain())
        record = self._known(value)
        return {"record": record, "fields": {each: self.node(getattr(value, each)) for each in _told(value)}}

    def _known(self, value: object) -> str:
        name = name_of(type(value))
        if name not in self.allowed:
            raise GenerationError(f"{name} is no record of a model file; see docs/models.md.")
        return name

    def _place(self, array: Array) -> int:
        if array.dtype.kind not in KINDS:
            raise GenerationError("a model file holds arrays of numbers only; see docs/models.md.")
        if id(array) not in self._places:
            self._places[id(array)] = len(self.arrays)
            self.arrays.append(array)
        return self._places[id(array)]


Read = Callable[[Node], Any]


def _record(node: Node, read: Read, _: Sequence[Array], allowed: Collection[str]) -> Any:
    kind = _kind(node["record"], allowed)
    if not is_dataclass(kind) or set(node["fields"]) != set(_told(kind)):
        raise ValueError("a record with other fields")
    made: Any = kind(**{name: read(inner) for name, inner in node["fields"].items()})
    return made.restored() if hasattr(made, "restored") else made


def _enum(node: Node, _: Read, __: Sequence[Array], allowed: Collection[str]) -> Any:
    kind = _kind(node["enum"], allowed)
    if not issubclass(kind, Enum):
        raise ValueError("no enumeration")
    return kind(node["value"])


def _array(node: Node, _: Read, arrays: Sequence[Array], __: Collection[str]) -> Array:
    place = node["array"]
    if not isinstance(place, int) or not 0 <= place < len(arrays):
        raise ValueError("an array that is not there")
    return arrays[place]


def _mapping(node: Node, read: Read, _: Sequence[Array], __: Collection[str]) -> dict[Any, Any]:
    return {read(key): read(value) for key, value in node["mapping"]}


def _kind(name: Node, allowed: Collection[str]) -> type:
    """An allowed class; nothing is imported for any other name."""
    if not isinstance(name, str) or name not in allowed:
        raise ValueError("a record that is not allowed")
    module, _, attribute = name.partition(":")
    found: type = getattr(import_module(module), attribute)
    return found


def _told(record: Any) -> list[str]:
    return [field.name for field in fields(record) if field.init]


_READERS: dict[str, Callable[[Node, Read, Sequence[Array], Collection[str]], Any]] = {
    "record": _record,
    "enum": _enum,
    "array": _array,
    "mapping": _mapping,
    "tuple": lambda node, read, _, __: tuple(read(each) for each in node["tuple"]),
    "list": lambda node, read, _, __: [read(each) for each in node["list"]],
    "set": lambda node, read, _, __: frozenset(read(each) for each in node["set"]),
    "float": lambda node, _, __, ___: float(node["float"]),
    "date": lambda node, _, __, ___: datetime.date.fromisoformat(node["date"]),
}
