import numpy as np
import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.classes import class_codes, class_sizes, person_sizes


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(*[st.sampled_from(["a", "b", None])] * 3), min_size=1, max_size=30))
def test_rows_share_a_class_where_they_agree(rows):
    table = pd.DataFrame(rows, columns=list("xyz"), dtype=object)
    codes = class_codes(table, ["x", "y", "z"])
    assert all(
        (codes[i] == codes[j]) == (rows[i] == rows[j]) for i in range(len(rows)) for j in range(len(rows))
    )
    assert class_sizes(table, ["x", "y", "z"]).tolist() == [rows.count(row) for row in rows]


def test_many_levels_do_not_overflow():
    table = pd.DataFrame({f"c{n}": np.arange(200) for n in range(20)})
    assert class_sizes(table, list(table)).tolist() == [1] * 200


def test_missing_is_a_value_in_every_type():
    table = pd.DataFrame(
        {
            "n": [np.nan, np.nan, 1.0],
            "i": pd.array([None, None, 1], dtype="Int64"),
            "d": pd.to_datetime([None, None, "2020-01-01"]),
        }
    )
    for name in table:
        assert class_sizes(table, [name]).tolist() == [2, 2, 1]
    assert class_sizes(table.iloc[:0], ["n"]).tolist() == []


CELL = st.sampled_from(["a", "b", None])


@settings(max_examples=60, deadline=None)
@given(rows=st.lists(st.tuples(CELL, CELL, CELL, st.integers(0, 4)), min_size=1, max_size=25))
def test_persons_are_counted_where_they_agree(rows):
    table = pd.DataFrame([row[:3] for row in rows], columns=list("xyz"), dtype=object)
    _, owners = np.unique([row[3] for row in rows], return_inverse=True)

    def agree(one, two, *, wildcard):
        return all(a == b or (wildcard and None in (a, b)) for a, b in zip(one[:3], two[:3], strict=True))

    for missing in ("category", "wildcard"):
        expected = [
            min(
                len(
                    {
                        j
                        for other, j in zip(rows, owners, strict=True)
                        if agree(row, other, wildcard=missing == "wildcard")
                    }
                )
                for row, owner in zip(rows, owners, strict=True)
                if owner == person
            )
            for person in range(owners.max() + 1)
        ]
        assert person_sizes(table, list("xyz"), persons=owners, missing=missing).tolist() == expected
        alone = [sum(agree(row, other, wildcard=missing == "wildcard") for other in rows) for row in rows]
        assert person_sizes(table, list("xyz"), missing=missing).tolist() == alone
