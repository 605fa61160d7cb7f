import numpy as np
import pandas as pd
import pytest

from cohort.errors import DataError, NotApplicable
from cohort.public_counts import PublicCounts
from privacy.linkage.counts import counted_risk


def counts(*, prevalence=0.01, ages=("0-4", "5-9", "10+"), count=1000):
    cells = [(region, age) for region in "NS" for age in ages]
    table = pd.DataFrame(cells, columns=["region", "age"]).assign(count=count, prevalence=prevalence)
    return PublicCounts(where="population.csv", keys=("region", "age"), table=table, sources=("office",))


def table(regions="NNS", ages=(1, 6, 30)):
    return pd.DataFrame(
        {"region": pd.Series(list(regions), dtype=object), "age": pd.array(ages, dtype="Int64")}
    )


def test_expected_neighbours_by_hand():
    found = counted_risk(table(), ["region", "age"], counts())
    assert (found.keys, found.placed, found.unplaced) == (("region", "age"), 3, 0)
    assert found.expected_patients == pytest.approx(60)
    assert found.patients.fraction == pytest.approx(3 / 60)
    assert (found.fewest, found.few, found.inhabitant_risk) == (1000, 0, pytest.approx(0.001))
    assert found.patients.sample_uniques == 3
    assert found.patients.high <= 1  # about ten patients a cell: hardly anybody is alone
    assert found.patients.mean_low <= found.patients.mean_risk <= found.patients.mean_high < 0.5
    assert found.to_dict()["sources"] == ["office"]


def test_few_patients_leave_the_registered_alone():
    found = counted_risk(table(), ["region", "age"], counts(prevalence=0.00055)).patients
    assert found.fraction == pytest.approx(3 / 3.3)
    assert found.uniques > 2.5


def test_more_registered_than_expected_is_everybody():
    found = counted_risk(table(), ["region", "age"], counts(prevalence=0.0001)).patients
    assert found.same
    assert found.low == found.high == 3
    assert any("too low" in said for said in found.assumes)


def test_keys_that_are_no_quasi_identifier_are_summed_over():
    found = counted_risk(table(), ["age", "shoe"], counts())
    assert (found.keys, found.fewest) == (("age",), 2000)
    with pytest.raises(NotApplicable, match="none of which"):
        counted_risk(table(), ["shoe"], counts())


def test_generalised_labels_take_the_bands_within():
    wide = table().assign(age=pd.Series(["0-9", "0-9", "*"], dtype=object))
    assert counted_risk(wide[:2], ["age"], counts()).fewest == 4000
    assert counted_risk(wide[2:], ["age"], counts()).fewest == 6000


def test_ages_that_nobody_registered_still_hold_patients():
    text = table(regions="NN", ages=(1, 6)).assign(age=pd.Series(["0-4", "0-4"], dtype=object))
    assert counted_risk(text, ["region", "age"], counts()).expected_patients == pytest.approx(60)


def test_missing_keys_leave_a_person_out():
    found = counted_risk(table(ages=(1, None, 30)), ["region", "age"], counts())
    assert (found.placed, found.unplaced) == (2, 1)
    with pytest.raises(NotApplicable, match="no row"):
        counted_risk(table(ages=(None, None, None)), ["region", "age"], counts())


def test_somebody_of_several_rows_stands_in_the_emptiest_cell():
    risky = counts()
    risky.table.loc[1, "count"] = 10
    found = counted_risk(table(), ["region", "age"], risky, persons=np.array([0, 0, 1]))
    assert (found.placed, found.fewest, found.few) == (2, 10, 1)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (counts(count=0), "fewer inhabitants than are registered, in the cells of 3 persons"),
        (counts(ages=("0-4", "5-9")), "does not know the values of 1 rows"),
    ],
)
def test_counts_that_do_not_fit_are_refused(given, message):
    with pytest.raises(DataError, match=message):
        counted_risk(table(), ["region", "age"], given)


def test_a_prevalence_of_zero_with_a_patient_is_refused():
    given = counts()
    given.table.loc[0, "prevalence"] = 0.0
    with pytest.raises(DataError, match="prevalence of 0 in the cells of 1 registered"):
        counted_risk(table(), ["region", "age"], given)
    with pytest.raises(DataError, match="does not know"):
        counted_risk(table(regions="NNX"), ["region", "age"], counts())


def test_a_cell_that_nobody_counts_is_refused():
    given = counts()
    given = PublicCounts(where="p", keys=given.keys, table=given.table[1:], sources=())
    with pytest.raises(DataError, match="counts nobody in the cells of 1 rows"):
        counted_risk(table(), ["region", "age"], given)
