import pandas as pd
import pytest

from cohort.looks import look
from cohort.schema import Kind


@pytest.mark.parametrize(
    ("texts", "kind"),
    [
        (["1", "-2", "3.0", " 4 "], Kind.INTEGER),
        (["1", "2.5", "1e-3"], Kind.NUMBER),
        (["007", "008"], Kind.CATEGORY),
        (["1234567890123456", "1"], Kind.CATEGORY),
        (["2020-01-02", "2020-01-02T10:11"], Kind.DATE),
        (["1020-01-02"], Kind.CATEGORY),
        (["02.01.2020"], Kind.DATE),
        (["1", "?"], Kind.INTEGER),
        (["1", "x"], Kind.CATEGORY),
        ([], Kind.CATEGORY),
    ],
)
def test_the_narrowest_kind(texts, kind):
    looks = look(pd.Series([*texts, None], dtype=object))
    assert looks.kind is kind
    assert looks.missing == (("?",) if "?" in texts else ())
