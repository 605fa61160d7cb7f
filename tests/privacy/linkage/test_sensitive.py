import numpy as np
import pandas as pd
import pytest

from cohort.errors import NotApplicable
from privacy.linkage.sensitive import sensitive_risk

STUDENTS = ["Teacher", "Gender", "Ethnic", "Freeredu", "wesson"]


def by_hand():
    return pd.DataFrame({"q": list("aaaabb"), "s": ["x", "x", "y", "z", "x", "x"]}, dtype=object)


def test_two_classes_by_hand():
    found = sensitive_risk(by_hand(), ["q"], "s")
    assert found.homogeneous == 2
    assert (found.distinct_l, found.alpha, found.recursive_c) == (1, 1.0, None)
    assert found.entropy_l == pytest.approx(1.0)
    assert found.t == pytest.approx(1 / 3)  # b has x alone, the table 4 of 6
    assert found.t_ordered is None
    assert found.beta == pytest.approx(0.5)
    assert found.delta == pytest.approx(np.log(1.5))


def test_recursive_diversity_takes_the_most_frequent_by_the_rest():
    table = pd.DataFrame({"q": list("aaaaaa"), "s": list("xxxyyz")}, dtype=object)
    found = sensitive_risk(table, ["q"], "s")
    assert (found.distinct_l, found.recursive_c) == (3, 3.0)
    assert found.entropy_l == pytest.approx(np.exp(-sum(p * np.log(p) for p in (1 / 2, 1 / 3, 1 / 6))))


def test_order_makes_neighbours_near():
    table = pd.DataFrame({"q": list("aabb"), "s": [1.0, 2.0, 3.0, 4.0]})
    found = sensitive_risk(table, ["q"], "s")
    assert found.t == pytest.approx(0.5)
    assert found.t_ordered == pytest.approx((0.25 + 0.5 + 0.25) / 3)
    grades = table.assign(s=pd.Series(["i", "ii", "iii", "iv"], dtype=object))
    assert sensitive_risk(grades, ["q"], "s", order=["i", "ii", "iii", "iv"]).t_ordered == found.t_ordered


def test_a_person_counts_once_for_a_value():
    table = pd.DataFrame({"q": list("aaaa"), "s": list("xxxy")}, dtype=object)
    assert sensitive_risk(table, ["q"], "s", persons=np.array([0, 0, 0, 1])).alpha == 0.5
    alone = sensitive_risk(table[:3], ["q"], "s", persons=np.array([0, 0, 0]))
    assert alone.homogeneous == 1


def test_missing_is_a_value_without_a_place_in_the_order():
    table = pd.DataFrame({"q": list("aabb"), "s": [1.0, np.nan, 1.0, 2.0]})
    found = sensitive_risk(table, ["q"], "s")
    assert found.distinct_l == 2
    assert found.t_ordered == pytest.approx(1 / 3)
    assert sensitive_risk(table.assign(s=np.nan), ["q"], "s").t_ordered is None


def test_the_sensitive_column_is_no_quasi_identifier_of_itself():
    assert sensitive_risk(by_hand(), ["q", "s"], "s") == sensitive_risk(by_hand(), ["q"], "s")
    with pytest.raises(NotApplicable):
        sensitive_risk(by_hand(), ["s"], "s")


# pycanon 1.3.6: k, alpha, l, entropy l (it rounds down, once too far), t, equal-distance t, beta, delta.
PYCANON = {
    "": (1.0, 1, 1, 0.4165919952210274, 0.972222222222222, 71.0, 4.276666119016055),
    "_k2": (0.5, 2, 2, 0.4172293073268318, 0.962790697674419, 70.66666666666667, 4.272025739459553),
    "_k5": (0.5, 4, 3, 0.31023287057769827, 0.9285714285714283, 29.8, 3.427514689979529),
    "_k7": (
        0.2857142857142857,
        6,
        5,
        0.19748883928571426,
        0.8437500000000001,
        8.142857142857142,
        2.2129729343043585,
    ),
}


@pytest.mark.shared
@pytest.mark.parametrize("name", PYCANON)
def test_pycanon_finds_the_same_on_students(shared_data, name):
    table = pd.read_csv(shared_data / "pycanon_students" / f"processed__StudentsMath_Score{name}.csv")
    found = sensitive_risk(table, STUDENTS, "Score")
    alpha, distinct, entropy, t, equal, beta, delta = PYCANON[name]
    assert found.distinct_l == distinct
    assert int(found.entropy_l + 1e-9) == entropy
    exactly = {"alpha": alpha, "t_ordered": t, "t": equal, "beta": beta, "delta": delta}
    assert {key: getattr(found, key) for key in exactly} == pytest.approx(exactly, rel=1e-12)
