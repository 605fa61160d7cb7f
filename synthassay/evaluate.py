"""Measure and attack one candidate, and hold it against the policy."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from cohort.errors import NotApplicable
from cohort.findings import Finding
from cohort.release import Guarantee, Release
from cohort.split import Split
from privacy.assay import Assay, assay, halves, negative_control
from privacy.cross_fit import of_each_fold
from privacy.exposure import Exposure
from privacy.linkage.sample import MatchProbability, pooled_match_probability, sample_risk
from synthassay.coarser import at_levels, beside_full_detail
from synthassay.dp.spending import promise
from synthassay.load import used
from synthassay.policy import Policy
from synthassay.quantities import Measured, quantities
from synthassay.runs import Evidence
from utility.cross_fit import measure_folds
from utility.measure import headline
from utility.scores import UtilityScore

Share = Callable[[float], None]


@dataclass(frozen=True, kw_only=True)
class Judge:
    """How every candidate of a run is treated.

    Parameters
    ----------
    policy : Policy
        The thresholds.
    attacks : sequence of str, optional
        None is the default list; empty measures use only.
    """

    policy: Policy
    attacks: Sequence[str] | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """The evidence of one candidate, and what only the house may see.

    Parameters
    ----------
    evidence : Evidence
        For the run folder and its reports.
    exposure : Exposure, optional
        Risk of each train person; never in a public rendering.
    """

    evidence: Evidence
    exposure: Exposure | None


def evaluate(
    release: Release,
    split: Split,
    judge: Judge,
    *,
    candidate: str,
    seed: int,
    reference: bool = False,
    progress: Share = lambda share: None,
) -> Evaluation:
    """Measure the use of a release, attack it, and judge it.

    Parameters
    ----------
    release : Release
        What would leave; cross-fitted, with one part for each half.
    split : Split
        Who it was made from, and who was set aside.
    judge : Judge
        Attacks and policy.
    candidate : str
        Its name in the run.
    seed : int
        Of resampling and attacks.
    reference : bool
        Whether it is a reference point that nobody could release.
    progress : callable
        Called with the share done.
    """
    detailed, split = split, at_levels(split, release)
    tables = of_each_fold(release.tables, split)
    measured = measure_folds(tables, split.folds, seed=seed)
    measured = beside_full_detail(measured, detailed, release, seed=seed)
    progress(0.1)
    attacked = assay(
        tables,
        split,
        attacks=judge.attacks,
        seed=seed,
        progress=lambda share: progress(0.1 + 0.9 * share),
    )
    match = _match(tables, split.folds)
    evidence = Evidence(
        candidate=candidate,
        made_by=release.made_by,
        reference=reference,
        rows=len(release),
        guarantee=in_words(release.guarantee),
        promise=promise(release.guarantee),
        linkage=_linkage(release.table, split, match),
    )
    return _judged(evidence, measured, attacked, match, judge, guarantee=release.guarantee)


def evaluate_holdout(split: Split, judge: Judge, *, seed: int, progress: Share) -> Evaluation:
    """What fresh real patients give when they are released as if they were synthetic.

    One half of the holdout, by person, stands as the release, the other as the control; cross-fitted,
    in each fold.
    """
    released, folds = [], []
    for fold in split.folds:
        if fold.holdout is None:
            raise ValueError("the holdout reference needs a holdout")
        fresh, control = halves(fold.holdout, seed=seed)
        released.append(fresh.linked)
        folds.append(replace(fold, holdout=control))
    measured = measure_folds(released, folds, seed=seed)
    progress(0.1)
    attacked = negative_control(split, attacks=judge.attacks, seed=seed)
    match = _match(released, folds)
    whole = pd.concat(released, ignore_index=True)
    evidence = Evidence(
        candidate="holdout",
        made_by="fresh real patients",
        reference=True,
        rows=len(whole),
        linkage=_linkage(whole, split, match),
    )
    return _judged(evidence, measured, attacked, match, judge, guarantee=None)


def _judged(
    evidence: Evidence,
    measured: tuple[list[UtilityScore], list[Finding]],
    attacked: Assay,
    match: MatchProbability | None,
    judge: Judge,
    *,
    guarantee: Guarantee | None,
) -> Evaluation:
    scores, noticed = measured
    read = quantities(
        Measured(
            risks=attacked.risks,
            detectable=attacked.detectable,
            match=match,
            headline=headline(scores),
            guarantee=guarantee,
        )
    )
    whole = replace(
        evidence,
        utility=tuple(scores),
        risks=attacked.risks,
        quantities={name: quantity.to_dict() for name, quantity in read.items()},
        exposure={} if attacked.exposure is None else attacked.exposure.to_dict(),
        findings=(*noticed, *attacked.findings),
        verdict=judge.policy.judge(read, reference=evidence.reference and evidence.candidate != "copy"),
    )
    return Evaluation(evidence=whole, exposure=attacked.exposure)


def _match(releases: Sequence[pd.DataFrame], folds: Sequence[Split]) -> MatchProbability | None:
    """None where the schema names no quasi-identifier."""
    try:
        return pooled_match_probability(releases, folds)
    except NotApplicable:
        return None


def _linkage(synthetic: pd.DataFrame, split: Split, match: MatchProbability | None) -> dict[str, Any]:
    """Classes on the quasi-identifiers, for the patients and for the release."""
    names = split.train.schema.quasi_identifiers
    if not names:
        return {}
    return {
        "quasi_identifiers": list(names),
        "train": sample_risk(used(split).table, names).to_dict(),
        "release": sample_risk(synthetic, names).to_dict(),
        "match": None if match is None else match.to_dict(),
    }


def in_words(guarantee: Guarantee | None) -> str:
    """A formal guarantee as a page prints it."""
    if guarantee is None:
        return "no formal guarantee"
    return f"differential privacy, epsilon = {guarantee.epsilon:g}, delta = {guarantee.delta:g}, by person"
