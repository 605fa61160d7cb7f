"""What an analyst would predict with a cohort: its target, and the time to its event."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import NotApplicable
from cohort.outcome import occurred
from cohort.schema import Column, Kind, Role, Schema
from utility.accuracy import concordance, macro_auroc, r_squared
from utility.models import (
    Model,
    as_floats,
    boosted_classes,
    boosted_hazard,
    boosted_number,
    linear_classes,
    linear_hazard,
    linear_number,
)
from utility.resample import Floats, Rows, percentile_interval, share_interval

MIN_PERSONS = 5
"""Persons with an outcome, and without it, below whom no figure is given."""

_MIN_ROWS = 10
_CLASSES = 10


@dataclass(frozen=True, kw_only=True)
class Task:
    """Something to predict, the models for it and the measure of success.

    Parameters
    ----------
    metric : str
        ``auroc``, ``r2`` or ``concordance``.
    group : str
        The name of what is predicted.
    features : tuple of Column
        What it is predicted from.
    outcome : callable
        Table -> (rows, width), NaN in the rows that cannot be used.
    models : mapping
        Name -> `Model`.
    measure : callable
        (truth, predictions, weights) -> (resamples,).
    scarce : callable
        (truth, persons of the rows) -> persons in the scarcest of the groups told apart.
    interval : callable
        (measure's resamples, value, scarce) -> low and high.
    lacking : callable
        Outcome of the rows to train on -> what they lack for training, "" where nothing.
    """

    metric: str
    group: str
    features: tuple[Column, ...]
    outcome: Callable[[pd.DataFrame], Floats]
    models: Mapping[str, Model]
    measure: Callable[[Floats, Floats, Floats], Floats]
    scarce: Callable[[Floats, Rows], int]
    interval: Callable[[Floats, float, int], tuple[float, float]]
    lacking: Callable[[Floats], str]


def target_task(train: Cohort, holdout: Cohort) -> Task | None:
    """Predict the target from every released column but the time and the event.

    Time and event are left out because follow-up is seldom known when the target is; a column that
    was derived from the target is not recognised, and helps release and real rows alike.

    Raises
    ------
    NotApplicable
        Where the target cannot be learned from train, or not be measured on holdout.
    """
    found = [c for c in train.schema.released if c.role is Role.TARGET]
    if not found:
        return None
    target = found[0]
    columns = _features(train.schema, without=(Role.TARGET, Role.TIME, Role.EVENT))
    if target.kind.is_numeric and train.table[target.name].nunique() > 2:
        return _number_task(target, columns, holdout)
    return _class_task(target, columns, train, holdout)


def survival_task(train: Cohort, holdout: Cohort) -> Task | None:
    """Predict the time to the event from every released column but the target.

    The target is left out because it is most often the event under another name.

    Raises
    ------
    NotApplicable
        Where only one of the two columns exists, the time is no duration, or events are too few.
    """
    schema = train.schema
    times, events = ([c for c in schema.released if c.role is r] for r in (Role.TIME, Role.EVENT))
    if not times and not events:
        return None
    if not times or not events:
        raise NotApplicable("time to event needs a column with the role time and one with the role event.")
    time, event = times[0], events[0]
    if time.kind not in (Kind.NUMBER, Kind.INTEGER):
        raise NotApplicable(f"the time column {time.name!r} is no duration: give it in days or years.")
    outcome = partial(_time_and_event, time=time, event=event)
    saw = {
        name: _persons(cohort, outcome(cohort.table)[:, 1] == 1)
        for name, cohort in (("train", train), ("holdout", holdout))
    }
    for name, persons in saw.items():
        if persons < MIN_PERSONS:
            raise NotApplicable(f"fewer than {MIN_PERSONS} persons of {name} saw the event {event.name!r}.")
    return Task(
        metric="concordance",
        group=f"{time.name}, {event.name}",
        features=_features(schema, without=(Role.TARGET, Role.TIME, Role.EVENT)),
        outcome=outcome,
        models={"linear": linear_hazard, "boosting": boosted_hazard},
        measure=concordance,
        scarce=_with_event,
        interval=_share,
        lacking=_lacks_events,
    )


def _number_task(target: Column, columns: tuple[Column, ...], holdout: Cohort) -> Task:
    if holdout.table[target.name].nunique() < 2:
        raise NotApplicable(f"the target {target.name!r} does not vary within the holdout.")
    return Task(
        metric="r2",
        group=target.name,
        features=columns,
        outcome=lambda table: as_floats(table[target.name])[:, None],
        models={"linear": linear_number, "boosting": boosted_number},
        measure=r_squared,
        scarce=lambda truth, persons: len(np.unique(persons)),
        interval=lambda resampled, value, scarce: percentile_interval(resampled, value),
        lacking=_lacks_rows,
    )


def _class_task(target: Column, columns: tuple[Column, ...], train: Cohort, holdout: Cohort) -> Task:
    """The ten most frequent classes of train are told apart; the others are one more, uncounted."""
    frequent = _labels(train.table, target).value_counts().sort_index(kind="stable")
    if len(frequent) < 2:
        raise NotApplicable(f"the target {target.name!r} has fewer than two classes in train.")
    kept = frequent.sort_values(ascending=False, kind="stable").index[:_CLASSES]
    codes = {label: code for code, label in enumerate(kept)}
    outcome = partial(_class_codes, target=target, codes=codes)
    truth = outcome(holdout.table)[:, 0]
    known = np.isfinite(truth)
    scarcer = {
        code: min(_persons(holdout, truth == code), _persons(holdout, known & (truth != code)))
        for code in codes.values()
    }
    counted = [code for code, persons in scarcer.items() if persons >= MIN_PERSONS]
    if not counted:
        where = f"with and without it in the holdout ({holdout.n_persons} persons)"
        raise NotApplicable(f"no class of the target {target.name!r} has {MIN_PERSONS} persons {where}.")
    return Task(
        metric="auroc",
        group=target.name,
        features=columns,
        outcome=outcome,
        models={
            "linear": partial(linear_classes, classes=len(codes) + 1),
            "boosting": partial(boosted_classes, classes=len(codes) + 1),
        },
        measure=partial(macro_auroc, classes=counted),
        scarce=partial(_scarcest, classes=counted),
        interval=_share,
        lacking=_lacks_classes,
    )


def _features(schema: Schema, *, without: tuple[Role, ...]) -> tuple[Column, ...]:
    columns = tuple(column for column in schema.released if column.role not in without)
    if not columns:
        raise NotApplicable("no column is left to predict from.")
    return columns


def _labels(table: pd.DataFrame, target: Column) -> pd.Series:
    values = table[target.name]
    return pd.Series(as_floats(values), index=values.index) if target.kind.is_numeric else values


def _class_codes(table: pd.DataFrame, *, target: Column, codes: Mapping[object, int]) -> Floats:
    """The code of each row's class, (rows, 1); a class not among ``codes`` is one more."""
    labels = _labels(table, target)
    coded = pd.to_numeric(labels.map(codes))
    return coded.where(coded.notna() | labels.isna(), len(codes)).to_numpy(np.float64)[:, None]


def _time_and_event(table: pd.DataFrame, *, time: Column, event: Column) -> Floats:
    """Time and event, (rows, 2); a negative time is as useless as a missing one."""
    duration = as_floats(table[time.name])
    seen = occurred(event, table[event.name]).to_numpy(dtype=np.float64)
    usable = table[event.name].notna().to_numpy() & (duration >= 0)
    return np.where(usable[:, None], np.column_stack([duration, seen]), np.nan)


def _persons(cohort: Cohort, rows: npt.NDArray[np.bool_]) -> int:
    return len(np.unique(cohort.persons[rows]))


def _scarcest(truth: Floats, persons: Rows, *, classes: Sequence[int]) -> int:
    """Persons with, or without, the class that is the scarcest in this respect."""
    held = [truth[:, 0] == code for code in classes]
    return min(len(np.unique(persons[rows])) for each in held for rows in (each, ~each))


def _with_event(truth: Floats, persons: Rows) -> int:
    return len(np.unique(persons[truth[:, 1] > 0]))


def _share(resampled: Floats, value: float, scarce: int) -> tuple[float, float]:
    return share_interval(resampled, value, scarce=scarce)


def _lacks_rows(truth: Floats) -> str:
    return f"has fewer than {_MIN_ROWS} usable rows" if len(truth) < _MIN_ROWS else ""


def _lacks_classes(truth: Floats) -> str:
    return _lacks_rows(truth) or ("has one class only" if len(np.unique(truth)) < 2 else "")


def _lacks_events(truth: Floats) -> str:
    few = truth[:, 1].sum() < MIN_PERSONS
    return _lacks_rows(truth) or (f"has fewer than {MIN_PERSONS} events" if few else "")
