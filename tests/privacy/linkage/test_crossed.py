import numpy as np
import pandas as pd
import pytest

from cohort.errors import NotApplicable
from privacy.linkage.crossed import class_sizes_crossed


def test_persons_by_hand():
    table = pd.DataFrame(
        {"age": [10, 9, 10, None, 9], "sex": ["m", "f", "f", "f", "f"], "band": list("abaaa")}
    )
    found = class_sizes_crossed(table, "age", "sex")
    assert found.across_values == ("9", "10", "(missing)")
    assert found.down_values == ("f", "m")
    assert found.persons == ((2, 1, 1), (0, 1, 0))
    visits = class_sizes_crossed(table, "age", "sex", persons=np.array([0, 1, 0, 2, 1]))
    assert visits.persons == ((1, 1, 1), (0, 1, 0))


def test_bands_stand_in_the_order_of_their_numbers():
    table = pd.DataFrame({"band": ["100 to 120", "20 to 40", "40 to 60", "unknown"], "sex": list("ffff")})
    found = class_sizes_crossed(table, "band", "sex")
    assert found.across_values == ("20 to 40", "40 to 60", "100 to 120", "unknown")
    dates = pd.DataFrame({"on": pd.to_datetime(["2020-02-01", None, "2019-05-01"]), "sex": list("fff")})
    assert class_sizes_crossed(dates, "on", "sex").across_values == ("2019-05-01", "2020-02-01", "(missing)")


@pytest.mark.parametrize("seed", range(20))
def test_no_total_gives_a_small_count_away(seed):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"a": rng.geometric(0.4, 300), "b": rng.geometric(0.5, 300)})
    found = class_sizes_crossed(table, "a", "b", minimum_count=11)
    full = class_sizes_crossed(table, "a", "b")
    shown = np.array([[np.nan if count is None else count for count in row] for row in found.persons])
    assert not ((shown > 0) & (shown < 11)).any()
    rare = table["a"].value_counts()
    assert not {str(value) for value in rare[rare < 11].index} & set(found.across_values)
    assert set(found.across_values) <= {*full.across_values, "(rare, pooled)"}
    codes = [
        table[name].astype(str).where(lambda text, seen=seen: text.isin(seen), "(rare, pooled)")
        for name, seen in (("b", found.down_values), ("a", found.across_values))
    ]
    true = pd.crosstab(*codes).loc[list(found.down_values), list(found.across_values)].to_numpy()
    hidden = np.isnan(shown)
    assert (true[~hidden] == shown[~hidden]).all()
    for counts, hides in [*zip(true, hidden, strict=True), *zip(true.T, hidden.T, strict=True)]:
        if hides.any() and not hides.all():
            assert hides.sum() > 1
            assert counts[hides].sum() >= 11


def test_bad_input():
    with pytest.raises(NotApplicable, match="no row"):
        class_sizes_crossed(pd.DataFrame({"a": [], "b": []}), "a", "b")
    large = pd.DataFrame({"a": range(400), "b": range(400)})
    with pytest.raises(NotApplicable, match="coarsen"):
        class_sizes_crossed(large, "a", "b")
