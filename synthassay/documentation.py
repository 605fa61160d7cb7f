"""The documentation that lies beside the program, so that it is there without a network."""

from pathlib import Path

from cohort.errors import InputError, Problem

_SITE = Path(__file__).parent / "site"


def first_page() -> Path:
    """The page to open.

    Raises
    ------
    InputError
        Where this installation came without documents.
    """
    page = _SITE / "index.html"
    if not page.is_file():
        what = "this installation came without its documents."
        remedy = "In a checkout `make docs` builds them; the offline bundle and its wheel bring them."
        raise InputError(Problem(what=what, where=str(_SITE), remedy=remedy))
    return page
