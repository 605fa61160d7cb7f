import numpy as np
import pandas as pd
import pytest

from cohort.schema import Column, Kind
from utility.smote import smote_nc

AGE = Column(name="age", kind=Kind.INTEGER)
BILI = Column(name="bili", kind=Kind.NUMBER)
SEEN = Column(name="seen", kind=Kind.DATE)
SEX = Column(name="sex", kind=Kind.CATEGORY)


def made(rows, n=200, *, columns, seed=0):
    return smote_nc(rows, n, columns=columns, rng=np.random.default_rng(seed))


def test_numbers_lie_between_and_keep_their_type():
    rows = pd.DataFrame(
        {
            "age": pd.array([30, 40], dtype="Int64"),
            "bili": [1.0, 3.0],
            "seen": pd.to_datetime(["2020-01-01", "2020-03-01"]),
        }
    )
    more = made(rows, columns=(AGE, BILI, SEEN))
    assert list(more.dtypes) == list(rows.dtypes)
    assert more["bili"].between(1, 3).all()
    assert more["bili"].nunique() > 100
    assert set(more["age"]) <= set(range(30, 41))
    assert more["seen"].between("2020-01-01", "2020-03-01").all()


def test_one_line_carries_all_numbers():
    rows = pd.DataFrame({"age": pd.array([0, 1000], dtype="Int64"), "bili": [0.0, 1.0]})
    more = made(rows, columns=(AGE, BILI))
    assert np.allclose(more["age"].astype(float) / 1000, more["bili"], atol=1e-3)


def test_a_category_is_the_neighbours_most_frequent():
    # The paper: it is the neighbours' majority, not the row's own value.
    rows = pd.DataFrame({"bili": np.arange(6.0), "sex": ["f", "m", "m", "m", "m", "m"]})
    more = made(rows, columns=(BILI, SEX))
    assert set(more["sex"]) == {"m"}


def test_neighbours_are_near_whatever_the_unit():
    rng = np.random.default_rng(0)
    near = pd.DataFrame({"bili": rng.normal(0, 1, 20), "age": rng.normal(0, 1e6, 20)})
    far = near.add([50.0, 0.0], axis="columns")
    more = made(
        pd.concat([near, far], ignore_index=True), columns=(BILI, Column(name="age", kind=Kind.NUMBER))
    )
    assert not more["bili"].between(10, 40).any()


def test_a_mismatch_keeps_rows_apart():
    rows = pd.DataFrame({"bili": [0.0] * 6 + [0.1] * 6, "sex": ["f"] * 6 + ["m"] * 6})
    more = made(rows, columns=(BILI, SEX))
    assert set(more.loc[more["sex"] == "f", "bili"]) == {0.0}


def test_missing_stays_missing_and_is_a_category():
    rows = pd.DataFrame({"bili": [np.nan, 2.0, 3.0], "sex": [None, None, None]})
    more = made(rows, columns=(BILI, SEX))
    assert more["sex"].isna().all()
    assert 0 < more["bili"].isna().mean() < 0.6
    assert more["bili"].dropna().between(2, 3).all()


def test_one_row_has_nobody_to_be_mixed_with():
    with pytest.raises(ValueError, match="two rows"):
        made(pd.DataFrame({"bili": [1.0]}), columns=(BILI,))


def test_equal_seeds_equal_rows():
    rows = pd.DataFrame({"bili": np.arange(9.0), "sex": list("fmfmfmfmf")})
    pd.testing.assert_frame_equal(made(rows, columns=(BILI, SEX)), made(rows, columns=(BILI, SEX)))
    assert not made(rows, columns=(BILI, SEX)).equals(made(rows, columns=(BILI, SEX), seed=1))
