"""A report on paper: HTML to PDF by weasyprint, which is an extra."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from cohort.errors import InputError, Problem

_INSTALL = (
    'Install it: `pip install "synthassay[pdf]"`, and pango (Debian, Ubuntu: `apt install libpango-1.0-0 '
    "libpangoft2-1.0-0 libharfbuzz-subset0`; macOS: `brew install pango`). Or open report.html in a browser "
    "and print it."
)
_MISSING = ".notdef"


def write_pdf(page: str, path: Path) -> tuple[str, ...]:
    """Print a page; equal pages, fonts and versions give equal bytes.

    Parameters
    ----------
    page : str
        HTML without scripts, whose figures are drawn already.
    path : Path
        Where the PDF goes; it appears whole.

    Returns
    -------
    tuple of str
        The letters that no font here has: a box stands in place of each.

    Raises
    ------
    InputError
        Where weasyprint or pango is not there.
    """
    html = _weasyprint()
    draft = path.with_name(f".{path.name}.partial")
    try:
        with _missing_letters() as missing:
            html(string=page).write_pdf(draft, pdf_tags=True)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
    return tuple(missing)


def _weasyprint() -> Any:
    try:
        from weasyprint import HTML  # noqa: PLC0415 - an extra
    except (ImportError, OSError) as error:  # OSError: weasyprint is there, and pango is not
        what = f"what prints is not here ({type(error).__name__})."
        raise InputError(Problem(what=what, where="PDF", remedy=_INSTALL)) from None
    else:
        return HTML


@contextmanager
def _missing_letters() -> Iterator[list[str]]:
    """The letters that no font has: weasyprint prints a box for each, and only logs it."""
    missing: list[str] = []

    class _Listener(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if str(record.msg).startswith(_MISSING) and isinstance(record.args, tuple):
                letter = str(record.args[0])
                missing.extend([letter] if letter not in missing else [])

    logger, listener = logging.getLogger("weasyprint"), _Listener()
    before = logger.handlers[:], logger.propagate
    logger.handlers, logger.propagate = [listener], False
    try:
        yield missing
    finally:
        logger.handlers, logger.propagate = before
