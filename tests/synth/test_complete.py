import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.errors import GenerationError
from cohort.schema import Column, Kind, Schema
from synth.complete import fit_preparation


def encoded(cohort):
    preparation = fit_preparation(cohort)
    return preparation, preparation.encode(cohort.released, np.random.default_rng(0))


def test_the_round_trip_gives_back_the_released_table(registry):
    cohort = registry(300)
    preparation, frame = encoded(cohort)
    pd.testing.assert_frame_equal(preparation.decode(frame), cohort.released)


def test_the_frame_is_complete_floats_and_codes(registry):
    preparation, frame = encoded(registry(300))
    assert not frame.isna().any().any()
    for part in preparation.parts:
        assert frame[part.name].dtype == (np.float64 if part.is_numeric else np.int64)
    assert {"bili missing", "visits missing"} <= set(frame)
    assert not {"id", "note", "age missing"} & set(frame)


def test_values_that_stand_in_for_missing_ones_keep_the_marginal(one_column):
    rng = np.random.default_rng(3)
    values = np.where(rng.random(2000) < 0.7, np.nan, rng.normal(size=2000))
    _, frame = encoded(one_column(x=(Kind.NUMBER, values)))
    assert frame["x"].std() == pytest.approx(np.nanstd(values), rel=0.1)


def test_an_indicator_takes_no_column_s_name(one_column):
    cohort = one_column(
        **{"x": (Kind.NUMBER, [1.0, 2.0, 3.0, None]), "x missing": (Kind.CATEGORY, list("abab"))}
    )
    preparation, frame = encoded(cohort)
    assert frame.shape[1] == 3
    pd.testing.assert_frame_equal(preparation.decode(frame), cohort.released)


@pytest.mark.parametrize("values", [[2.0] * 8, [np.nan] * 8, [np.nan, 2.0] * 4])
def test_columns_without_variation_are_not_shown_but_come_back(one_column, values):
    cohort = one_column(x=(Kind.NUMBER, values))
    preparation, frame = encoded(cohort)
    assert not any(part.is_numeric for part in preparation.parts)
    pd.testing.assert_frame_equal(preparation.decode(frame), cohort.released)


def test_a_value_of_one_or_two_persons_is_released_as_missing(one_column):
    cohort = one_column(x=(Kind.NUMBER, [np.nan] * 38 + [7.25, 8.25]), y=(Kind.INTEGER, range(40)))
    preparation, frame = encoded(cohort)
    assert preparation.decode(frame)["x"].isna().all()


def test_persons_count_not_rows():
    schema = Schema(
        columns=(Column(name="who", kind=Kind.CATEGORY), Column(name="x", kind=Kind.NUMBER)), person="who"
    )
    who = pd.Series(["a"] * 10 + ["b", "c", "d"], dtype=object)
    table = pd.DataFrame({"who": who, "x": [5.5] * 10 + [np.nan] * 3})
    preparation, frame = encoded(Cohort(schema=schema, table=table))
    assert preparation.decode(frame)["x"].isna().all()


@pytest.mark.parametrize(("values", "decimals"), [([1.0, 20.0, 3.0], 0), ([1.0, 2.5, 3.25], 2)])
def test_decimals_are_as_in_train(one_column, values, decimals):
    preparation, frame = encoded(one_column(x=(Kind.NUMBER, values)))
    drawn = preparation.decode(frame + 0.123456)["x"]
    np.testing.assert_allclose(drawn, np.round(np.array(values) + 0.123456, decimals))


@pytest.mark.parametrize("scale", [1e-9, np.pi])
def test_numbers_that_need_more_decimals_are_not_rounded(one_column, scale):
    cohort = one_column(x=(Kind.NUMBER, np.array([1.0, 2.0, 5.0]) * scale))
    preparation, frame = encoded(cohort)
    np.testing.assert_array_equal(preparation.decode(frame)["x"], cohort.table["x"])


def test_draws_end_at_the_public_range_and_at_nought_but_not_at_train_s_extremes(registry):
    preparation, frame = encoded(registry(100))
    wild = frame.assign(age=500.0, bili=-3.0, time=1e6)
    wild[["bili missing"]] = 0
    drawn = preparation.decode(wild)
    assert (drawn["age"] == 110).all()
    assert (drawn["bili"] == 0).all()
    assert (drawn["time"] == 1_000_000).all()


def test_negative_values_stay_where_train_has_them(one_column):
    preparation, frame = encoded(one_column(x=(Kind.NUMBER, [-1.0, 2.0, 3.0])))
    assert preparation.decode(frame - 10)["x"].max() < 0


def test_wild_dates_and_integers_stay_representable(one_column):
    cohort = one_column(
        d=(Kind.DATE, ["2001-01-01", "2002-02-02", "2003-03-03"]), i=(Kind.INTEGER, [1, 2, 3])
    )
    preparation, frame = encoded(cohort)
    drawn = preparation.decode(frame * 1e30)
    assert drawn["d"].dt.year.between(1678, 2262).all()
    assert (drawn["i"] > 0).all()


def test_a_time_of_day_survives(one_column):
    cohort = one_column(d=(Kind.DATE, ["2001-01-01 10:11:12", "2002-02-02 00:00:01", "2003-03-03 00:00:00"]))
    preparation, frame = encoded(cohort)
    pd.testing.assert_frame_equal(preparation.decode(frame), cohort.released)


def test_nothing_to_learn_from_is_refused(registry):
    with pytest.raises(GenerationError, match="two rows"):
        fit_preparation(registry(1))
    schema = Schema(columns=(Column(name="note", kind=Kind.TEXT),))
    with pytest.raises(GenerationError, match="column"):
        fit_preparation(Cohort(schema=schema, table=registry(40).table[["note"]]))
