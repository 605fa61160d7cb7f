"""The candidates and reference points of an image run, each as one task to be done."""

import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np

from cohort.images import ImageCohort, ImageRelease, ImageSplit
from privacy.images.near import flagged, near_copies
from synthassay.config import Candidate, Config
from synthassay.dp.spending import rows_learned, settle
from synthassay.evaluate import Evaluation, Judge, Share
from synthassay.images.evaluate import evaluate, evaluate_holdout, evaluate_unknown
from synthassay.images.files import read_pictures, write_manifest, write_pictures
from synthassay.images.generators import generator
from synthassay.images.helped import helped
from synthassay.images.load import LoadedImages
from synthassay.images.spending import reserve, with_delta
from synthassay.store import Draft, write_json
from synthassay.tasks import Task, part_of, seeds_of
from utility.images.anchors import pca_gaussian
from utility.images.measure import confidence

_CANDIDATE = 4.0
_LABEL = "Synthetic pictures: none is of a patient. A program made them, and they must be labelled so."


@dataclass(frozen=True, kw_only=True, eq=False)
class ImageSetting:
    """What all tasks of an image run share."""

    config: Config
    loaded: LoadedImages
    judge: Judge
    draft: Draft

    @property
    def split(self) -> ImageSplit:
        """Whose pictures a release is made from, and whose were set aside."""
        return self.loaded.known

    def seeds(self, name: str) -> tuple[int, int, int]:
        """Seeds for fit, sample and attack; a candidate's do not depend on its neighbours."""
        return seeds_of(self.config.seed, name)

    def many(self, learned: int) -> int:
        """How many pictures a release has that was made from ``learned`` pictures."""
        return max(1, round(self.config.rows * learned))

    def as_written(self, release: ImageRelease, name: str, *, model: str) -> ImageRelease:
        """Write a release and read it back: what is assayed are the very files that would leave.

        Beside them stands ``manifest.csv``, one line a picture, which stays in the house.
        """
        folder = self.draft.folder / "releases" / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        # A folder is read class by class.
        order = np.argsort(release.labels, kind="stable")
        release = replace(release, pixels=release.pixels[order], labels=release.labels[order])
        files = write_pictures(release, folder, visible=self.config.visible_mark)
        write_json(folder / "card.json", card(release))
        read = read_pictures(
            folder,
            classes=release.classes,
            size=self.loaded.cohort.size,
            made_by=release.made_by,
            seed=release.seed,
        )
        write_manifest(folder, self._manifest(read, files, model=model))
        return replace(read, guarantee=release.guarantee)

    def _manifest(self, release: ImageRelease, files: list[str], *, model: str) -> dict[str, list[Any]]:
        """One line a picture; a near copy is told and stays: what is judged is what was minted."""
        split, many = self.loaded.split, len(files)
        known = near_copies(release, self.loaded.cohort) if split is None else flagged(release, split)
        flags, ratios = known
        sure = [""] * many if split is None else [f"{share:.3f}" for share in confidence(release, split)]
        return {
            "file": files,
            "class": [release.classes[label] for label in release.labels],
            "seed": ["" if release.seed is None else release.seed] * many,
            "model": [model] * many,
            "confidence": sure,
            "nearest_neighbour_ratio": [f"{ratio:.3f}" for ratio in ratios],
            "near_copy": ["yes" if flag else "no" for flag in flags],
            "kept": ["yes"] * many,
        }


def card(release: ImageRelease) -> dict[str, Any]:
    """What a folder of pictures says of itself."""
    return {
        "label": _LABEL,
        "made_by": release.made_by,
        "images": len(release),
        "size": int(release.pixels.shape[1]),
        "classes": {name: int((release.labels == place).sum()) for place, name in enumerate(release.classes)},
        "guarantee": None if release.guarantee is None else vars(release.guarantee),
        "model": "not kept",
    }


def run_tasks(setting: ImageSetting) -> list[Task]:
    """Reference points first, then the config's candidates."""
    candidates = [
        Task(name=each.name, reference=False, work=partial(_candidate, each, setting), weight=_CANDIDATE)
        for each in setting.config.candidates
    ]
    return _references(setting) + candidates


def assay_tasks(setting: ImageSetting, release: ImageRelease) -> list[Task]:
    """The release made elsewhere, after the reference points where a holdout allows them."""
    references = [] if setting.loaded.split is None else _references(setting)
    return [*references, Task(name="release", reference=False, work=partial(_foreign, release, setting))]


def _references(setting: ImageSetting) -> list[Task]:
    return [
        Task(
            name=name,
            reference=True,
            work=partial(_holdout, setting) if name == "holdout" else partial(_reference, name, setting),
        )
        for name in setting.config.references
    ]


def _candidate(candidate: Candidate, setting: ImageSetting, progress: Share) -> Evaluation:
    fit, sample, attack = setting.seeds(candidate.name)
    learner = with_delta(generator(candidate), setting.loaded)
    reservation = reserve(learner, candidate.name, setting.config, setting.loaded)
    fitted = learner.fit(setting.split.train, seed=fit, progress=part_of(progress, 0.0, 0.6))
    release = fitted.sample(setting.many(rows_learned(fitted, setting.split.train)), seed=sample)
    settle(release, reservation)
    asked = setting.config.helped
    evaluation = evaluate(
        setting.as_written(release, candidate.name, model=fitted.fingerprint),
        setting.split,
        setting.judge,
        candidate=candidate.name,
        seed=attack,
        progress=part_of(progress, 0.6, 0.8 if asked else 1.0),
    )
    if not asked:
        return evaluation
    last = part_of(progress, 0.8, 1.0)
    told = helped(fitted, setting.split, trainings=asked, seed=sample, progress=last)
    evidence = evaluation.evidence
    return replace(evaluation, evidence=replace(evidence, findings=(told, *evidence.findings)))


def _reference(name: str, setting: ImageSetting, progress: Share) -> Evaluation:
    _, sample, attack = setting.seeds(name)
    return evaluate(
        REFERENCES[name](setting.split.train, setting.many(len(setting.split.train)), sample),
        setting.split,
        setting.judge,
        candidate=name,
        seed=attack,
        reference=True,
        progress=progress,
    )


def _holdout(setting: ImageSetting, progress: Share) -> Evaluation:
    seed = setting.seeds("holdout")[2]
    return evaluate_holdout(setting.split, setting.judge, seed=seed, progress=progress)


def _foreign(release: ImageRelease, setting: ImageSetting, progress: Share) -> Evaluation:
    written = setting.as_written(release, "release", model="")
    if setting.loaded.split is None:
        return evaluate_unknown(written, setting.judge)
    return evaluate(
        written,
        setting.split,
        setting.judge,
        candidate="release",
        seed=setting.seeds("release")[2],
        progress=progress,
    )


def _copy(train: ImageCohort, many: int, seed: int) -> ImageRelease:
    """The train pictures themselves: full use, no privacy. Never written."""
    rng = np.random.default_rng(seed)
    whole, rest = divmod(many, len(train))
    chosen = np.concatenate([np.tile(np.arange(len(train)), whole), rng.permutation(len(train))[:rest]])
    some = train.images(chosen)
    return ImageRelease(
        pixels=some.pixels, labels=some.labels, classes=some.classes, made_by="copy", seed=seed
    )


def _independent(train: ImageCohort, many: int, seed: int) -> ImageRelease:
    """Normal draws along the main directions of each class: colours and blurs, and no lesion."""
    labels = np.random.default_rng(seed).choice(train.labels, size=many)
    return pca_gaussian(train, labels, seed=seed)


REFERENCES: Mapping[str, Callable[[ImageCohort, int, int], ImageRelease]] = {
    "copy": _copy,
    "independent": _independent,
}
