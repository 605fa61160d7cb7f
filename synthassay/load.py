"""From a config to the persons of a run: who a release is made from, and who was set aside."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import import_module
from pathlib import Path

import pandas as pd

from cohort.cohort import Cohort
from cohort.demo import demo_cohort
from cohort.errors import ConfigError, DataError, Problem
from cohort.readers import read_cohort
from cohort.schema import Role, Schema
from cohort.split import Split, split_cohort
from synthassay.config import Config

MINIMUM_PERSONS = 30


@dataclass(frozen=True, kw_only=True, eq=False)
class Loaded:
    """A cohort and its split."""

    cohort: Cohort
    split: Split


def load_for_run(config: Config) -> Loaded:
    """Read the cohort and set the holdout aside, before any generator is trained."""
    cohort = load_cohort(config)
    given = _given_holdout(config, cohort.schema)
    if given is not None:
        split = Split(train=cohort, holdout=given)
    else:
        split = split_cohort(cohort, holdout=config.holdout, folds=config.folds, seed=config.seed)
    return _checked(Loaded(cohort=cohort, split=split))


def load_for_assay(config: Config) -> Loaded:
    """Read the cohort and tell apart, as far as is known, who a foreign release was made from."""
    if config.folds > 1:
        what = "a release made elsewhere cannot be cross-fitted: nobody can mint it again from each half."
        remedy = "Leave split out, and say whose rows were used: cohort: {trained_on: FILE}."
        raise ConfigError(Problem(what=what, where="split: {folds: 2}", remedy=remedy))
    cohort = load_cohort(config)
    holdout = _given_holdout(config, cohort.schema)
    trained_on = config.cohort.trained_on
    if isinstance(trained_on, Path):
        train = _read(trained_on, cohort.schema, config)
        holdout = holdout or _others(cohort, train)
        split = Split(train=train, holdout=holdout)
    else:
        split = Split(train=cohort, holdout=holdout, trained_on_known=trained_on == "all")
    return _checked(Loaded(cohort=cohort, split=split))


def load_cohort(config: Config) -> Cohort:
    """Read the config's cohort alone; of images, what is known of whose they are."""
    source = config.cohort
    if source.pictures is not None:
        return _metadata(config)
    if source.demo is not None:
        return demo_cohort(source.demo)
    schema = read_schema(source.schema)
    if source.data is None or schema is None:
        raise ConfigError(Problem(what="cohort names no data and schema."))
    return _read(source.data, schema, config)


def _metadata(config: Config) -> Cohort:
    """The table beside the pictures, which are not read for it."""
    pictures, schema = config.cohort.pictures, read_schema(config.cohort.schema)
    if pictures is None or (pictures.images is not None and (pictures.metadata is None or schema is None)):
        remedy = "Give metadata: FILE and schema: FILE; `synthassay inspect` drafts a schema of the metadata."
        raise ConfigError(Problem(what="the images have no metadata under a schema.", remedy=remedy))
    if pictures.metadata is not None and schema is not None:
        return _read(pictures.metadata, schema, config)
    simulated: Cohort = import_module("cohort.lesions").simulate_lesions(size=pictures.size).metadata
    return simulated


def used(split: Split) -> Cohort:
    """Everybody whom something was, or may have been, made from."""
    return joined(split) if split.cross_fitted else split.train


def joined(split: Split) -> Cohort:
    """Everybody of a split, train first."""
    if split.holdout is None:
        return split.train
    table = pd.concat([split.train.table, split.holdout.table], ignore_index=True)
    return replace(split.train, table=table)


def read_schema(source: Path | Mapping[str, object] | None) -> Schema | None:
    """A config's schema: a file, or one that stands inline."""
    if isinstance(source, Path):
        return Schema.from_yaml(source)
    return None if source is None else Schema.from_dict(source)


def _read(path: Path, schema: Schema, config: Config) -> Cohort:
    return read_cohort(path, schema, sheet=config.cohort.sheet, name=config.name)


def _given_holdout(config: Config, schema: Schema) -> Cohort | None:
    path = config.cohort.holdout
    return None if path is None else _read(path, schema, config)


def _others(cohort: Cohort, train: Cohort) -> Cohort | None:
    """The rows of ``cohort`` that are not among ``train``, row for row; None where none are left."""
    keys, used = (_numbered(each.table) for each in (cohort, train))
    rest = (~keys.isin(used)).to_numpy().nonzero()[0]
    return cohort.rows(rest) if len(rest) else None


def _numbered(table: pd.DataFrame) -> pd.Series:
    """Each row as text, equal rows numbered, so that a repeated row is used up once a copy."""
    text = table.astype(str).agg("\x1f".join, axis=1)
    return text + "\x1f" + text.groupby(text).cumcount().astype(str)


def _checked(loaded: Loaded) -> Loaded:
    """Refuse what is too small, or has nothing to predict, before anybody waits."""
    split = loaded.split
    persons = split.train.n_persons + (0 if split.holdout is None else split.holdout.n_persons)
    where = f"cohort {loaded.cohort.name!r}"
    problems = []
    if persons < MINIMUM_PERSONS:
        what = f"{persons} persons are too few: a run needs at least {MINIMUM_PERSONS}."
        remedy = "`synthassay inspect` says what a cohort's size can prove."
        problems.append(Problem(what=what, where=where, remedy=remedy))
    for column in loaded.cohort.schema.with_role(Role.TARGET, Role.EVENT):
        if loaded.cohort.table[column.name].nunique() < 2:
            what = f"the {column.role.value} column {column.name!r} has one class only."
            remedy = "Give it another role in the schema, or add the rows of the other class."
            problems.append(Problem(what=what, where=where, remedy=remedy))
    if problems:
        raise DataError(problems)
    return loaded
