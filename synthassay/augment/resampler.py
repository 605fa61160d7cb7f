"""`fit_resample` by imbalanced-learn's protocol: a scarce class topped up within a training fold."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, Self

import pandas as pd

from cohort.cohort import Cohort
from cohort.errors import ConfigError, DataError, Problem
from cohort.findings import Finding
from cohort.schema import Column, Kind, Role, Schema
from cohort.typed import typed_table
from synth.registry import synthesizer
from synthassay.augment.minter import Minter
from synthassay.augment.plan import NOT_PATIENTS, SHARE, Group, plan


@dataclass(kw_only=True)
class Augment:
    """Tops up one class with synthetic rows, within a share.

    It learns from the rows that it is given and from nothing else, so that in a pipeline of
    imbalanced-learn each fold's rows are made from that fold's training part. Every row counts as
    one person: where persons have several rows, give one row a person.

    Parameters
    ----------
    label : object
        The class of ``y`` to be topped up.
    share : float, in (0, 1)
        The largest share of synthetic rows among the class's.
    to : int, optional
        Rows of the class afterwards, within the share; as many as the largest class where absent.
    synth : str
        A generator by its name.
    options : mapping, optional
        Of the generator, such as ``{"leaf": 10}``.
    schema : Schema, optional
        What each column of ``X`` is, for its rules and ranges; without it, kinds are told by dtype.
    seed : int
        Equal seeds give equal rows.

    Attributes
    ----------
    manifest_ : DataFrame
        A line for each row drawn, after `fit_resample`; see `synthassay.augment.minter.Minted`.
    findings_ : tuple of Finding
        What was noticed, such as that the share was the limit.
    """

    label: Any
    share: float = SHARE
    to: int | None = None
    synth: str = "trees"
    options: Mapping[str, object] | None = None
    schema: Schema | None = None
    seed: int = 0

    def fit_resample(self, X: pd.DataFrame, y: pd.Series) -> tuple[pd.DataFrame, pd.Series]:  # noqa: N803 - scikit-learn's names
        """``X`` and ``y`` as they are, and below them the synthetic rows, with a fresh index.

        Parameters
        ----------
        X : DataFrame, (rows, features)
            Numbers, dates, categories; missing values are welcome.
        y : Series, (rows,)
            The classes.

        Raises
        ------
        SynthAssayError
            Where the class is unknown, or too small to be minted, or ``X`` is no DataFrame.
        """
        target = _checked(X, y)
        names = [str(name) for name in X.columns]
        classes = y.reset_index(drop=True)
        spelled = {str(value): value for value in classes.dropna().unique()}
        if str(self.label) not in spelled:
            what = f"no row of y has the class {self.label!r}."
            raise DataError(Problem(what=what, where="Augment", remedy="Check how it is written in y."))
        train = _cohort(X.set_axis(names, axis="columns"), classes, target=target, schema=self.schema)
        largest = int(classes.value_counts().max())
        wanted = largest if self.to is None else self.to
        self.manifest_, self.findings_ = pd.DataFrame(), tuple[Finding, ...]()
        if wanted <= int(classes.eq(self.label).sum()):
            return X.reset_index(drop=True), classes
        scarce = Group(conditions={target: str(self.label)})
        planned = plan(train, scarce, to=wanted, share=self.share)
        minter = Minter.of(synthesizer(self.synth, self.options), train, name=self.synth, seed=self.seed)
        minted = minter.mint(
            planned.rows, conditions=scarce.conditions, label=scarce.label, seed=self.seed + 1
        )
        self.manifest_, self.findings_ = minted.manifest, (NOT_PATIENTS, *planned.findings, *minted.findings)
        made = {
            column: _as_given(minted.release.table[name], X[column])
            for column, name in zip(X.columns, names, strict=True)
        }
        more = pd.DataFrame(made, columns=X.columns)
        labels = pd.Series([spelled[str(self.label)]] * len(more), name=y.name, dtype=y.dtype)
        return _below(X, more), _below(classes, labels)

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002 - scikit-learn's protocol
        """The settings, so that scikit-learn can clone it."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def set_params(self, **params: Any) -> Self:
        """Change settings by name."""
        for name, value in params.items():
            if name not in self.get_params():
                remedy = f"Settings: {', '.join(self.get_params())}."
                raise ConfigError(Problem(what=f"unknown setting {name!r}.", where="Augment", remedy=remedy))
            setattr(self, name, value)
        return self


def _checked(x: Any, y: Any) -> str:
    """The name under which the target stands beside the features; raises where these are no table."""
    if not isinstance(x, pd.DataFrame) or not isinstance(y, pd.Series):
        what = "X is no DataFrame, or y no Series."
        remedy = 'Put Augment before the encoding, or call set_output(transform="pandas") on it.'
        raise DataError(Problem(what=what, where="Augment", remedy=remedy))
    names = [str(name) for name in x.columns]
    if len(x) != len(y) or len(set(names)) < len(names) or not names:
        what = "X and y differ in length, or columns of X share a name or are none."
        raise DataError(Problem(what=what, where="Augment", remedy="Give each row of X its class in y."))
    target = "target" if y.name is None else str(y.name)
    while target in names:
        target += "_"
    return target


def _cohort(x: pd.DataFrame, y: pd.Series, *, target: str, schema: Schema | None) -> Cohort:
    """The rows as a cohort, each a person of its own."""
    known = {} if schema is None else {column.name: column for column in schema.columns}
    columns = [_feature(str(name), x[name], known.get(str(name))) for name in x.columns]
    label = Column(name=target, kind=Kind.CATEGORY, role=Role.TARGET)
    readable = (
        tuple(rule.text for rule in schema.parsed_rules if set(rule.columns) <= set(x)) if schema else ()
    )
    whole = Schema(columns=(*columns, label), rules=readable, missing=())
    table = x.reset_index(drop=True)
    table[target] = pd.Series([None if pd.isna(value) else str(value) for value in y], dtype=object)
    return Cohort(schema=whole, table=typed_table(table, whole, where="X"), name="X")


def _feature(name: str, values: pd.Series, known: Column | None) -> Column:
    """A column's kind: the schema's, else by its dtype. All are features, whatever their role."""
    if known is not None and known.kind not in (Kind.TEXT, Kind.IMAGE):
        return Column(name=name, kind=known.kind, range=known.range, categories=known.categories)
    if pd.api.types.is_bool_dtype(values):
        return Column(name=name, kind=Kind.CATEGORY)
    if pd.api.types.is_datetime64_any_dtype(values):
        return Column(name=name, kind=Kind.DATE)
    if pd.api.types.is_integer_dtype(values):
        return Column(name=name, kind=Kind.INTEGER)
    return Column(name=name, kind=Kind.NUMBER if pd.api.types.is_numeric_dtype(values) else Kind.CATEGORY)


def _as_given(made: pd.Series, given: pd.Series) -> pd.Series:
    """Synthetic values in the type of the column that they continue."""
    if pd.api.types.is_numeric_dtype(given) and not pd.api.types.is_bool_dtype(given):
        return pd.Series(made.to_numpy(dtype="float64", na_value=float("nan"))).astype(given.dtype)
    if pd.api.types.is_datetime64_any_dtype(given):
        return made.astype(given.dtype)
    spelled = {str(value): value for value in given.dropna().unique()}
    values = [None if pd.isna(value) else spelled.get(value, value) for value in made]
    return pd.Series(values, dtype=given.dtype)


def _below(given: Any, more: Any) -> Any:
    return pd.concat([given, more], ignore_index=True) if len(more) else given.reset_index(drop=True)
