"""What a reader of an assay's figures must know besides them."""

from collections.abc import Sequence

from cohort.findings import Finding, Severity
from cohort.split import Split
from privacy.attacks.target import MOST_ATTACKED, Target
from privacy.estimates import RiskEstimate

ASK = "ask the producer for rows that were not used"


def about_split(split: Split) -> tuple[Finding, ...]:
    """What is not known about whose rows were used."""
    findings = []
    if split.holdout is None:
        findings.append(
            Finding(
                code="no_holdout",
                severity=Severity.ISSUE,
                title="Nobody is known whose rows were not used",
                explanation=f"Attacks that need such persons for comparison say nothing here: {ASK}.",
            )
        )
    if not split.trained_on_known:
        findings.append(
            Finding(
                code="trained_on_unknown",
                severity=Severity.ISSUE,
                title="It is not known which rows the release was made from",
                explanation=(
                    "Train's persons are only candidates. An attack that finds nothing may have been "
                    "tried on the wrong persons: ask the producer which rows were used."
                ),
            )
        )
    return tuple(findings)


def about_holdout(*, differs: bool) -> tuple[Finding, ...]:
    """Whether a given holdout can serve as control."""
    if not differs:
        return ()
    return (
        Finding(
            code="holdout_differs",
            severity=Severity.ISSUE,
            title="The holdout given differs from the rows used",
            explanation=(
                "A two-sample test tells them apart (p of at most .01), so an attack that succeeds more "
                "often on the rows used may have found that difference. Set persons of the same kind aside."
            ),
        ),
    )


def about_target(target: Target) -> tuple[Finding, ...]:
    """Whether attacks were tried on everybody."""
    if len(target.attacked) == len(target.is_train):
        return ()
    return (
        Finding(
            code="attacked_sample",
            severity=Severity.TIP,
            title=f"Attacks were tried on at most {MOST_ATTACKED} persons of each side",
            explanation="They were drawn at random; all rows were still searched for their neighbours.",
        ),
    )


def about_copies(risks: Sequence[RiskEstimate]) -> tuple[Finding, ...]:
    """Whether rows of train stand in the release, and whether chance explains them."""
    found = [risk for risk in risks if risk.attack == "exact_copies" and risk.train]
    if not found:
        return ()
    by_chance = found[0].low is not None and found[0].low <= 0
    return (
        Finding(
            code="exact_copies",
            severity=Severity.TIP if by_chance else Severity.ISSUE,
            title="Some rows of train stand in the release",
            explanation=(
                "About as often as those of persons whom no generator saw: equal by chance."
                if by_chance
                else "Chance does not explain them. Remove them, or find out why they are there."
            ),
        ),
    )
