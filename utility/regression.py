"""A cohort's own regressions: what its people would fit, fixed before any release is seen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter

from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.schema import Column, Kind
from utility.models import as_floats, quiet
from utility.resample import Floats
from utility.tasks import Task, survival_task, target_task

TERMS = 6
_EVENTS_PER_TERM = 10
_MISSING = 0.1
_SHARED = 0.9
_STEPS = 30
_ENDLESS = 15.0


@dataclass(frozen=True, kw_only=True)
class Term:
    """A covariate, and how its values become numbers of mean 0 and variance 1 in train.

    Parameters
    ----------
    column : Column
        Whose values count.
    level : str, optional
        Of a category: the most frequent one, told from all others.
    centre, scale : float
        Train's mean and standard deviation, kept for every other table.
    """

    column: Column
    level: str | None = None
    centre: float = 0.0
    scale: float = 1.0

    @property
    def name(self) -> str:
        """The column, and the level where there is one."""
        return self.column.name if self.level is None else f"{self.column.name} not {self.level}"

    def values(self, table: pd.DataFrame) -> Floats:
        """Standardised, (rows,); missing is NaN."""
        return (self._plain(table[self.column.name]) - self.centre) / self.scale

    def _plain(self, values: pd.Series) -> Floats:
        if self.column.kind.is_numeric:
            return as_floats(values)
        if self.level is None:
            codes = {level: code for code, level in enumerate(self.column.categories or ())}
            return as_floats(values.map(codes))
        other: Floats = np.where(values.notna(), values.ne(self.level), np.nan).astype(np.float64)
        return other


Fit = tuple[Floats, Floats]
"""Coefficients and their variances, (terms,) each."""


@dataclass(frozen=True, kw_only=True)
class Regression:
    """One analysis.

    Parameters
    ----------
    model : {"logistic", "linear", "cox"}
        What is fitted, unpenalised, to complete cases.
    outcome : str
        The column, or time and event.
    terms : tuple of Term
        The covariates, all at once.
    truth : callable
        Table -> outcome, (rows, width), NaN where unknown.
    """

    model: str
    outcome: str
    terms: tuple[Term, ...]
    truth: Callable[[pd.DataFrame], Floats] = field(repr=False)

    @property
    def sentence(self) -> str:
        """What is done, in words."""
        named = {"logistic": "Logistic", "linear": "Linear", "cox": "Cox"}[self.model]
        terms = ", ".join(term.name for term in self.terms)
        return f"{named} regression of {self.outcome} on {terms}; covariates standardised, complete cases."

    def usable(self, table: pd.DataFrame) -> tuple[Floats, Floats]:
        """Covariates and outcome of the complete cases, (rows, terms) and (rows, width)."""
        x = np.column_stack([term.values(table) for term in self.terms])
        y = self.truth(table)
        known = np.isfinite(x).all(axis=1) & np.isfinite(y).all(axis=1)
        return x[known], y[known]

    def fit(self, table: pd.DataFrame) -> Fit:
        """Coefficients of a table as if each row were a patient.

        Raises
        ------
        NotApplicable
            Where there is no finite estimate.
        """
        x, y = self.usable(table)
        with quiet(), np.errstate(all="ignore"):
            try:
                estimate, variance = _MODELS[self.model](x, y)
            except (ArithmeticError, ValueError, np.linalg.LinAlgError):
                raise NotApplicable(
                    f"the {self.model} regression of {self.outcome} has no estimate."
                ) from None
        if not (np.isfinite(estimate).all() and (variance > 0).all() and np.isfinite(variance).all()):
            raise NotApplicable(f"the {self.model} regression of {self.outcome} has no finite estimate.")
        return estimate, variance


def regressions(train: Cohort) -> list[Regression]:
    """The analyses of a cohort: of its target, and of its time to event.

    A number is explained by linear regression, a category by logistic regression of not having the most
    frequent class. Covariates are the released columns that are neither target, time, event nor date,
    with at most 10 % missing: quasi-identifiers first, then in the schema's order, one for each ten
    persons of the scarcer class or with an event, six at most. One that the earlier ones explain to 90 %
    is left out.

    Raises
    ------
    NotApplicable
        Where there is none.
    """
    if train.n_persons < len(train):
        raise NotApplicable("persons have several rows, whose standard errors these regressions do not know.")
    found, reasons = [], []
    for build in (target_task, survival_task):
        try:
            task = build(train, train)
            if task is not None:
                found.append(_regression(task, train.table))
        except NotApplicable as reason:
            reasons.append(str(reason))
    if not found:
        raise NotApplicable(" ".join(reasons) or "no column has the role target, or time and event.")
    return found


def _regression(task: Task, train: pd.DataFrame) -> Regression:
    model = {"auroc": "logistic", "r2": "linear", "concordance": "cox"}[task.metric]
    truth, outcome = task.outcome, task.group
    if model == "logistic":
        truth, outcome = _not_the_first(task.outcome), f"{task.group} other than the most frequent"
    y = truth(train)
    y = y[np.isfinite(y).all(axis=1), -1]
    scarce = (
        len(y)
        if model == "linear"
        else int(min(y.sum(), len(y) - y.sum()) if model == "logistic" else y.sum())
    )
    terms = _terms(task.features, train, at_most=min(TERMS, scarce // _EVENTS_PER_TERM))
    if not terms:
        what = (
            f"{task.group!r} has too few events, or no covariate that varies and is known, for a regression."
        )
        raise NotApplicable(what)
    return Regression(model=model, outcome=outcome, terms=terms, truth=truth)


def _not_the_first(outcome: Callable[[pd.DataFrame], Floats]) -> Callable[[pd.DataFrame], Floats]:
    """Whether a row has another class than the most frequent, whose code is 0."""

    def truth(table: pd.DataFrame) -> Floats:
        codes = outcome(table)
        return np.where(np.isfinite(codes), codes > 0, np.nan)

    return truth


def _terms(columns: tuple[Column, ...], train: pd.DataFrame, *, at_most: int) -> tuple[Term, ...]:
    found: list[Term] = []
    taken = np.ones((len(train), 1))
    for column in sorted(columns, key=lambda column: column.role.value != "quasi_identifier"):
        if len(found) == at_most:
            break
        term = _term(column, train)
        if term is None:
            continue
        values = np.nan_to_num(term.values(train))
        rest = values - taken @ np.linalg.lstsq(taken, values, rcond=None)[0]
        if rest.var() > (1 - _SHARED) * values.var():
            found.append(term)
            taken = np.column_stack([taken, values])
    return tuple(found)


def _term(column: Column, train: pd.DataFrame) -> Term | None:
    """A column as a covariate; None where it is a date, mostly missing or constant."""
    values = train[column.name]
    if column.kind is Kind.DATE or values.isna().mean() > _MISSING or values.nunique() < 2:
        return None
    ranked = column.kind.is_numeric or (column.kind is Kind.ORDINAL and column.categories)
    plain = Term(column=column, level=None if ranked else str(values.mode().iloc[0]))
    known = plain.values(train)
    known = known[np.isfinite(known)]
    if len(known) < 2 or known.std() == 0:
        return None
    return Term(column=column, level=plain.level, centre=float(known.mean()), scale=float(known.std()))


def _logistic(x: Floats, y: Floats) -> Fit:
    """Maximum likelihood by Newton's method; raises `ArithmeticError` where the classes are separated."""
    design, seen = np.column_stack([np.ones(len(x)), x]), y[:, 0]
    beta = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = 1 / (1 + np.exp(-design @ beta))
        information = design.T @ (design * (chance * (1 - chance))[:, None])
        step = np.linalg.solve(information, design.T @ (seen - chance))
        beta = beta + step
        if np.abs(beta).max() > _ENDLESS:
            break
        if np.abs(step).max() < 1e-8:
            return beta[1:], np.diag(np.linalg.inv(information))[1:]
    raise ArithmeticError("no finite maximum")


def _linear(x: Floats, y: Floats) -> Fit:
    """Least squares."""
    design = np.column_stack([np.ones(len(x)), x])
    inverse = np.linalg.inv(design.T @ design)
    beta = inverse @ design.T @ y[:, 0]
    noise = ((y[:, 0] - design @ beta) ** 2).sum() / (len(x) - design.shape[1])
    return beta[1:], noise * np.diag(inverse)[1:]


def _cox(x: Floats, y: Floats) -> Fit:
    """Cox's partial likelihood, ties by Efron (1972, https://doi.org/10.1111/j.2517-6161.1972.tb00899.x)."""
    names = [f"x{i}" for i in range(x.shape[1])]
    table = pd.DataFrame(x, columns=names).assign(time=y[:, 0], event=y[:, 1])
    model = CoxPHFitter().fit(table, "time", "event")
    return model.params_[names].to_numpy(), model.standard_errors_[names].to_numpy() ** 2


_MODELS: Mapping[str, Callable[[Floats, Floats], Fit]] = {
    "logistic": _logistic,
    "linear": _linear,
    "cox": _cox,
}
