import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema


def _cohort(person):
    schema = Schema(
        columns=(
            Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
            Column(name="x", kind=Kind.NUMBER),
            Column(name="note", kind=Kind.TEXT),
        ),
        person=person,
    )
    table = pd.DataFrame({"id": ["b", "a", "b"], "x": [1.0, 2.0, 3.0], "note": ["p", "q", "r"]})
    return Cohort(schema=schema, table=table)


def test_persons_are_the_independent_units():
    assert _cohort(None).persons.tolist() == [0, 1, 2]
    cohort = _cohort("id")
    assert cohort.persons.tolist() == [0, 1, 0]
    assert (len(cohort), cohort.n_persons) == (3, 2)
    assert cohort.of_persons(np.array([0])).table["x"].tolist() == [1.0, 3.0]


def test_rows_are_numbered_anew():
    part = _cohort("id").rows(np.array([2, 1]))
    assert part.table.index.tolist() == [0, 1]
    assert part.persons.tolist() == [0, 1]


def test_identifiers_and_text_are_not_released():
    assert list(_cohort("id").released) == ["x"]
