"""The models that an analyst would fit to a release, and the one preparation they share.

A model is a function: prepared features and outcome of the rows it is trained on, prepared features
of the rows to predict; it returns the predictions, (rows to predict, width). Its settings suit
100 to 600 rows: a small penalty, short trees, slow learning, nothing tuned.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pandas as pd
from lifelines import CoxPHFitter
from sklearn.compose import make_column_transformer
from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor
from sklearn.feature_selection import VarianceThreshold
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from cohort.schema import Column
from utility.resample import Floats

Model = Callable[[Floats, Floats, Floats], Floats]
"""(train features, train outcome, test features) -> predictions."""

_MISSING = "(missing)"
_RARE = 5
_LEVELS = 20
_COX_PENALTY = 0.1


def as_floats(values: pd.Series) -> Floats:
    """Numbers as they are and dates in days since 1970, (rows,); missing and infinite as NaN."""
    if pd.api.types.is_datetime64_any_dtype(values):
        days = (values - pd.Timestamp(0)) / pd.Timedelta(days=1)
        return days.to_numpy(dtype=np.float64, na_value=np.nan)
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(numbers), numbers, np.nan)


def features(table: pd.DataFrame, columns: Sequence[Column]) -> pd.DataFrame:
    """The columns to predict from: float where numeric, else text with missing as a level."""
    return pd.DataFrame(
        {
            column.name: as_floats(table[column.name])
            if column.kind.is_numeric
            else table[column.name].fillna(_MISSING).astype(str)
            for column in columns
        },
        index=table.index,
    )


def preparation(columns: Sequence[Column]) -> Pipeline:
    """One preparation for all models, to be fitted to the very table that they are trained on.

    Numbers: median in place of missing ones, an indicator of those, mean 0 and variance 1.
    Categories: one indicator a level; levels of fewer than 5 rows, those beyond the 20 most
    frequent, and (where there are such rare ones) levels never seen are pooled. Constants go.
    """
    numeric = [column.name for column in columns if column.kind.is_numeric]
    levels = [column.name for column in columns if not column.kind.is_numeric]
    one_hot = OneHotEncoder(
        min_frequency=_RARE,
        max_categories=_LEVELS + 1,
        handle_unknown="infrequent_if_exist",
        sparse_output=False,
    )
    filled = make_pipeline(SimpleImputer(strategy="median", add_indicator=True), StandardScaler())
    return make_pipeline(
        make_column_transformer((filled, numeric), (one_hot, levels)),
        VarianceThreshold(1e-12),
    )


def linear_classes(x: Floats, y: Floats, x_test: Floats, *, classes: int) -> Floats:
    """Probability of each class by penalised logistic regression."""
    with quiet():
        model = LogisticRegression(max_iter=1000).fit(x, y[:, 0].astype(int))
    return _by_code(model.predict_proba(x_test), model.classes_, classes)


def boosted_classes(x: Floats, y: Floats, x_test: Floats, *, classes: int) -> Floats:
    """Probability of each class by gradient boosting (Friedman 2001, https://doi.org/10.1214/aos/1013203451)."""
    model = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=100,
        max_leaf_nodes=8,
        min_samples_leaf=10,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    ).fit(x, y[:, 0].astype(int))
    return _by_code(model.predict_proba(x_test), model.classes_, classes)


def linear_number(x: Floats, y: Floats, x_test: Floats) -> Floats:
    """Ridge regression (Hoerl and Kennard 1970, https://doi.org/10.1080/00401706.1970.10488634)."""
    return np.asarray(Ridge(alpha=1.0).fit(x, y[:, 0]).predict(x_test))[:, None]


def boosted_number(x: Floats, y: Floats, x_test: Floats) -> Floats:
    """Least-squares gradient boosting (Friedman 2001, https://doi.org/10.1214/aos/1013203451)."""
    return np.asarray(_booster("squared_error").fit(x, y[:, 0]).predict(x_test))[:, None]


def linear_hazard(x: Floats, y: Floats, x_test: Floats) -> Floats:
    """Log relative hazard by a lightly penalised Cox model.

    Parameters
    ----------
    x, x_test : ndarray, (rows, features)
        Prepared.
    y : ndarray, (rows, 2)
        Time, and 1 where the event occurred.

    References
    ----------
    Cox 1972, https://doi.org/10.1111/j.2517-6161.1972.tb00899.x
    """
    names = [f"x{i}" for i in range(x.shape[1])]
    table = pd.DataFrame(x, columns=names).assign(time=y[:, 0], event=y[:, 1])
    with quiet():
        # Whole steps overshoot where features are many: 18 of them where half steps need 7.
        model = CoxPHFitter(penalizer=_COX_PENALTY).fit(
            table, "time", "event", fit_options={"step_size": 0.5}
        )
    return np.asarray(x_test @ model.params_[names].to_numpy())[:, None]


def boosted_hazard(x: Floats, y: Floats, x_test: Floats) -> Floats:
    """Relative hazard by boosting the full likelihood of proportional hazards.

    Once time is measured by the cumulative hazard of all rows (Nelson–Aalen), hazards are constant,
    and events per such time follow a Poisson model with that time as exposure; LeBlanc and Crowley
    grow survival trees in this way.

    Parameters
    ----------
    x, x_test : ndarray, (rows, features)
        Prepared.
    y : ndarray, (rows, 2)
        Time, and 1 where the event occurred.

    References
    ----------
    LeBlanc and Crowley 1992, https://doi.org/10.2307/2532300
    Laird and Olivier 1981, https://doi.org/10.1080/01621459.1981.10477634
    """
    exposure = cumulative_hazard(y[:, 0], y[:, 1])
    at_risk = exposure > 0
    rate = y[at_risk, 1] / exposure[at_risk]
    model = _booster("poisson").fit(x[at_risk], rate, sample_weight=exposure[at_risk])
    return np.asarray(model.predict(x_test))[:, None]


def cumulative_hazard(time: Floats, event: Floats) -> Floats:
    """Nelson–Aalen estimate at each row's own time, (rows,) (https://doi.org/10.1214/aos/1176344247)."""
    row = np.unique(time, return_inverse=True)[1]
    events = np.bincount(row, weights=event)
    at_risk = len(time) - np.r_[0, np.cumsum(np.bincount(row))[:-1]]
    hazard: Floats = np.cumsum(events / at_risk)[row]
    return hazard


def _booster(loss: str) -> HistGradientBoostingRegressor:
    return HistGradientBoostingRegressor(
        loss=loss,
        learning_rate=0.05,
        max_iter=100,
        max_leaf_nodes=8,
        min_samples_leaf=10,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=0,
    )


def _by_code(probability: Floats, codes: Sequence[int], classes: int) -> Floats:
    """A column for each class; a class that the training rows lack has the probability 0."""
    spread = np.zeros((len(probability), classes))
    spread[:, codes] = probability
    return spread


@contextmanager
def quiet() -> Iterator[None]:
    """No warnings about convergence or empty columns: the score itself shows what they cost."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield
