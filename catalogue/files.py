"""Catalogues on disk: what translators write (``.po``) and what gettext reads (``.mo``)."""

import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from string import Formatter
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

from catalogue.collect import ROOT, collect
from synthassay.language import LANGUAGES

LOCALE = ROOT / "synthassay" / "locale"
TRANSLATED = [language for language in LANGUAGES if language != "en"]
_PERCENT = re.compile(r"%\(\w+\)s")
_NO_DATE = datetime(2000, 1, 1, tzinfo=UTC)  # a catalogue says what was translated, not when


def source(language: str) -> Path:
    """The file of a language's translations."""
    return LOCALE / language / "LC_MESSAGES" / "synthassay.po"


def read(language: str) -> Catalog:
    """The translations there are."""
    path = source(language)
    if not path.is_file():
        return Catalog(locale=language, charset="utf-8")
    with path.open("rb") as lines:
        return read_po(lines, locale=language)


def update(language: str) -> Catalog:
    """The translations of all sentences that are said today; a new one is empty, and none is guessed."""
    known = read(language)
    fresh = Catalog(
        locale=language,
        charset="utf-8",
        header_comment=known.header_comment,
        project="SynthAssay",
        version="",
        msgid_bugs_address="",
        last_translator="SynthAssay",
        language_team="SynthAssay",
        fuzzy=False,
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
    )
    for message in collect():
        if message.id:
            old = known.get(message.id, message.context)
            told = old.string if old else None
            fresh.add(message.id, told, locations=message.locations, context=message.context)
    return fresh


def write(language: str, translated: Catalog) -> None:
    """Keep both files."""
    path = source(language)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as lines:
        write_po(lines, translated, width=110, include_lineno=False, sort_by_file=True)
    path.with_suffix(".mo").write_bytes(compiled(translated))


def compiled(translated: Catalog) -> bytes:
    """What gettext reads."""
    found = io.BytesIO()
    write_mo(found, translated)
    return found.getvalue()


def faults(language: str) -> Iterator[str]:
    """What is wrong with a language's translations, in words."""
    known = read(language)
    wanted, held = ({(each.id, each.context) for each in every if each.id} for every in (collect(), known))
    yield from (f"not in the catalogue: {each}" for each in sorted(map(str, wanted - held)))
    yield from (f"said nowhere any more: {each}" for each in sorted(map(str, held - wanted)))
    for message in known:
        if message.id:
            yield from _faults(message)


def _faults(message: Message) -> Iterator[str]:
    """Of one translation: each form holds the names of its sentence, and no others."""
    sentences, translations = _forms(message.id), _forms(message.string)
    if message.fuzzy or not all(translations):
        yield f"not translated: {message.id}"
        return
    wanted = set().union(*(names(each) for each in sentences))
    for each in translations:
        if names(each) != wanted:
            yield f"other names than its sentence: {each}"


def _forms(held: Any) -> tuple[str, ...]:
    """The one sentence, or its forms for one thing and for many."""
    return held if isinstance(held, tuple) else (held or "",)


def names(sentence: str) -> set[str]:
    """The placeholders of a sentence: ``{name}`` of what code says, ``%(name)s`` of what pages hold."""
    braced = {f"{{{name}}}" for _, name, *_ in Formatter().parse(sentence) if name}
    return braced | set(_PERCENT.findall(sentence))
