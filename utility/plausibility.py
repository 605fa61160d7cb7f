"""Records that cannot be true: they break a rule, leave a column's range or use an unknown category."""

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import binomtest

from cohort.errors import SchemaError
from cohort.findings import Finding, Severity
from cohort.rules import Rule
from cohort.schema import Column, Kind, Schema
from cohort.split import Split
from utility.models import as_floats
from utility.scores import Direction, UtilityScore

METRIC = "implausible_records"

Broken = npt.NDArray[np.bool_]


def plausibility(synthetic: pd.DataFrame, split: Split) -> tuple[list[UtilityScore], list[Finding]]:
    """Share of the release's records that break the schema: in all, and for each rule.

    In all means a rule, a column's range, or its categories. The two-sided 95 % interval is Clopper
    and Pearson's, for records drawn one by one from the same generator. The reference is the
    holdout's share: real records break rules too.

    Parameters
    ----------
    synthetic : DataFrame, (rows, released columns)
        Typed as a cohort's table.
    split : Split
        Without a holdout the shares have no reference.

    References
    ----------
    Clopper and Pearson 1934, https://doi.org/10.1093/biomet/26.4.404
    """
    schema = split.train.schema
    rules = [rule for rule in schema.parsed_rules if _readable(rule, synthetic)]
    limited = [column for column in schema.released if column.range or column.categories]
    findings = []
    if unread := len(schema.rules) - len(rules):
        what = (
            f"{unread} of {len(schema.rules)} rules name a column that is not released or cannot be compared."
        )
        findings.append(_left_out("rule_not_checked", what))
    if not rules and not limited:
        what = "The schema has no rule, range or categories that a released record could break."
        return [], [*findings, _left_out("nothing_implausible", what)]
    release = _broken(synthetic, rules, limited)
    real = {} if split.holdout is None else _broken(split.holdout.table, rules, limited)
    return [_share(group, broken, real.get(group)) for group, broken in release.items()], findings


def implausible(table: pd.DataFrame, schema: Schema) -> Broken:
    """Which records break a rule that can be read, a column's range or its categories, (rows,)."""
    rules = [rule for rule in schema.parsed_rules if _readable(rule, table)]
    limited = [column for column in schema.released if column.range or column.categories]
    return _broken(table, rules, limited)[""] if rules or limited else np.zeros(len(table), dtype=bool)


def _broken(table: pd.DataFrame, rules: list[Rule], limited: list[Column]) -> dict[str, Broken]:
    """Which rows break anything (""), and which break each rule, (rows,)."""
    by_rule = {rule.text: ~rule.holds(table).to_numpy(dtype=bool) for rule in rules}
    outside = [_outside(column, table[column.name]) for column in limited]
    return {"": np.any([*by_rule.values(), *outside], axis=0), **by_rule}


def _outside(column: Column, values: pd.Series) -> Broken:
    """Which values the schema does not allow; a missing one is always allowed."""
    outside = np.zeros(len(values), dtype=bool)
    if column.range and column.kind.is_numeric:
        ends = pd.Series(column.range)
        low, high = as_floats(pd.to_datetime(ends) if column.kind is Kind.DATE else ends)
        numbers = as_floats(values)
        outside |= (numbers < low) | (numbers > high)
    if column.categories and not column.kind.is_numeric:
        outside |= (values.notna() & ~values.isin(column.categories)).to_numpy(dtype=bool)
    return outside


def _readable(rule: Rule, table: pd.DataFrame) -> bool:
    try:
        rule.holds(table)
    except (KeyError, TypeError, SchemaError):
        return False
    return True


def _share(group: str, broken: Broken, real: Broken | None) -> UtilityScore:
    share = binomtest(int(broken.sum()), len(broken))
    low, high = share.proportion_ci(method="exact")
    return UtilityScore(
        metric=METRIC,
        group=group,
        value=float(share.statistic),
        reference=None if real is None or not len(real) else float(real.mean()),
        low=float(low),
        high=float(high),
        n=len(broken),
        direction=Direction.LOWER,
    )


def _left_out(code: str, explanation: str) -> Finding:
    return Finding(
        code=code,
        severity=Severity.NOT_APPLICABLE,
        title="Implausible records were not counted in full.",
        explanation=explanation,
    )
