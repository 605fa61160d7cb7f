import numpy as np
import pandas as pd
import pytest

from cohort.errors import NotApplicable
from privacy.linkage.distribution import risk_distribution


def test_distribution_by_hand():
    table = pd.DataFrame({"a": [1, 2, 2, 3, 3, 3] + [4] * 12})
    found = risk_distribution(table, ["a"])
    assert found.sizes == ((1, 1), (2, 2), (3, 3), (12, 12))
    assert dict(found.bands) == {"1": 1, "2": 2, "3-4": 3, "5-10": 0, "11-19": 12, "20+": 0}
    assert dict(found.at_risk) == {0.09: 6, 0.2: 6}
    assert dict(risk_distribution(table, ["a"], thresholds=[0.4]).at_risk) == {0.4: 3}
    assert found.to_dict()["sizes"][0] == [1, 1]


def test_persons_are_counted_at_their_worst_row():
    table = pd.DataFrame({"a": [1, 1, 2]})
    found = risk_distribution(table, ["a"], persons=np.array([0, 1, 1]))
    assert found.sizes == ((1, 1), (2, 1))


def test_no_column_is_not_applicable():
    with pytest.raises(NotApplicable):
        risk_distribution(pd.DataFrame({"a": [1]}), [])
