from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from lifelines import CoxPHFitter
from sklearn.linear_model import LinearRegression, LogisticRegression

from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.schema import Kind, Role
from utility.regression import regressions


def plain(table):
    """Without missing values."""
    return table.assign(bili=table["bili"].fillna(0.0), sex=table["sex"].fillna("f"))


@pytest.fixture
def make_cohort(make_split, retyped):
    def make(n=400, *, columns=(), change=plain, **options):
        return make_split(n, columns=columns, change=change, **options).train

    return make


def test_logistic_coefficients_are_those_of_scikit_learn(make_cohort):
    train = make_cohort()
    regression = regressions(train)[0]
    x, y = regression.usable(train.table)
    estimate, variance = regression.fit(train.table)
    peer = LogisticRegression(C=np.inf, tol=1e-10, max_iter=10_000).fit(x, y[:, 0])
    np.testing.assert_allclose(estimate, peer.coef_[0], atol=1e-4)
    again = [regression.fit(train.rows(rows).table)[0] for rows in bootstraps(len(train))]
    np.testing.assert_allclose(np.sqrt(variance), np.std(again, axis=0), rtol=0.35)


def bootstraps(n):
    rng = np.random.default_rng(0)
    return [rng.integers(n, size=n) for _ in range(100)]


def test_linear_coefficients_and_cox_are_the_libraries(make_cohort, retyped):
    columns = (retyped("outcome", role=Role.OTHER), retyped("score", role=Role.TARGET))
    train = make_cohort(columns=columns)
    linear, cox = regressions(train)
    assert (linear.model, cox.model) == ("linear", "cox")
    x, y = linear.usable(train.table)
    np.testing.assert_allclose(linear.fit(train.table)[0], LinearRegression().fit(x, y).coef_[0])
    x, y = cox.usable(train.table)
    table = pd.DataFrame(x).add_prefix("x").assign(time=y[:, 0], event=y[:, 1])
    peer = CoxPHFitter().fit(table, "time", "event")
    np.testing.assert_allclose(cox.fit(train.table)[1], peer.standard_errors_**2)


def test_the_analysis_is_fixed_by_train_and_told_in_words(make_cohort, retyped):
    train = make_cohort(columns=(retyped("sex", role=Role.QUASI_IDENTIFIER),))
    regression = regressions(train)[0]
    assert regression.terms[0].column.name == "sex"  # quasi-identifiers first
    assert "seen" not in regression.sentence  # no date
    assert regression.sentence.startswith(
        "Logistic regression of outcome other than the most frequent on sex not "
    )
    other = train.table.assign(age=train.table["age"] * 2)
    place = [term.column.name for term in regression.terms].index("age")
    before, after = (regression.fit(table)[0][place] for table in (train.table, other))
    assert after == pytest.approx(before / 2)  # standardised by train, whatever table follows


def test_covariates_are_modest(make_cohort):
    few = make_cohort(30)
    assert len(regressions(few)[0].terms) <= 1
    twice = make_cohort(change=lambda table: plain(table).assign(score=table["bili"].fillna(0) * 2 + 1))
    names = [term.column.name for term in regressions(twice)[0].terms]
    assert ("score" in names) != ("bili" in names)  # one is the other
    assert "bili" in [term.column.name for term in regressions(make_cohort())[0].terms]
    gaps = make_cohort(change=lambda table: table.assign(bili=table["bili"].where(table.index % 3 > 0)))
    assert "bili" not in [term.column.name for term in regressions(gaps)[0].terms]


def test_what_cannot_be_regressed_says_why(make_cohort, retyped):
    train = make_cohort()
    for table in (train.table.assign(bili=0.0), train.table.assign(outcome="well"), train.table.head(3)):
        with pytest.raises(NotApplicable, match="estimate"):
            regressions(train)[0].fit(table)
    separated = train.table.assign(outcome=np.where(train.table["bili"] > 0, "ill", "well").astype(object))
    with pytest.raises(NotApplicable, match="no estimate"):
        regressions(train)[0].fit(separated)
    without = (
        retyped("outcome", role=Role.OTHER),
        retyped("time", role=Role.OTHER),
        retyped("event", role=Role.OTHER),
    )
    with pytest.raises(NotApplicable, match="no column has the role target"):
        regressions(make_cohort(columns=without))
    schema = replace(train.schema, person="outcome")
    with pytest.raises(NotApplicable, match="several rows"):
        regressions(Cohort(schema=schema, table=train.table))


def test_a_class_among_several_is_told_from_the_most_frequent(make_cohort, retyped):
    columns = (retyped("outcome", role=Role.OTHER), retyped("stage", role=Role.TARGET, kind=Kind.CATEGORY))
    train = make_cohort(columns=columns)
    x, y = regressions(train)[0].usable(train.table)
    frequent = train.table["stage"].value_counts().max()
    assert y.sum() == len(train) - frequent
    assert len(x) == len(train)
