from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.classes import class_sizes
from cohort.cohort import Cohort
from cohort.errors import ConfigError, GenerationError
from cohort.readers import read_release
from cohort.release import stacked
from cohort.schema import Role, Schema
from cohort.writers import write_release
from synth.kanonymity import KAnonymity

SCHEMA = Schema.from_dict(
    {
        "columns": {
            "id": {"kind": "category", "role": "identifier"},
            "age": {"kind": "integer", "role": "quasi_identifier", "hierarchy": [5, 10, 20, 40]},
            "seen": {"kind": "date", "role": "quasi_identifier", "hierarchy": ["month", "year"]},
            "sex": {"kind": "category", "role": "quasi_identifier"},
            "gene": {"kind": "category", "role": "sensitive"},
            "bili": {"kind": "number", "role": "sensitive"},
        },
        "person": "id",
    }
)


def cohort_of(rows=200, *, persons=None, seed=0, schema=SCHEMA):
    rng = np.random.default_rng(seed)
    table = pd.DataFrame(
        {
            "id": pd.Series([f"p{row % (persons or rows)}" for row in range(rows)], dtype=object),
            "age": pd.Series(rng.integers(0, 90, rows)).astype("Int64").mask(rng.random(rows) < 0.05),
            "seen": pd.Timestamp("2010-01-01") + pd.Series(pd.to_timedelta(rng.integers(0, 1500, rows), "D")),
            "sex": pd.Series(rng.choice(["f", "m"], rows), dtype=object),
            "gene": pd.Series(rng.choice(["a", "b", "c"], rows), dtype=object),
            "bili": rng.lognormal(size=rows),
        }
    )
    return Cohort(schema=schema, table=table)


def released(cohort, n=10_000, **options):
    return KAnonymity(**options).fit(cohort, seed=0).sample(n, seed=1)


@pytest.mark.parametrize("k", [2, 5, 20])
def test_every_class_has_k_persons(k):
    cohort = cohort_of()
    release = released(cohort, k=k)
    assert class_sizes(release.table, cohort.schema.quasi_identifiers).min() >= k
    assert len(release) >= 0.95 * len(cohort)


def test_rows_of_one_person_count_once():
    cohort = cohort_of(300, persons=30)
    kept = KAnonymity(k=5).fit(cohort, seed=0).released
    persons = kept.table.groupby(list(cohort.schema.quasi_identifiers), dropna=False)["id"].nunique()
    assert persons.min() >= 5


def test_l_and_t_hold_in_every_class():
    cohort = cohort_of()
    for options in ({"l": 3}, {"t": 0.3}):
        release = released(cohort, **options)
        classes = release.table.groupby(list(cohort.schema.quasi_identifiers), dropna=False)["gene"]
        if "l" in options:
            assert classes.nunique().min() >= 3
        whole = cohort.table["gene"].value_counts(normalize=True)
        for _, genes in classes:
            apart = genes.value_counts(normalize=True).reindex(whole.index, fill_value=0.0) - whole
            assert "t" not in options or apart.abs().sum() / 2 <= 0.3 + 1e-9


def test_other_columns_are_as_they_were_given():
    cohort = cohort_of()
    release = released(cohort)
    assert set(release.table["bili"]) <= set(cohort.table["bili"])
    assert list(release.table) == [column.name for column in cohort.schema.released]
    assert release.levels.keys() == set(cohort.schema.quasi_identifiers)


def test_no_row_comes_twice_and_the_order_is_the_seeds():
    fitted = KAnonymity().fit(cohort_of(), seed=0)
    first, again, other = (fitted.sample(10_000, seed=seed).table for seed in (1, 1, 2))
    assert len(first) == first["bili"].nunique() == len(fitted.released)
    assert first.equals(again)
    assert not first.equals(other)


def test_a_part_of_the_rows_and_conditions_are_refused():
    fitted = KAnonymity().fit(cohort_of(), seed=0)
    with pytest.raises(GenerationError, match="would not be k-anonymous"):
        fitted.sample(10, seed=0)
    with pytest.raises(GenerationError, match="conditions cannot be met"):
        fitted.sample(10_000, conditions={"sex": "f"}, seed=0)


def test_a_suppressed_label_does_not_stand_in_the_schema():
    cohort = cohort_of()
    cohort.table.loc[0, "age"] = 400
    release = released(cohort, levels={"age": 3})
    assert not any("400" in label for label in release.schema["age"].categories)


def test_given_levels_are_kept():
    assert released(cohort_of(), levels={"age": 4, "sex": 1}).levels["age"] == 4
    with pytest.raises(GenerationError, match="not reached"):
        released(cohort_of(), levels={"age": 0, "seen": 0}, suppression=0.0)


def test_it_is_written_and_read_back_the_same(tmp_path):
    release = released(cohort_of())
    write_release(release.table, release.schema, tmp_path, file_format="csv")
    back = read_release(tmp_path / "data.csv", release.schema)
    pd.testing.assert_frame_equal(back, release.table)


@pytest.mark.parametrize(
    "options",
    [{"k": 1}, {"k": 2.5}, {"l": 1}, {"t": 1.5}, {"t": -0.1}, {"suppression": 1.0}, {"levels": {"age": -1}}],
)
def test_a_bad_option_is_refused_with_a_remedy(options):
    with pytest.raises(ConfigError) as caught:
        KAnonymity(**options)
    assert caught.value.problems[0].remedy


def _without(*roles):
    columns = [replace(c, role=Role.OTHER) if c.role in roles else c for c in SCHEMA.columns]
    return replace(SCHEMA, columns=tuple(columns))


@pytest.mark.parametrize(
    ("cohort", "options", "complaint"),
    [
        (cohort_of(4), {"k": 5}, "4 persons cannot be 5 alike"),
        (cohort_of(schema=_without(Role.QUASI_IDENTIFIER)), {}, "names no quasi-identifier"),
        (cohort_of(schema=_without(Role.SENSITIVE)), {"l": 2}, "need a sensitive column"),
        (cohort_of(), {"l": 4}, "gene cannot reach l = 4"),
    ],
)
def test_what_cannot_be_protected_is_refused_with_a_reason(cohort, options, complaint):
    with pytest.raises(GenerationError, match=complaint):
        KAnonymity(**options).fit(cohort, seed=0)


@pytest.mark.parametrize("levels", [{"gene": 1}, {"age": 9}, {"height": 1}])
def test_levels_of_no_quasi_identifier_are_refused(levels):
    with pytest.raises(ConfigError, match="no quasi-identifier with a level"):
        KAnonymity(levels=levels).fit(cohort_of(), seed=0)


def test_halves_at_different_levels_cannot_be_stacked():
    first, second = (released(cohort_of(), levels={"age": level}) for level in (3, 4))
    with pytest.raises(ConfigError, match="'age': 4"):
        stacked([first, second])
