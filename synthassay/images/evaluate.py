"""Measure and attack one candidate of an image run, and hold it against the policy."""

from dataclasses import replace

from cohort.findings import Finding, Severity
from cohort.images import ImageRelease, ImageSplit, split_images
from cohort.release import Guarantee
from privacy.assay import Assay
from privacy.images.assay import assay_images, negative_control_images
from synthassay.dp.spending import promise
from synthassay.evaluate import Evaluation, Judge, Share, in_words
from synthassay.quantities import Measured, Quantity, quantities
from synthassay.runs import Evidence
from utility.images.measure import measure_images
from utility.measure import Measures, headline

_NO_METADATA = Quantity(applicable=False, reason="No metadata leave with the pictures.")
_ASK = "Ask the producer for the list of the pictures used: cohort: {trained_on: FILE}."
_MEASURED = 0.4
_NOT_ATTACKED = Finding(
    code="not_attacked",
    severity=Severity.ISSUE,
    title="Nothing was attacked, and use was not measured.",
    explanation=f"Which pictures the release was made from is not known. {_ASK}",
)


def evaluate(
    release: ImageRelease,
    split: ImageSplit,
    judge: Judge,
    *,
    candidate: str,
    seed: int,
    reference: bool = False,
    progress: Share = lambda share: None,
) -> Evaluation:
    """Measure the use of a release of images, attack it, and judge it.

    Parameters
    ----------
    release : ImageRelease
        What would leave, as it was read back.
    split : ImageSplit
        Whose pictures it was made from, and whose were set aside.
    judge : Judge
        Attacks and policy.
    candidate : str
        Its name in the run.
    seed : int
        Of the attacks; use is measured with the split's, for all candidates by one yardstick.
    reference : bool
        Whether it is a reference point that nobody could release.
    progress : callable
        Called with the share done.
    """
    measured = measure_images(release, split, seed=split.seed)
    progress(_MEASURED)
    attacked = assay_images(
        release,
        split,
        attacks=judge.attacks,
        seed=seed,
        planted=True,
        progress=lambda share: progress(_MEASURED + (1.0 - _MEASURED) * share),
    )
    evidence = _evidence(release, candidate, reference=reference)
    return _judged(evidence, measured, attacked, judge, guarantee=release.guarantee)


def evaluate_holdout(split: ImageSplit, judge: Judge, *, seed: int, progress: Share) -> Evaluation:
    """What fresh real pictures give when they are released as if they were synthetic.

    One half of the holdout, by lesion or patient, stands as the release, the other as the control;
    attacks see them swapped as well.
    """
    halves = split_images(split.holdout, seed=seed)
    fresh, rest = halves.train, replace(split, holdout=halves.holdout)
    release = ImageRelease(
        pixels=fresh.pixels, labels=fresh.labels, classes=fresh.classes, made_by="fresh real patients"
    )
    measured = measure_images(release, rest, seed=split.seed)
    progress(_MEASURED)
    attacked = negative_control_images(split, attacks=judge.attacks, seed=seed)
    return _judged(_evidence(release, "holdout", reference=True), measured, attacked, judge)


def evaluate_unknown(release: ImageRelease, judge: Judge) -> Evaluation:
    """Judge a release of which nobody says what it was made from: nothing can be told."""
    nothing = Assay(risks=(), findings=(_NOT_ATTACKED,))
    return _judged(_evidence(release, "release", reference=False), ([], []), nothing, judge, ask=_ASK)


def _evidence(release: ImageRelease, candidate: str, *, reference: bool) -> Evidence:
    return Evidence(
        candidate=candidate,
        made_by=release.made_by,
        reference=reference,
        rows=len(release),
        guarantee=in_words(release.guarantee),
        promise=promise(release.guarantee),
    )


def _judged(
    evidence: Evidence,
    measured: Measures,
    attacked: Assay,
    judge: Judge,
    *,
    guarantee: Guarantee | None = None,
    ask: str = "",
) -> Evaluation:
    scores, noticed = measured
    read = quantities(
        Measured(
            risks=attacked.risks,
            detectable=attacked.detectable,
            match=None,
            headline=headline(scores),
            guarantee=guarantee,
        )
    )
    read = {**read, "match_probability": _NO_METADATA}
    if ask:
        read = {
            name: replace(each, reason=ask) if each.reason and each is not _NO_METADATA else each
            for name, each in read.items()
        }
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
