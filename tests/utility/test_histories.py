import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Schema
from utility.histories import Histories, same_spread

COLUMNS = (
    Column(name="id", kind=Kind.CATEGORY),
    Column(name="day", kind=Kind.NUMBER),
    Column(name="bili", kind=Kind.NUMBER),
    Column(name="stage", kind=Kind.CATEGORY),
)


def _histories(**columns):
    schema = Schema(columns=COLUMNS, person="id", visit="day")
    return Histories.of(Cohort(schema=schema, table=pd.DataFrame(columns)), COLUMNS[2:])


def _simulated(within, persons=2_000, visits=4, seed=0):
    rng = np.random.default_rng(seed)
    own = np.repeat(rng.normal(size=persons), visits)
    return _histories(
        id=np.repeat(np.arange(persons), visits).astype(str),
        day=np.tile(np.arange(visits), persons).astype(float),
        bili=own + within * rng.normal(size=persons * visits),
        stage=rng.choice(["a", "b"], persons * visits),
    )


def test_visits_are_put_in_order():
    read = _histories(
        id=["q", "p", "q", "p", "p"],
        day=[9.0, 5.0, 2.0, 1.0, 2.0],
        bili=[np.nan, 3.0, 1.0, 2.0, 5.0],
        stage=["a", "b", None, "b", "a"],
    )
    assert sorted(read.gaps) == [1, 3, 7]
    assert sorted(read.counts) == [2, 3]
    assert (read.owners == read.persons[read.again - 1]).all()


@pytest.mark.parametrize("within", [0.3, 1.0])
def test_the_share_between_persons_and_the_lag_are_those_simulated(within):
    read = _simulated(within)
    everyone = np.ones((1, read.n))
    # Ranks of normal values correlate as the values do, or a little less.
    true = 1 / (1 + within**2)
    assert read.personal("bili", everyone)[0] == pytest.approx(true, abs=0.03)
    assert read.lasting("bili", everyone)[0] == pytest.approx(true, abs=0.03)
    assert read.lasting("stage", everyone)[0] == pytest.approx(0.5, abs=0.03)


def test_weights_count_persons_as_often_as_they_say():
    read = _simulated(1.0, persons=50)
    half = np.r_[np.full(25, 2.0), np.zeros(25)][None, :]
    fewer = _histories(**_rows(read, 25))
    for figure in ("personal", "lasting"):
        weighted = getattr(read, figure)("bili", half / 2)[0]
        assert weighted == pytest.approx(getattr(fewer, figure)("bili", np.ones((1, 25)))[0], abs=0.05)


def _rows(read, persons):
    mine = read.persons < persons
    return {
        "id": read.persons[mine].astype(str),
        "day": np.arange(mine.sum(), dtype=float),
        "bili": read.changing["bili"][mine],
        "stage": read.changing["stage"][mine].astype(str),
    }


def test_too_few_pairs_say_nothing():
    read = _simulated(1.0, persons=3, visits=2)
    assert np.isnan(read.lasting("bili", np.ones((1, 3)))).all()


def test_spread_is_that_of_kolmogorov_and_smirnov():
    from scipy.stats import ks_2samp

    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 6, 40).astype(float), rng.integers(1, 8, 30).astype(float)
    found = same_spread(a, np.ones((1, 40)), b, np.ones((3, 30)))
    assert found == pytest.approx([1 - ks_2samp(a, b).statistic] * 3)
    assert same_spread(a, np.ones((1, 40)), a, np.full((1, 40), 2.0)) == pytest.approx([1.0])
