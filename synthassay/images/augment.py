"""Top up a scarce class of pictures: config in, a run folder of kind ``augment`` out."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from threadpoolctl import threadpool_limits

from cohort.errors import ConfigError, GenerationError, NotApplicable, Problem
from cohort.findings import Finding, Severity
from cohort.images import ImageCohort, ImageRelease, ImageSplit, Pixels
from gan_images.protocols import FittedImages
from privacy.images.near import near_copies
from synthassay import pipeline
from synthassay.augment.config import Augmentation
from synthassay.augment.minter import NEAR_COPY, SURPLUS
from synthassay.augment.plan import NOT_PATIENTS, SHARE
from synthassay.augment.report import write_augment_report
from synthassay.augment.run import about_augment
from synthassay.clock import Watcher
from synthassay.config import Config
from synthassay.dp.spending import refuse_guarantee
from synthassay.images.files import write_manifest, write_pictures
from synthassay.images.generators import generator
from synthassay.images.helped import mint_of
from synthassay.images.load import load_for_run, refuse
from synthassay.images.run import images_hash
from synthassay.images.tasks import card
from synthassay.runs import AUGMENT, Progress
from synthassay.store import Draft, now, write_json
from utility.images.measure import EFFORT, confidence
from utility.images.study import ImageStudy, did_images_help

_ROUNDS = 5
_SPARE = 1.2
_MINTED = 0.5
_MOST_SEEDS = 5
_NOT_PROMISED = "pictures are kept by how near they come to patients', which no formal guarantee outlives."

Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, eq=False)
class Drawn:
    """Pictures of one class as they were drawn, kept and refused.

    Parameters
    ----------
    pixels : ndarray, (images, size, size, 3), uint8
        In the order of drawing.
    seeds : list of int
        Of the draw of each.
    ratios : ndarray, (images,)
        Distance to the nearest picture of train over that to the nearest of another lesion.
    reasons : list of str
        Why each was not kept; "" for those that were.
    made_by : str
        The generator.
    """

    pixels: Pixels
    seeds: list[int]
    ratios: npt.NDArray[np.float64]
    reasons: list[str]
    made_by: str

    @property
    def kept(self) -> Bools:
        """Which were kept, (images,)."""
        return np.array([not reason for reason in self.reasons], dtype=bool)


def augment_folder(config: Config, *, out: Path, watch: Watcher) -> Path:
    """Mint pictures of a scarce class from train alone, without near copies, and write the run's folder."""
    refuse(config)
    learner = generator(config.candidates[0])
    refuse_guarantee(learner, where="augment", why=_NOT_PROMISED)
    started, asked = now(), config.augment or Augmentation()
    loaded = load_for_run(config)
    split, candidate = loaded.known, config.candidates[0]
    label, to = _asked(asked, split.train)
    progress = _told(config, watch)
    key = _key(config, images_hash(loaded))
    with pipeline.disk(out), Draft.open(out, name=config.name, key=key, resume=False) as draft:
        fit, sample = (int(seed) for seed in np.random.SeedSequence(config.seed).generate_state(2))
        with threadpool_limits(limits=1):
            fitted = learner.fit(split.train, seed=fit, progress=lambda share: progress(_MINTED * share))
            present = int((split.train.labels == label).sum())
            drawn = _draw(fitted, split.train, label, to - present, seed=sample)
            study, reason = _study(asked, fitted, split, to=to, seed=config.seed, progress=progress)
        release = _write_pictures(
            drawn, split, label, draft.folder, model=fitted.fingerprint, visible=config.visible_mark
        )
        content = _content(asked, split, drawn, to=to, label=label, name=candidate.name)
        content |= {"study": None if study is None else study.to_dict(), "study_reason": reason}
        write_json(draft.folder / "card.json", card(release))
        write_json(draft.folder / "augment.json", content)
        about = about_augment(config, key=key, data=images_hash(loaded), started=started)
        write_json(draft.folder / "run.json", about)
        draft.write_config(config.resolved())
        write_augment_report(draft.folder)
        return draft.publish(started)


def _asked(asked: Augmentation, train: ImageCohort) -> tuple[int, int]:
    """The class and how many pictures it is to have; raises with every problem found."""
    problems = []
    if asked.label not in train.classes:
        what = "no class is named." if asked.label is None else f"there is no class {asked.label!r}."
        remedy = f"Give --class with one of: {', '.join(train.classes)}."
        raise ConfigError(Problem(what=what, where="--class", remedy=remedy))
    if asked.conditions:
        what = "pictures can be asked for by class alone."
        problems.append(Problem(what=what, where="--condition", remedy="Leave it out."))
    if asked.share is not None:
        what = "a share of pictures is kept when they are drawn for training, not when they are minted."
        remedy = f"Leave it out, and draw at most {SHARE:.0%} of the class from the synthetic pictures."
        problems.append(Problem(what=what, where="--share", remedy=remedy))
    label = train.classes.index(str(asked.label))
    present = int((train.labels == label).sum())
    if asked.to is None or asked.to <= present:
        what = "nothing says how many pictures there are to be, more than train has already."
        problems.append(Problem(what=what, where="--to", remedy=f"Give more than {present}."))
    if problems:
        raise ConfigError(problems)
    return label, int(asked.to or 0)


def _draw(fitted: FittedImages, train: ImageCohort, label: int, wanted: int, *, seed: int) -> Drawn:
    """Draw until there are enough that are no near copy of a picture of train."""
    parts: list[Pixels] = []
    seeds: list[int] = []
    ratios: list[npt.NDArray[np.float64]] = []
    reasons: list[str] = []
    for turn in np.random.SeedSequence(seed).generate_state(_ROUNDS).tolist():
        lacking = wanted - reasons.count("")
        if not lacking:
            break
        some = fitted.sample(
            int(np.ceil(_SPARE * lacking)), conditions={"class": train.classes[label]}, seed=turn
        )
        flags, near = near_copies(some, train)
        places = np.cumsum(~flags)
        parts, ratios = [*parts, some.pixels], [*ratios, near]
        seeds += [turn] * len(some)
        reasons += [
            NEAR_COPY if flag else ("" if place <= lacking else SURPLUS)
            for flag, place in zip(flags, places, strict=True)
        ]
    if not reasons.count(""):
        raise GenerationError("every picture drawn was a near copy of a patient's: train for less long.")
    return Drawn(
        pixels=np.concatenate(parts),
        seeds=seeds,
        ratios=np.concatenate(ratios),
        reasons=reasons,
        made_by=some.made_by,
    )


def _write_pictures(
    drawn: Drawn, split: ImageSplit, label: int, folder: Path, *, model: str, visible: bool
) -> ImageRelease:
    """The kept pictures as an ImageFolder, and a line for each that was drawn."""
    every = ImageRelease(
        pixels=drawn.pixels,
        labels=np.full(len(drawn.pixels), label, dtype=np.int64),
        classes=split.train.classes,
        made_by=drawn.made_by,
    )
    release = replace(every, pixels=every.pixels[drawn.kept], labels=every.labels[drawn.kept])
    names = iter(write_pictures(release, folder, visible=visible))
    write_manifest(folder, {
        "file": [next(names) if keep else "" for keep in drawn.kept],
        "class": [release.classes[label]] * len(every),
        "seed": drawn.seeds,
        "model": [model] * len(every),
        "confidence": [f"{share:.3f}" for share in confidence(every, split)],
        "nearest_neighbour_ratio": [f"{ratio:.3f}" for ratio in drawn.ratios],
        "kept": ["yes" if keep else "no" for keep in drawn.kept],
        "why_not": drawn.reasons,
    })  # fmt: skip
    return release


def _study(
    asked: Augmentation,
    fitted: FittedImages,
    split: ImageSplit,
    *,
    to: int,
    seed: int,
    progress: Callable[[float], None],
) -> tuple[ImageStudy | None, str]:
    """Whether such pictures help, told on the lesions set aside; or why that cannot be told."""
    if not asked.study:
        return None, "It was not asked: --study finds out."

    try:
        study = did_images_help(
            split,
            [mint_of(fitted, split.train.classes)],
            to=to,
            seeds=min(asked.repeats, _MOST_SEEDS),
            effort=EFFORT,
            seed=seed,
            progress=lambda share: progress(_MINTED + (1 - _MINTED) * share),
        )
    except NotApplicable as why:
        return None, f"It cannot be told: {why}"
    return study, ""


def _content(
    asked: Augmentation, split: ImageSplit, drawn: Drawn, *, to: int, label: int, name: str
) -> dict[str, Any]:
    """What was done, as it stands in ``augment.json``."""
    made, present = int(drawn.kept.sum()), int((split.train.labels == label).sum())
    share = made / (made + present)
    findings = [NOT_PATIENTS, *_high_share(share), *_too_few(made, to - present)]
    return {
        "kind": "images",
        "group": f"the class {asked.label}",
        "class": asked.label,
        "generator": name,
        "train_persons": split.train.n_groups,
        "holdout_persons": split.holdout.n_groups,
        "present": present,
        "to": to,
        "wanted": to - present,
        "rows": made,
        "share": share,
        "refused": {reason: drawn.reasons.count(reason) for reason in (NEAR_COPY, SURPLUS)},
        "findings": [asdict(each) for each in findings],
    }


def _high_share(share: float) -> list[Finding]:
    if share <= SHARE:
        return []
    title = (
        f"{share:.0%} of the class's pictures are synthetic: draw at most {SHARE:.0%} of a batch's from them."
    )
    why = (
        "Pooled with the real ones they outnumber them, and a classifier learns the generator. --study tells."
    )
    return [Finding(code="high_share", severity=Severity.ISSUE, title=title, explanation=why)]


def _too_few(made: int, wanted: int) -> list[Finding]:
    if made >= wanted:
        return []
    title, why = f"{made} pictures instead of {wanted}.", "The others that were drawn were near copies."
    return [Finding(code="few_kept", severity=Severity.ISSUE, title=title, explanation=why)]


def _told(config: Config, watch: Watcher) -> Callable[[float], None]:
    return lambda share: watch(
        Progress(pid=os.getpid(), name=config.name, stage="augment", share=min(share, 1.0))
    )


def _key(config: Config, data: str) -> str:
    text = json.dumps(config.resolved(), sort_keys=True, default=str) + AUGMENT
    return hashlib.sha256((text + data).encode()).hexdigest()[:16]
