"""The candidates and reference points of a run, each as one task to be done."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

import numpy as np

from cohort.readers import read_release
from cohort.release import Release
from synth.registry import synthesizer
from synthassay.config import Candidate, Config
from synthassay.evaluate import Evaluation, Judge, Share, evaluate, evaluate_holdout
from synthassay.load import Loaded
from synthassay.store import Draft

# How long a task takes beside the others, for the time left that people are shown.
_WEIGHTS = {"ctgan": 8.0, "holdout": 2.0}


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

    @property
    def rows(self) -> int:
        """How many rows a release has."""
        return max(1, round(self.config.rows * len(self.loaded.split.train)))

    def seeds(self, name: str) -> tuple[int, int, int]:
        """Seeds for fit, sample and attack; a candidate's do not depend on its neighbours."""
        source = np.random.SeedSequence([self.config.seed, *name.encode()])
        fit, sample, attack = (int(word) for word in source.generate_state(3))
        return fit, sample, attack

    def as_written(self, release: Release, name: str) -> Release:
        """Write a release and read it back: what is assayed is the very file that would leave."""
        path: Path = self.draft.write_release(release, name, file_format=self.loaded.cohort.file_format)
        return replace(release, table=read_release(path, release.schema))


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


def _candidate(candidate: Candidate, setting: Setting, progress: Share) -> Evaluation:
    fit, sample, attack = setting.seeds(candidate.name)
    generator = synthesizer(candidate.synth, candidate.options)
    fitted = generator.fit(setting.loaded.split.train, seed=fit, progress=_part(progress, 0.0, 0.5))
    release = setting.as_written(fitted.sample(setting.rows, seed=sample), candidate.name)
    return evaluate(
        release,
        setting.loaded.split,
        setting.judge,
        candidate=candidate.name,
        seed=attack,
        progress=_part(progress, 0.5, 1.0),
    )


def _reference(name: str, setting: Setting, progress: Share) -> Evaluation:
    fit, sample, attack = setting.seeds(name)
    fitted = synthesizer(name, {}).fit(setting.loaded.split.train, seed=fit)
    return evaluate(
        fitted.sample(setting.rows, seed=sample),
        setting.loaded.split,
        setting.judge,
        candidate=name,
        seed=attack,
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


def _part(progress: Share, start: float, end: float) -> Share:
    return lambda share: progress(start + (end - start) * share)
