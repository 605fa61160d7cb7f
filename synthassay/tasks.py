"""The candidates and reference points of a run, each as one task to be done."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from cohort.errors import SynthAssayError
from cohort.readers import read_release
from cohort.release import Release, stacked
from synth.protocols import FittedSynthesizer, Synthesizer
from synthassay.auto import FittedAuto
from synthassay.config import Candidate, Config
from synthassay.dp import spending
from synthassay.dp.candidate import audit_findings, audited
from synthassay.dp.config import AuditPlan
from synthassay.evaluate import Evaluation, Judge, Share, evaluate, evaluate_holdout
from synthassay.generators import AUTO, synthesizer
from synthassay.inference.config import InferenceStudy
from synthassay.inference.study import study
from synthassay.load import Loaded
from synthassay.rare import rare_findings, under
from synthassay.related import related_findings, with_related
from synthassay.store import Draft
from synthassay.targeted.config import Targeted
from synthassay.targeted.game import announce, announcement, most_exposed, play

# How long a task takes beside the others, for the time left that people are shown.
_WEIGHTS = {"ctgan": 8.0, AUTO: 4.0, "holdout": 2.0}
_BEFORE_STUDIES = 0.1


@dataclass(frozen=True, kw_only=True)
class Task:
    """One candidate or reference point to be minted, measured and judged.

    Parameters
    ----------
    name : str
        The candidate's name in the run.
    reference : bool
        Whether it is a reference point: evidence, never data.
    work : callable
        Does it, telling the share done.
    weight : float
        How long it takes beside the others.
    """

    name: str
    reference: bool
    work: Callable[[Share], Evaluation]
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """What all tasks of a run share."""

    config: Config
    loaded: Loaded
    judge: Judge
    draft: Draft

    def rows(self, learned: int) -> int:
        """How many rows a release has that was made from ``learned`` rows."""
        return max(1, round(self.config.rows * learned))

    def seeds(self, name: str, *, fold: int = 0) -> tuple[int, int, int]:
        """Seeds for fit, sample and attack; a candidate's do not depend on its neighbours."""
        return seeds_of(self.config.seed, name, fold=fold)

    def as_written(self, release: Release, name: str, *, models: Sequence[FittedSynthesizer] = ()) -> Release:
        """Write a release and read it back: what is assayed is the very file that would leave.

        Its models are written beside it where the config says so.
        """
        path: Path = self.draft.write_release(release, name, file_format=self.loaded.cohort.file_format)
        if self.config.keep_models:
            self.draft.write_models([_chosen(each) for each in models], name)
        return replace(release, table=read_release(path, release.schema))


def seeds_of(seed: int, name: str, *, fold: int = 0) -> tuple[int, int, int]:
    """A run's seeds for fit, sample and attack of one candidate."""
    # 256 and more are no byte, so that no other name has the seeds of a second fold.
    further = [255 + fold] if fold else []
    source = np.random.SeedSequence([seed, *name.encode(), *further])
    fit, sample, attack = (int(word) for word in source.generate_state(3))
    return fit, sample, attack


def run_tasks(setting: Setting) -> list[Task]:
    """Reference points first, then the config's candidates."""
    candidates = [
        Task(
            name=each.name,
            reference=False,
            work=partial(_candidate, each, setting),
            weight=_WEIGHTS.get(each.synth, 1.0),
        )
        for each in setting.config.candidates
    ]
    return _references(setting) + candidates


def assay_tasks(setting: Setting, release: Release) -> list[Task]:
    """The release made elsewhere, after the reference points where a holdout allows them."""
    references = [] if setting.loaded.split.holdout is None else _references(setting)
    return [*references, Task(name="release", reference=False, work=partial(_foreign, release, setting))]


def _references(setting: Setting) -> list[Task]:
    return [
        Task(
            name=name,
            reference=True,
            work=partial(_holdout, setting) if name == "holdout" else partial(_reference, name, setting),
            weight=_WEIGHTS.get(name, 1.0),
        )
        for name in setting.config.references
    ]


def _mint(
    generator: Synthesizer, name: str, setting: Setting, progress: Share
) -> tuple[Release, list[FittedSynthesizer]]:
    """The release of a candidate; cross-fitted, what was made from each half, one below the other."""
    folds, made, learned = setting.loaded.split.folds, [], []
    for place, fold in enumerate(folds):
        fit, sample, _ = setting.seeds(name, fold=place)
        step = part_of(progress, place / len(folds), (place + 1) / len(folds))
        learned.append(generator.fit(fold.train, seed=fit, progress=step))
        rows = setting.rows(spending.rows_learned(learned[-1], fold.train))
        made.append(learned[-1].sample(rows, seed=sample))
    return stacked(made), learned


def _candidate(candidate: Candidate, setting: Setting, progress: Share) -> Evaluation:
    generator = spending.with_delta(synthesizer(candidate.synth, candidate.options), setting.loaded)
    generator = with_related(generator, setting.loaded.cohort)
    reservation = spending.reserve(generator, candidate.name, setting.config, setting.loaded)
    studies = [name for name in _STUDIES if getattr(setting.config, name) is not None]
    end = _BEFORE_STUDIES if studies else 1.0
    started = time.perf_counter()
    noticed = (
        *related_findings(generator),
        *rare_findings(generator, setting.loaded.split, setting.config.rare),
    )
    generator = under(generator, setting.config.rare)
    minted, learned = _mint(generator, candidate.name, setting, part_of(progress, 0.0, 0.5 * end))
    spending.settle(minted, reservation)
    seconds = (time.perf_counter() - started) / len(setting.loaded.split.folds)
    settled = [each for each in learned if isinstance(each, FittedAuto)]
    if settled:  # a game refits what was chosen: hundreds of choices would take days
        generator, seconds = under(settled[0].generator, setting.config.rare), settled[0].seconds
    evaluation = evaluate(
        setting.as_written(minted, candidate.name, models=learned),
        setting.loaded.split,
        setting.judge,
        candidate=candidate.name,
        seed=setting.seeds(candidate.name)[2],
        progress=part_of(progress, 0.5 * end, end),
    )
    evidence = replace(
        evaluation.evidence,
        chosen=tuple(each.choice.to_dict() for each in settled),
        findings=(*evaluation.evidence.findings, *noticed),
    )
    case = _Case(generator=generator, release=minted, evaluation=evaluation, seconds=seconds)
    for place, name in enumerate(studies):
        starts, ends = (end + (1 - end) * each / len(studies) for each in (place, place + 1))
        evidence = replace(evidence, **_STUDIES[name](case, setting, part_of(progress, starts, ends)))
    return replace(
        evaluation,
        evidence=replace(evidence, findings=(*evidence.findings, *audit_findings(evidence.audit))),
    )


def _chosen(fitted: FittedSynthesizer) -> FittedSynthesizer:
    return fitted.fitted if isinstance(fitted, FittedAuto) else fitted


@dataclass(frozen=True, kw_only=True, eq=False)
class _Case:
    """A candidate that was minted and judged, for what fits its generator again."""

    generator: Synthesizer
    release: Release
    evaluation: Evaluation
    seconds: float

    @property
    def name(self) -> str:
        return self.evaluation.evidence.candidate


def _inference(case: _Case, setting: Setting, progress: Share) -> dict[str, Any]:
    told = study(
        case.generator,
        case.release,
        setting.loaded.split,
        asked=setting.config.inference or InferenceStudy(),
        seed=setting.seeds(case.name)[1],
        seconds=case.seconds,
        progress=progress,
    )
    return {"inference": told}


def _audit(case: _Case, setting: Setting, progress: Share) -> dict[str, Any]:
    told = audited(
        case.generator,
        setting.loaded.split.folds[0].train,
        name=case.name,
        asked=setting.config.audit or AuditPlan(),
        seconds=case.seconds,
        seed=setting.seeds(case.name)[2],
        progress=progress,
    )
    return {"audit": told}


def _game(case: _Case, setting: Setting, progress: Share) -> dict[str, Any]:
    """The targeted game, what single persons gave away going to ``private/``; or why there is none."""
    asked, split = setting.config.targeted or Targeted(), setting.loaded.split
    try:
        persons = most_exposed(case.evaluation.exposure, asked.persons)
        announce(
            announcement(
                case.name, case.release, split, persons=persons, fits=asked.fits, seconds=case.seconds
            )
        )
        played = play(
            case.generator,
            split,
            persons=persons,
            fits=asked.fits,
            rows=setting.rows(len(split.train)),
            seed=setting.seeds(case.name)[2],
            progress=progress,
        )
    except SynthAssayError as error:
        return {"targeted": {"reason": str(error)}}
    # No candidate's name has a "+".
    setting.draft.write_private(f"{case.name}+targeted", played.candidate.table)
    return {"targeted": played.to_dict()}


# By the config's key, which is the evidence's too; in the order in which they are done.
_STUDIES: dict[str, Callable[[_Case, Setting, Share], dict[str, Any]]] = {
    "inference": _inference,
    "audit": _audit,
    "targeted": _game,
}


def _reference(name: str, setting: Setting, progress: Share) -> Evaluation:
    return evaluate(
        _mint(synthesizer(name, {}), name, setting, lambda share: None)[0],
        setting.loaded.split,
        setting.judge,
        candidate=name,
        seed=setting.seeds(name)[2],
        reference=True,
        progress=progress,
    )


def _holdout(setting: Setting, progress: Share) -> Evaluation:
    seed = setting.seeds("holdout")[2]
    return evaluate_holdout(setting.loaded.split, setting.judge, seed=seed, progress=progress)


def _foreign(release: Release, setting: Setting, progress: Share) -> Evaluation:
    return evaluate(
        setting.as_written(release, "release"),
        setting.loaded.split,
        setting.judge,
        candidate="release",
        seed=setting.seeds("release")[2],
        progress=progress,
    )


def part_of(progress: Share, start: float, end: float) -> Share:
    """Progress within one part of a task."""
    return lambda share: progress(start + (end - start) * share)
