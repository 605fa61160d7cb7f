"""Tables and steps, one piece of HTML each: Streamlit makes a component of each cell, which takes seconds."""

from collections.abc import Mapping, Sequence
from html import escape

from synthassay.language import say_count
from synthassay.retelling import retell


def html_table(rows: Sequence[Mapping[str, str]]) -> str:
    """Rows as a table whose first column names them; of what a cell says HTML makes nothing.

    Parameters
    ----------
    rows : sequence of dict of str to str
        Cells under the names of their columns.

    Returns
    -------
    str
        A group that the keyboard can reach, since a phone scrolls it sideways.
    """
    columns = list(dict.fromkeys(name for row in rows for name in row))
    head = "".join(f'<th scope="col">{_text(retell(name))}</th>' for name in columns)
    body = "".join(f"<tr>{_cells(row, columns)}</tr>" for row in rows)
    label = escape(say_count("Table of {count} row", "Table of {count} rows", len(rows)))
    return (
        f'<div class="sa-table" role="group" tabindex="0" aria-label="{label}">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )


def html_steps(steps: Sequence[tuple[str, str]]) -> str:
    """Steps in their order, side by side where there is room: what each is called, and how it stands."""
    items = "".join(f"<li><span>{_text(name)}</span><br>{_text(stand)}</li>" for name, stand in steps)
    return f'<ol class="sa-steps">{items}</ol>'


def _cells(row: Mapping[str, str], columns: Sequence[str]) -> str:
    cells = [_text(row.get(name, "")) for name in columns]
    rest = "".join(f"<td>{cell}</td>" for cell in cells[1:])
    return f'<th scope="row">{cells[0]}</th>{rest}'


def _text(cell: object) -> str:
    return escape(str(cell))
