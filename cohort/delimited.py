"""Text tables: find the encoding and the delimiter, and read every cell as it is written."""

import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from cohort.cells import NOT_TEXT
from cohort.errors import Problem
from cohort.grid import Grid
from cohort.problems import at

DELIMITERS = (",", ";", "\t", "|")
_LOOKED_AT = 200
_C1_CONTROL = re.compile("[\x7f-\x9f]")
_WESTERN = re.compile("[À-ÖØ-öø-ÿ]")
_WESTERN_IN_WORD = re.compile("(?<=[A-Za-z])[À-ÖØ-öø-ÿ]|[À-ÖØ-öø-ÿ](?=[A-Za-z])")
_UNEXPLAINED = re.compile("[\ud800-\udfff]")
_RESAVE = "Open it in the program that made it, and save it as CSV in UTF-8."


@dataclass(frozen=True, kw_only=True, eq=False)
class Delimited:
    """A text table and how it is written.

    Parameters
    ----------
    grid : Grid
        Its cells.
    encoding : str
        One of utf-8, utf-8-sig, gb18030, latin-1.
    delimiter : str
        One of `DELIMITERS`.
    """

    grid: Grid
    encoding: str
    delimiter: str


def read_delimited(content: bytes, *, where: str, expected: str = ",") -> Delimited:
    """Read a CSV file of any common dialect; problems stand in the grid."""
    text, encoding = decode(content)
    delimiter = find_delimiter(text, expected=expected)
    records = list(_records(text, delimiter))
    header, rows = (records[0] or [], records[1:]) if records else ([], [])
    problems = [] if records else [Problem(what="is empty.", where=where, remedy="Give a file with data.")]
    if records and records[0] is None:
        problems.append(Problem(what=_QUOTES, where=f"{where}, header", remedy=_CLOSE))
    problems += _bad_header(header, where=where)
    problems += _bad_cells(header, rows, where=where)
    grid = Grid(header=header, rows=[row or [] for row in rows], problems=tuple(problems))
    return Delimited(grid=grid, encoding=encoding, delimiter=delimiter)


def decode(content: bytes) -> tuple[str, str]:
    """Decode a text file, and name the encoding.

    Strictly UTF-8; otherwise GB18030 where the characters are common Chinese ones, otherwise
    Latin-1 where the accented letters stand in words and no byte is a control. A file that is
    none of these is decoded as UTF-8, its unexplained bytes as surrogates.
    """
    try:
        encoding = "utf-8-sig" if content.startswith(b"\xef\xbb\xbf") else "utf-8"
        return content.decode(encoding), encoding
    except UnicodeDecodeError:
        rescued = content.decode("utf-8", "surrogateescape")
    if _is_damaged_utf8(rescued):
        return rescued, "utf-8"
    chinese = _chinese(content)
    if chinese is not None:
        return chinese, "gb18030"
    western = content.decode("latin-1")
    return (western, "latin-1") if _is_western(western) else (rescued, "utf-8")


def _is_damaged_utf8(rescued: str) -> bool:
    """Whether more characters are whole UTF-8 sequences than are broken: seldom so by chance."""
    whole = sum(not character.isascii() for character in rescued)
    broken = len(_UNEXPLAINED.findall(rescued))
    return whole - broken > broken


def _chinese(content: bytes) -> str | None:
    """The text, where it is GB18030 and most characters are in GB 2312's symbols and first level.

    Strict decoding is not enough: the Latin-1 of "Müller" is a legal, rare Chinese character.
    """
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        return None
    characters = Counter(character for character in text if not character.isascii())
    common = sum(times for character, times in characters.items() if _is_common(character))
    return text if 2 * common >= characters.total() else None


def _is_common(character: str) -> bool:
    try:
        lead = character.encode("gb2312")[0]
    except UnicodeEncodeError:
        return False
    return lead <= 0xA9 or 0xB0 <= lead <= 0xD7


def _is_western(text: str) -> bool:
    accented = len(_WESTERN.findall(text))
    clean = not (NOT_TEXT.search(text) or _C1_CONTROL.search(text))
    return clean and 2 * len(_WESTERN_IN_WORD.findall(text)) >= accented


def find_delimiter(text: str, *, expected: str = ",") -> str:
    """Find the delimiter under which most rows are as wide as the header.

    ``expected`` wins where every row looked at agrees with it; a single column has none, and
    then it is returned too.
    """
    scores = {delimiter: _agreement(text, delimiter) for delimiter in DELIMITERS}
    if scores[expected] == (1.0, scores[expected][1]) and scores[expected][1] > 1:
        return expected
    candidates = {delimiter: score for delimiter, score in scores.items() if score[1] > 1}
    return max(candidates, key=lambda delimiter: candidates[delimiter], default=expected)


def _agreement(text: str, delimiter: str) -> tuple[float, int]:
    """The share of the first rows that are as wide as the header, and that width."""
    records = list(itertools.islice(_records(text, delimiter), _LOOKED_AT))
    if not records or not records[0]:
        return 0.0, 0
    width = len(records[0])
    rows = records[1:]
    return (sum(len(row or []) == width for row in rows) / len(rows) if rows else 1.0), width


def _records(text: str, delimiter: str) -> Iterator[list[str] | None]:
    """Each record's cells, None where it cannot be read; blank lines are none."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield None
        else:
            if record:
                yield record


_QUOTES = "has a quotation mark that is not closed, or text beside a quoted cell."
_CLOSE = "Put the whole cell in double quotes, and write each quotation mark inside it twice."
_BYTES = "holds bytes that are no text in UTF-8, GB18030 or Latin-1."


def _bad_header(header: list[str], *, where: str) -> list[Problem]:
    if any(NOT_TEXT.search(name) for name in header):
        return [Problem(what=_BYTES, where=f"{where}, header", remedy=_RESAVE)]
    return []


def _bad_cells(header: list[str], rows: list[list[str] | None], *, where: str) -> list[Problem]:
    problems = []
    for number, row in enumerate(rows, start=1):
        if row is None:
            problems.append(Problem(what=_QUOTES, where=at(where, row=number), remedy=_CLOSE))
            continue
        for position, cell in enumerate(row):
            if NOT_TEXT.search(cell):
                name = header[position] if position < len(header) else None
                shown = None if name is None or NOT_TEXT.search(name) else name
                place = at(where, row=number, column=shown)
                problems.append(Problem(what=_BYTES, where=place, remedy=_RESAVE))
    return problems
