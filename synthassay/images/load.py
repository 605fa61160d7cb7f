"""From a config to the pictures of a run: whose a release is made from, and whose were set aside."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from cohort.errors import ConfigError, Problem
from cohort.findings import Finding, Severity
from cohort.images import ImageCohort, ImageSplit
from cohort.lesions import simulate_lesions
from gan_images.readers import Layout, listed_in, read_images
from synthassay.config import Config
from synthassay.images.config import GENERATORS, ImageSource
from synthassay.load import read_schema

_NOT_HERE = {
    "targeted": "The targeted game refits a generator hundreds of times, and is a table's.",
    "inference": "Coefficients are a table's.",
    "audit": "The audit of a guarantee looks at noisy tables, and the one without plants rows.",
}
_GUESSED = Finding(
    code="groups_guessed",
    severity=Severity.ISSUE,
    title="Nobody says which pictures show the same lesion or patient.",
    explanation="Pictures that are nearly one picture, turned or not, were kept on one side of the split. "
    "Two different views of a lesion were not found so: what the attacks leave unnoticed proves less. Give "
    "metadata with a column of the lesion or patient, and name it: group.",
)
_SIMULATED = Finding(
    code="simulated_images",
    severity=Severity.TIP,
    title="These pictures are simulated.",
    explanation="No patient is behind them: they show how the tool works, and nothing about skin.",
)
_UNKNOWN = Finding(
    code="trained_on_unknown",
    severity=Severity.ISSUE,
    title="Which pictures the release was made from is not known.",
    explanation="No attack has a control, and use was not measured. Ask the producer for the list of the "
    "pictures used, and write cohort: {trained_on: FILE}.",
)


@dataclass(frozen=True, kw_only=True, eq=False)
class LoadedImages:
    """An image cohort, its split where it has one, and what was noticed while it was read.

    Parameters
    ----------
    cohort : ImageCohort
        All pictures.
    split : ImageSplit, optional
        None where nobody knows what a foreign release was made from.
    findings : tuple of Finding
        About the pictures and whose they are.
    """

    cohort: ImageCohort
    split: ImageSplit | None
    findings: tuple[Finding, ...]

    @property
    def known(self) -> ImageSplit:
        """The split; raises where there is none."""
        if self.split is None:
            raise ValueError("nobody knows what the release was made from")
        return self.split


def load_for_run(config: Config) -> LoadedImages:
    """Read the pictures and set lesions aside, before any generator is trained."""
    cohort, findings = _read(config)
    split = cohort.split(holdout=config.holdout, seed=config.seed)
    return LoadedImages(cohort=cohort, split=split, findings=findings)


def load_for_assay(config: Config) -> LoadedImages:
    """Read the pictures and tell apart which a foreign release was made from, as far as is known."""
    cohort, findings = _read(config)
    trained_on = config.cohort.trained_on
    if not isinstance(trained_on, Path):
        return LoadedImages(cohort=cohort, split=None, findings=(*findings, _UNKNOWN))
    is_used = listed_in(trained_on, _layout(config, _source(config)))
    touched = np.isin(cohort.groups, cohort.groups[is_used])
    if touched.all():
        return LoadedImages(cohort=cohort, split=None, findings=(*findings, _UNKNOWN))
    # An unused picture of a lesion that was used elsewhere is on neither side.
    split = ImageSplit(train=cohort.images(is_used), holdout=cohort.images(~touched), seed=config.seed)
    return LoadedImages(cohort=cohort, split=split, findings=findings)


def refuse(config: Config) -> None:
    """Refuse what a config asks of tables alone, before any picture is read.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    problems = [
        Problem(what=f"{key} does not go with images.", where="config", remedy=f"{why} Leave it out.")
        for key, why in _NOT_HERE.items()
        if getattr(config, key) is not None
    ]
    if config.folds > 1:
        what = "images are not cross-fitted: each half would need its own training."
        problems.append(Problem(what=what, where="split", remedy="Write split: {holdout: 0.5}."))
    if config.keep_models:
        what = "the model of an image generator is not kept."
        problems.append(Problem(what=what, where="keep_models", remedy="Leave it out."))
    for each in config.candidates:
        if each.synth not in GENERATORS:
            what = f"{each.synth!r} makes tables, and this cohort is one of images."
            remedy = f"Write one of: {', '.join(GENERATORS)}; or name the table as cohort: {{data: FILE}}."
            problems.append(Problem(what=what, where="candidates", remedy=remedy))
    if problems:
        raise ConfigError(problems)


def _read(config: Config) -> tuple[ImageCohort, tuple[Finding, ...]]:
    source = _source(config)
    if source.images is None:
        return simulate_lesions(size=source.size), (_SIMULATED,)
    cohort = read_images(_layout(config, source))
    noticed = () if cohort.metadata is None else cohort.metadata.findings
    return cohort, noticed if source.group is not None else (*noticed, _GUESSED)


def _source(config: Config) -> ImageSource:
    if config.cohort.pictures is None:
        raise ValueError("this cohort is a table")
    return config.cohort.pictures


def _layout(config: Config, source: ImageSource) -> Layout:
    if source.images is None:
        raise ConfigError(
            Problem(
                what="an embedded cohort has no files that a list could name.",
                where="cohort: trained_on",
                remedy="Leave it out, or use a cohort of your own.",
            )
        )
    return Layout(
        images=source.images,
        metadata=source.metadata,
        image=source.image,
        label=source.label,
        group=source.group,
        schema=read_schema(config.cohort.schema),
        size=source.size,
    )
