import pandas as pd
import pytest

from cohort.guess import guess
from cohort.schema import Kind, Role

N = 30


def _guess(name, values):
    return guess(
        name, pd.Series([None if value is None else str(value) for value in values], dtype=object)
    ).column


@pytest.mark.parametrize(
    ("name", "values", "role", "kind"),
    [
        ("x", range(N), Role.IDENTIFIER, Kind.CATEGORY),
        ("x", [7 * n for n in range(N)], Role.OTHER, Kind.INTEGER),
        ("x", [n % 10 for n in range(N)], Role.OTHER, Kind.CATEGORY),
        ("x", [n % 11 for n in range(N)], Role.OTHER, Kind.INTEGER),
        ("x", [n / 3 for n in range(N)], Role.OTHER, Kind.NUMBER),
        ("x", [f"A-{n}" for n in range(N)], Role.IDENTIFIER, Kind.CATEGORY),
        ("x", [f"{n % 20:04}" for n in range(N)], Role.OTHER, Kind.CATEGORY),
        ("x", [f"user{n}@example.org" for n in range(N)], Role.IDENTIFIER, Kind.CATEGORY),
        ("mrn", [10**9 + 31 * n for n in range(N)], Role.IDENTIFIER, Kind.CATEGORY),
        ("site_id", [n % 5 for n in range(N)], Role.QUASI_IDENTIFIER, Kind.CATEGORY),
        ("age_group", ["0-17", "18-64", "65+"] * 10, Role.QUASI_IDENTIFIER, Kind.CATEGORY),
        ("age", [20, 21, 20], Role.QUASI_IDENTIFIER, Kind.INTEGER),
        ("dob", [f"200001{n + 1:02}" for n in range(N)], Role.QUASI_IDENTIFIER, Kind.DATE),
        ("count", [f"200001{n + 1:02}" for n in range(N)], Role.IDENTIFIER, Kind.CATEGORY),
        ("x", [f"{n + 1}/3/2020" for n in range(N)], Role.QUASI_IDENTIFIER, Kind.DATE),
        ("x", ["2020-01", *[f"2020-02-{n:02}" for n in range(1, 20)]], Role.QUASI_IDENTIFIER, Kind.CATEGORY),
        ("hiv", ["pos", "neg"] * 15, Role.SENSITIVE, Kind.CATEGORY),
        ("drug_name", ["Aspirin", "Placebo"] * 15, Role.OTHER, Kind.CATEGORY),
        ("death", [9000 + 3 * n for n in range(N)], Role.QUASI_IDENTIFIER, Kind.INTEGER),
        ("death", [0, 1] * 15, Role.OTHER, Kind.CATEGORY),
        ("income", ["1000-2000", "2000-3000"] * 15, Role.OTHER, Kind.CATEGORY),
        (
            "disease",
            ["Wilson disease", "Crohn disease", "Graves disease"] * 10,
            Role.SENSITIVE,
            Kind.CATEGORY,
        ),
    ],
)
def test_guesses(name, values, role, kind):
    column = _guess(name, values)
    assert (column.role, column.kind, column.confirmed) == (role, kind, False)


def test_day_and_month_that_may_be_swapped_are_doubted():
    dates = pd.Series([f"{n % 12 + 1:02}/03/2020" for n in range(N)], dtype=object)
    assert "other way round" in guess("x", dates).reason
    certain = pd.Series([f"{n + 1:02}/03/2020" for n in range(N)], dtype=object)
    assert "other way round" not in guess("x", certain).reason
    assert guess("x", certain).column.format == "%d/%m/%Y"


def test_identity_numbers_that_repeat_say_whose_row_it_is():
    numbers = ["943 476 5919", "401 023 2137"] * 5
    assert guess("x", pd.Series(numbers, dtype=object)).repeats
    assert not guess("x", pd.Series(numbers[:2], dtype=object)).repeats
