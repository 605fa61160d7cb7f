"""What a config, or a command line, asks of `augment`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cohort.errors import ConfigError, Problem

_KEYS = ("class", "to", "condition", "share", "study", "repeats")
_EXAMPLE = "Write augment: {class: severe, to: 60}."

Pairs = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """Which rows are scarce, and how many there are to be.

    Parameters
    ----------
    label : str, optional
        A class of the target.
    conditions : tuple of pairs
        Columns and the value that each row has there besides; None is missing.
    to : int, optional
        Rows of the group, real and synthetic; has to be said somewhere.
    share : float, in (0, 1), optional
        The largest share of synthetic rows among them.
    study : bool
        Whether to find out if it helps.
    repeats : int, >= 3
        Of the study.
    """

    label: str | None = None
    conditions: Pairs = ()
    to: int | None = None
    share: float | None = None
    study: bool = False
    repeats: int = 10

    def to_dict(self) -> dict[str, Any]:
        """As it stands in a config, what is left open left out."""
        told = {"class": self.label, "to": self.to, "share": self.share}
        return {
            **{key: value for key, value in told.items() if value is not None},
            **({"condition": dict(self.conditions)} if self.conditions else {}),
            **({"study": True, "repeats": self.repeats} if self.study else {}),
        }

    def with_flags(
        self,
        *,
        label: str | None,
        conditions: Sequence[str],
        to: int | None,
        share: float | None,
        study: bool,
        repeats: int | None,
    ) -> "Augmentation":
        """The same with what a command line says besides; ``conditions`` holds texts such as ``stage=4``.

        Raises
        ------
        ConfigError
            For a condition without a column and value.
        """
        pairs = [text.partition("=") for text in conditions]
        if wrong := [text for text, (_, sign, _) in zip(conditions, pairs, strict=True) if not sign]:
            what = f"{', '.join(map(repr, wrong))} says no column and value."
            raise ConfigError(Problem(what=what, where="--condition", remedy="Write --condition stage=4."))
        given = tuple((name.strip(), value.strip() or None) for name, _, value in pairs)
        return replace(
            self,
            label=self.label if label is None else label,
            conditions=(*self.conditions, *given),
            to=self.to if to is None else to,
            share=self.share if share is None else share,
            study=self.study or study,
            repeats=self.repeats if repeats is None else repeats,
        )


def read_augmentation(content: Any, wrong: Callable[[str, str], None]) -> Augmentation:
    """Read ``augment: {class: severe, to: 60}``, telling ``wrong`` what is wrong and what to write."""
    if not isinstance(content, Mapping) or not set(content) <= set(_KEYS):
        wrong(f"augment is no mapping of {', '.join(_KEYS)}.", _EXAMPLE)
        return Augmentation()
    condition, label = content.get("condition") or {}, content.get("class")
    if not isinstance(condition, Mapping):
        wrong("augment: condition is no mapping.", "Write condition: {stage: 4}.")
        condition = {}
    share, to, repeats = (content.get(key) for key in ("share", "to", "repeats"))
    if share is not None and (not isinstance(share, int | float) or isinstance(share, bool)):
        wrong(f"augment: share is {share!r}, no number between 0 and 1.", "Leave it out for 0.3.")
        share = None
    for key, value in (("to", to), ("repeats", repeats)):
        if value is not None and (not isinstance(value, int) or isinstance(value, bool)):
            wrong(f"augment: {key} is {value!r}, no whole number.", _EXAMPLE)
            return Augmentation()
    return Augmentation(
        label=None if label is None else str(label),
        conditions=tuple((str(name), None if v is None else str(v)) for name, v in condition.items()),
        to=to,
        share=share,
        study=content.get("study") is True,
        repeats=10 if repeats is None else repeats,
    )
