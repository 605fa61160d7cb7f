"""The one spot through which every sentence for people passes, so that it is said in their language.

English sentences are the keys. A translation is ``locale/<language>/LC_MESSAGES/synthassay.po``; `make
locale` collects the sentences and compiles the catalogues, and a test holds that none is missing.
"""

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

LANGUAGES = {"en": "English", "zh_CN": "简体中文"}
_LOCALE = Path(__file__).parent / "locale"
_spoken: ContextVar[str] = ContextVar("language", default="en")


def spoken() -> str:
    """The language in which this thread of work speaks: a key of `LANGUAGES`."""
    return _spoken.get()


def speak(language: str) -> None:
    """Speak it from here on, in this context; English where it is unknown."""
    _spoken.set(language if language in LANGUAGES else "en")


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak it within a block."""
    token = _spoken.set(language if language in LANGUAGES else "en")
    try:
        yield
    finally:
        _spoken.reset(token)


def say(sentence: str, **values: object) -> str:
    """A whole sentence in the language spoken, with its named values in place."""
    # gettext keeps its own facts under the empty sentence.
    return catalogue(spoken()).gettext(sentence).format(**values) if sentence else ""


def say_count(one: str, many: str, count: int, **values: object) -> str:
    """The same for a number of things, which stands in the sentence as ``{count}``."""
    return catalogue(spoken()).ngettext(one, many, count).format(count=count, **values)


def to_say(sentence: str) -> str:
    """The sentence itself: marks one in a constant, to be collected there and said where it is shown."""
    return sentence


def in_language(name: str) -> str:
    """The name of a file that is read by people: ``report.zh_CN.html`` beside the English ``report.html``."""
    stem, _, ending = name.rpartition(".")
    return name if spoken() == "en" else f"{stem}.{spoken()}.{ending}"


@cache
def catalogue(language: str) -> gettext.NullTranslations:
    """What gettext knows of a language; nothing where there is no catalogue, so that English stays."""
    return gettext.translation("synthassay", _LOCALE, [language], fallback=True)
