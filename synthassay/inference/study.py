"""Whether coefficients of a candidate may be analysed: what it costs, and when it cannot be asked."""

from collections.abc import Callable
from typing import Any

from cohort.errors import NotApplicable, SynthAssayError
from cohort.release import Release
from cohort.split import Split
from synth.protocols import Synthesizer
from synthassay.inference.config import InferenceStudy
from synthassay.targeted.game import announce, mint_of
from utility.inference import inference_study

Share = Callable[[float], None]


def study(
    generator: Synthesizer,
    release: Release,
    split: Split,
    *,
    asked: InferenceStudy,
    seed: int,
    seconds: float,
    progress: Share = lambda share: None,
) -> dict[str, Any]:
    """Fit the candidate's generator again and again, and compare regressions; or say why not.

    What the further fits mint is analysed in memory and forgotten. Only the first release leaves, and
    only it was attacked: whoever hands out several gives away more than was assayed.

    Parameters
    ----------
    generator : Synthesizer
        As it was configured for the candidate.
    release : Release
        The candidate's.
    split : Split
        Of the cohort.
    asked : InferenceStudy
        How many releases.
    seed : int
        Equal seeds give equal studies.
    seconds : float
        That the candidate's own fit took, to announce the cost.
    progress : callable
        Told the share done.

    Returns
    -------
    dict
        ``{"releases", "analyses": [...]}``, each analysis as `utility.inference.Inference` tells it, or
        ``{"reason"}``.
    """
    try:
        _check(release, split)
        announce(_cost(release.made_by, releases=asked.releases, seconds=seconds))
        found = inference_study(
            release.table,
            split.train,
            mint_of(generator, rows=len(release)),
            releases=asked.releases,
            seed=seed,
            progress=progress,
        )
    except SynthAssayError as error:
        return {"reason": str(error)}
    return {"releases": asked.releases, "analyses": [each.to_dict() for each in found]}


def _check(release: Release, split: Split) -> None:
    if release.guarantee is not None:
        raise NotApplicable(
            "each further fit would spend the privacy budget again, and no combining rule here counts the "
            "noise of differential privacy: P values and intervals from this release are too good."
        )
    if split.cross_fitted:
        raise NotApplicable("a cross-fitted release has two train parts: write split: {holdout: 0.5}.")
    if any(release.levels.values()):
        raise NotApplicable("coarsened columns have other coefficients than the patients' own.")


def _cost(name: str, *, releases: int, seconds: float) -> str:
    return (
        f"inference: {releases - 1} further fits of `{name}`, about {(releases - 1) * seconds:.0f} s "
        f"(one fit took {seconds:.2g} s)"
    )
