"""Guess what one column is, from its name and what its values look like."""

from collections.abc import Callable
from dataclasses import dataclass

import pandas as pd

from cohort.looks import Looks, look
from cohort.recognise import personal
from cohort.schema import Column, Kind, Role
from cohort.vocabulary import Meaning, meaning

_KNOWN_DATES = "exact dates, which others may know"


@dataclass(frozen=True, kw_only=True)
class Guess:
    """A guess at one column.

    Parameters
    ----------
    column : Column
        Not confirmed.
    reason : str
        Why, without a value of the column.
    meaning : Meaning, optional
        What the name says.
    repeats : bool
        Whether it looks like a person's identity that several rows share.
    """

    column: Column
    reason: str
    meaning: Meaning | None = None
    repeats: bool = False


@dataclass(frozen=True, kw_only=True, eq=False)
class _Clues:
    """What a rule may look at."""

    name: str
    meaning: Meaning | None
    looks: Looks

    def guess(
        self,
        role: Role,
        reason: str,
        *,
        kind: Kind | None = None,
        date_format: str | None = None,
        repeats: bool = False,
    ) -> Guess:
        """A guess of the kind that the values fit, where no other is given."""
        kind = self.looks.kind if kind is None else kind
        codes = self.looks.missing if kind.is_numeric else ()
        aged = self.meaning is Meaning.AGE and kind in (Kind.NUMBER, Kind.INTEGER)
        column = Column(
            name=self.name,
            kind=kind,
            role=role,
            unit="years" if aged else None,
            missing=codes,
            format=(date_format or self.looks.date_format) if kind is Kind.DATE else None,
            confirmed=False,
        )
        noted = f"{reason}; codes for missing values were seen" if codes else reason
        return Guess(column=column, reason=noted, meaning=self.meaning, repeats=repeats)


def guess(name: str, cells: pd.Series) -> Guess:
    """Guess the role and kind of one column.

    Parameters
    ----------
    name : str
        The column's.
    cells : Series, (rows,), object of str
        None where missing.
    """
    clues = _Clues(name=name, meaning=meaning(name), looks=look(cells))
    return next(found for rule in _RULES if (found := rule(clues)) is not None)


def _empty(clues: _Clues) -> Guess | None:
    return None if clues.looks.texts else clues.guess(Role.OTHER, "it has no values")


def _row_number(clues: _Clues) -> Guess | None:
    if clues.meaning is Meaning.ROW_NUMBER and clues.looks.unique:
        return clues.guess(Role.IDENTIFIER, "it numbers the rows", kind=Kind.CATEGORY)
    return None


def _recognised(clues: _Clues) -> Guess | None:
    what = None if clues.looks.kind is Kind.DATE else personal(clues.looks.texts)
    if what is None:
        return None
    repeats = "numbers of persons" in what and not clues.looks.unique
    return clues.guess(Role.IDENTIFIER, f"its values look like {what}", kind=Kind.CATEGORY, repeats=repeats)


def _person(clues: _Clues) -> Guess | None:
    if clues.meaning is not Meaning.PERSON or clues.looks.few_codes:
        return None
    kind = Kind.TEXT if clues.looks.are_prose else Kind.CATEGORY
    return clues.guess(Role.IDENTIFIER, "its name says that it names a person", kind=kind)


def _identity(clues: _Clues) -> Guess | None:
    whole = clues.looks.kind in (Kind.INTEGER, Kind.CATEGORY)
    if clues.meaning is not Meaning.IDENTITY or clues.looks.few_codes or not whole:
        return None
    repeats = not clues.looks.unique
    alone = "" if repeats else ", and no two rows share a value"
    reason = f"its name says identity{alone}"
    return clues.guess(Role.IDENTIFIER, reason, kind=Kind.CATEGORY, repeats=repeats)


def _date(clues: _Clues) -> Guess | None:
    looks = clues.looks
    if looks.kind is Kind.DATE:
        ambiguous = looks.date_format == "%d/%m/%Y" and looks.are_dates("%m/%d/%Y")
        doubt = "; day and month may be the other way round" if ambiguous else ""
        return clues.guess(Role.QUASI_IDENTIFIER, _KNOWN_DATES + doubt)
    if looks.are_partial_dates:
        reason = "dates, some without day or month, and so kept as categories"
        return clues.guess(Role.QUASI_IDENTIFIER, reason)
    # A death that is a number with many values is a day, not a yes or no.
    when = clues.meaning is Meaning.DATE or (clues.meaning is Meaning.EVENT and looks.kind.is_numeric)
    if not when or looks.few_codes:
        return None
    if all(len(text) == 8 for text in looks.texts) and looks.are_dates("%Y%m%d"):
        return clues.guess(Role.QUASI_IDENTIFIER, _KNOWN_DATES, kind=Kind.DATE, date_format="%Y%m%d")
    return clues.guess(Role.QUASI_IDENTIFIER, "its name says when, as a date does")


def _prose(clues: _Clues) -> Guess | None:
    if not clues.looks.are_prose:
        return None
    return clues.guess(Role.IDENTIFIER, "free text, which may name anybody", kind=Kind.TEXT)


def _known_to_others(clues: _Clues) -> Guess | None:
    if clues.meaning is Meaning.AGE:
        return clues.guess(Role.QUASI_IDENTIFIER, "its name says age")
    if clues.meaning is Meaning.PLACE:
        return clues.guess(Role.QUASI_IDENTIFIER, "its name says a place", kind=Kind.CATEGORY)
    if clues.meaning is Meaning.DEMOGRAPHIC:
        counted = clues.looks.kind in (Kind.INTEGER, Kind.NUMBER) and not clues.looks.few_codes
        kind = clues.looks.kind if counted else Kind.CATEGORY
        return clues.guess(Role.QUASI_IDENTIFIER, "its name says a trait that others know", kind=kind)
    return None


def _record_number(clues: _Clues) -> Guess | None:
    if clues.meaning is not None:
        return None
    if clues.looks.count_up:
        return clues.guess(Role.IDENTIFIER, "it numbers the rows without a gap", kind=Kind.CATEGORY)
    coded = any(character.isdigit() for text in clues.looks.texts for character in text)
    if clues.looks.kind is Kind.CATEGORY and clues.looks.unique and coded:
        return clues.guess(Role.IDENTIFIER, "a code for each row: no two share a value")
    return None


def _measured(clues: _Clues) -> Guess:
    if clues.looks.kind is Kind.INTEGER and clues.looks.few_codes:
        return clues.guess(Role.OTHER, "few whole numbers, as codes are", kind=Kind.CATEGORY)
    if clues.meaning is Meaning.SENSITIVE and clues.looks.kind is Kind.CATEGORY:
        return clues.guess(Role.SENSITIVE, "its name says diagnosis or genotype")
    reasons = {Kind.INTEGER: "whole numbers", Kind.NUMBER: "numbers"}
    return clues.guess(Role.OTHER, reasons.get(clues.looks.kind, "words or codes"))


_RULES: tuple[Callable[[_Clues], Guess | None], ...] = (
    _empty,
    _row_number,
    _identity,
    _date,
    _recognised,
    _person,
    _prose,
    _known_to_others,
    _record_number,
    _measured,
)
"""Tried in this order; the first that says something decides."""
