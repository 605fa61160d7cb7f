"""What an engine wrote down in English, told in the language of who reads it.

Evidence is a record: it is written once, in English, by rooms that know nothing of languages, and a
decision rests on its hash. So it is translated when it is shown. The catalogue holds each sentence that
an engine can write, with ``{placeholders}`` where it puts a figure or a name in; a text is looked up as
it stands, then set against those sentences, then taken apart into its own.
"""

import re
from collections.abc import Iterator
from functools import cache, lru_cache
from string import Formatter

from synthassay.language import catalogue, say, spoken

RECORD = "record"
"""The context under which the catalogue holds what engines write."""
_ENDS = re.compile(r"(?<=[.!?”]) ")
_LISTS = ("; ", ", ")
_LETTER = re.compile(r"[A-Za-z]")
_SPEC = re.compile(r"\{(\w+)[^{}]*\}")
_FULL_WIDTH = tuple("。！？；：，、”）")
_ONE_SENTENCE, _SENTENCES = r"(?:(?![.!?;] ).)*?", ".*?"


def retell(text: str) -> str:
    """A sentence, or several, of the evidence in the language spoken; what is not known stays English."""
    return text if spoken() == "en" else _retold(spoken(), text)


@lru_cache(maxsize=8192)
def _retold(language: str, text: str) -> str:
    told = _exact(language).get(text) or _list(language, text) or _whole(language, text)
    return _joined(_runs(language, _ENDS.split(text))) if told is None else told


def _whole(language: str, text: str) -> str | None:
    """The translation of a text that is one sentence of the catalogue; None where it is none."""
    known = _exact(language).get(text)
    if known is not None:
        return known
    for pattern, translation in _patterns(language):
        found = pattern.fullmatch(text)
        if found:
            values = {name: _retold(language, value) for name, value in found.groupdict().items()}
            return translation.format(**values)
    return None


def _list(language: str, text: str) -> str | None:
    """A list of things that are all known, translated; None of anything else."""
    for separator in _LISTS:
        parts = text.split(separator) if separator in text else []
        told = [known for part in parts if (known := _list(language, part) or _whole(language, part))]
        if parts and len(told) == len(parts):
            return say(separator).join(told)
    return None


def _runs(language: str, sentences: list[str]) -> Iterator[str]:
    """The longest runs that are one sentence of the catalogue, translated; others as they are."""
    start = 0
    while start < len(sentences):
        for end in range(len(sentences), start, -1):
            found = _whole(language, " ".join(sentences[start:end]))
            if found is not None:
                break
        yield sentences[start] if found is None else found
        start = start + 1 if found is None else end


def _joined(pieces: Iterator[str]) -> str:
    told = ""
    for piece in pieces:
        told += piece if not told or told.endswith(_FULL_WIDTH) else f" {piece}"
    return told


@cache
def _exact(language: str) -> dict[str, str]:
    """Each sentence without values, and its translation."""
    known = {**_sentences(language), **_sentences(language, RECORD)}
    return {sentence.format(): told.format() for sentence, told in known.items() if not _names(sentence)}


@cache
def _patterns(language: str) -> list[tuple[re.Pattern[str], str]]:
    """Each sentence of an engine with values as a pattern, and its translation; what says most first."""
    found = []
    for sentence, told in _sentences(language, RECORD).items():
        letters = sum(len(_LETTER.findall(literal)) for literal, *_ in Formatter().parse(sentence))
        if _names(sentence) and letters >= 2 + len(_names(sentence)):  # enough to be known by
            found.append((letters, _pattern(sentence), _SPEC.sub(r"{\1}", told)))
    return [(pattern, told) for _, pattern, told in sorted(found, key=lambda each: -each[0])]


def _sentences(language: str, context: str = "") -> dict[str, str]:
    # gettext writes a context before its sentences, and a plural's forms as pairs.
    held = getattr(catalogue(language), "_catalog", {}).items()
    parts = ((key.rpartition("\x04"), told) for key, told in held if isinstance(key, str) and key)
    return {sentence: told for (own, _, sentence), told in parts if own == context}


def _names(sentence: str) -> list[str]:
    return [name for _, name, *_ in Formatter().parse(sentence) if name]


def _pattern(sentence: str) -> re.Pattern[str]:
    """A sentence that takes a value where it has a name; only before or after all else, whole sentences."""
    pieces = list(Formatter().parse(sentence))
    text = ""
    for place, (literal, name, *_) in enumerate(pieces):
        text += re.escape(literal)
        if name:
            after = pieces[place + 1][0] if place + 1 < len(pieces) else ""
            opens = after.startswith(". ") or (after[:1] == " " and after[1:2].isupper())
            first = place == 0 and not literal and opens
            last = place + 1 == len(pieces) and literal.endswith((". ", ": "))
            text += f"(?P<{name}>{_SENTENCES if first or last else _ONE_SENTENCE})"
    return re.compile(text, re.DOTALL)
