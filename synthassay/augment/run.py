"""Top up a scarce class, end to end: config in, a run folder of kind ``augment`` out."""

import hashlib
import json
import os
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

from cohort.cohort import Cohort
from cohort.errors import ConfigError, NotApplicable, Problem
from cohort.findings import Finding
from cohort.release import Release
from cohort.schema import Schema
from cohort.split import Split
from synth.protocols import Synthesizer
from synth.registry import REFERENCES, synthesizer
from synthassay import formats, pipeline
from synthassay.augment.config import Augmentation
from synthassay.augment.minter import Minted, Minter
from synthassay.augment.plan import NOT_PATIENTS, Group, Plan, group, plan
from synthassay.augment.report import write_augment_report
from synthassay.auto import DEFAULT
from synthassay.clock import Watcher
from synthassay.config import Candidate, Config
from synthassay.generators import AUTO
from synthassay.load import Loaded, joined, load_for_run
from synthassay.related import with_related
from synthassay.runs import AUGMENT, Progress
from synthassay.state import cohort_hash
from synthassay.store import Draft, now, write_json
from utility.helped import FEWEST_REPEATS, Study, class_target, did_it_help

Share = Callable[[float], None]

MARK = "synthetic"
"""The column of ``data.csv`` that says so of every row."""


def augment_folder(config: Config, *, out: Path, watch: Watcher = lambda progress: None) -> Path:
    """Mint rows for a scarce class from train alone, and write the run's folder.

    Parameters
    ----------
    config : Config
        Its first candidate is the generator, its holdout is never learned from, and its ``augment``
        says which rows, and how many.
    out : Path
        The folder of runs.
    watch : callable
        Told how far it is.

    Returns
    -------
    Path
        The finished folder.

    Raises
    ------
    SynthAssayError
        For bad input, before anything is written.
    """
    if config.cohort.pictures is not None:  # with images comes torch, which no table needs
        images = import_module("synthassay.images.augment")
        return Path(images.augment_folder(config, out=out, watch=watch))
    started, generator, progress = now(), _generator(config), _told(config, watch)
    asked = config.augment or Augmentation()
    loaded = load_for_run(config)
    generator = with_related(generator, loaded.cohort)
    train = loaded.split.train
    scarce = _group(asked, train.schema)
    planned = plan(train, scarce, to=_wanted(asked), share=asked.share)
    key = _key(config, loaded.cohort)
    with pipeline.disk(out), Draft.open(out, name=config.name, key=key, resume=False) as draft:
        with threadpool_limits(limits=1):
            fit, draw = (int(seed) for seed in np.random.SeedSequence(config.seed).generate_state(2))
            minter = Minter.of(generator, train, name=_candidate(config).name, seed=fit)
            minted = minter.mint(planned.rows, conditions=scarce.conditions, label=scarce.label, seed=draw)
            progress(0.1 if asked.study else 1.0)
            study, reason = _study(config, generator, scarce, loaded, progress=progress)
        content = _content(asked, planned, minted, minter=minter, split=loaded.split)
        content |= {"study": None if study is None else study.to_dict(), "study_reason": reason}
        about = about_augment(config, key=key, data=cohort_hash(loaded.cohort), started=started)
        _write(draft, minted, resolved=pipeline.resolved(config, loaded.cohort), content=content, about=about)
        return draft.publish(started)


def _group(asked: Augmentation, schema: Schema) -> Group:
    """The rows to be topped up; raises where they are not told, or told in two ways."""
    if asked.study and asked.label is None:
        what = "a study tells a class apart, and none is named."
        raise ConfigError(Problem(what=what, where="--study", remedy="Give --class NAME."))
    if asked.study and asked.repeats < FEWEST_REPEATS:
        what = f"{asked.repeats} splits tell nothing."
        remedy = f"Give {FEWEST_REPEATS} or more; 10 is usual."
        raise ConfigError(Problem(what=what, where="--repeats", remedy=remedy))
    named = () if asked.label is None else ((class_target(schema).name, asked.label),)
    return group([*named, *asked.conditions], schema)


def _wanted(asked: Augmentation) -> int:
    if asked.to is None:
        what = "nothing says how many rows there are to be."
        raise ConfigError(Problem(what=what, where="--to", remedy="Give --to N, real and synthetic rows."))
    return asked.to


def _told(config: Config, watch: Watcher) -> Share:
    def progress(share: float) -> None:
        watch(Progress(pid=os.getpid(), name=config.name, stage="did it help", share=share))

    return progress


def _generator(config: Config) -> Synthesizer:
    if config.folds > 1:
        what = "a class is topped up from one train part, and a cross-fitted cohort has two."
        remedy = "Write split: {holdout: 0.3}, or name a holdout file."
        raise ConfigError(Problem(what=what, where="split: {folds: 2}", remedy=remedy))
    if not config.candidates or config.candidates[0].synth in REFERENCES:
        what = "the config's first candidate is no generator."
        raise ConfigError(Problem(what=what, where="candidates", remedy="Write candidates: [trees]."))
    candidate = _candidate(config)
    return synthesizer(candidate.synth, candidate.options)


def _candidate(config: Config) -> Candidate:
    """The first; for `auto`, whose evidence is about whole tables and not about a class, its default."""
    first = config.candidates[0]
    return Candidate(name=DEFAULT.generator, synth=DEFAULT.generator) if first.synth == AUTO else first


def _study(
    config: Config, generator: Synthesizer, scarce: Group, loaded: Loaded, *, progress: Share
) -> tuple[Study | None, str]:
    """Whether it helps, told by everybody divided anew; or why that cannot be told."""
    asked = config.augment
    if asked is None or not asked.study or asked.label is None:
        return None, "It was not asked: --study finds out."
    mints = Mints(generator=generator, scarce=scarce, seed=config.seed)
    try:
        study = did_it_help(
            joined(loaded.split),
            label=asked.label,
            mint=mints.group,
            mint_whole=mints.whole,
            repeats=asked.repeats,
            seed=config.seed,
            progress=lambda share: progress(0.1 + 0.9 * share),
        )
    except NotApplicable as why:
        return None, f"It cannot be told: {why}"
    return study, ""


class Mints:
    """Mints from whatever persons it is given, each fitted once."""

    def __init__(self, *, generator: Synthesizer, scarce: Group, seed: int) -> None:
        self._generator, self._scarce, self._seed = generator, scarce, seed
        self._minters: WeakKeyDictionary[Cohort, Minter] = WeakKeyDictionary()

    def group(self, train: Cohort, rows: int) -> Release:
        """Rows of the scarce group, kept and refused as in the command."""
        conditions = self._scarce.conditions
        return self._of(train).mint(rows, conditions=conditions, label="", seed=self._seed).release

    def whole(self, train: Cohort, rows: int) -> Release:
        """Rows of every class."""
        return self._of(train).mint(rows, conditions={}, label="", seed=self._seed).release

    def _of(self, train: Cohort) -> Minter:
        if train not in self._minters:
            self._minters[train] = Minter.of(self._generator, train, name="", seed=self._seed)
        return self._minters[train]


def _content(
    asked: Augmentation, planned: Plan, minted: Minted, *, minter: Minter, split: Split
) -> dict[str, Any]:
    """What was done, as it stands in ``augment.json``."""
    made, nearness, holdout = len(minted.release), minter.nearness, split.holdout
    findings: list[Finding] = [NOT_PATIENTS, *planned.findings, *minted.findings]
    return {
        "group": planned.group.label,
        "class": asked.label,
        "conditions": dict(planned.group.conditions),
        "generator": minter.name,
        "train_persons": split.train.n_persons,
        "holdout_persons": 0 if holdout is None else holdout.n_persons,
        "present": planned.present,
        "to": asked.to,
        "wanted": planned.wanted,
        "limit": planned.limit,
        "rows": made,
        "share": made / (made + planned.present),
        "refused": minted.refused,
        "too_near_ratio": nearness.too_near / nearness.usual if nearness.usual > 0 else None,
        "findings": [asdict(each) for each in findings],
    }


def _write(
    draft: Draft, minted: Minted, *, resolved: dict[str, Any], content: dict[str, Any], about: dict[str, Any]
) -> None:
    folder = draft.folder
    draft.write_config(resolved)
    draft.write_release(minted.release, AUGMENT, file_format="csv")
    _write_marked(minted.release, folder)
    minted.manifest.to_csv(folder / "manifest.csv", index=False)
    write_json(folder / "augment.json", content)
    write_json(folder / "run.json", about)
    write_augment_report(folder)


def _write_marked(release: Release, folder: Path) -> None:
    """The rows with a column that says of each that it is synthetic."""
    plain = pd.read_csv(
        folder / "releases" / AUGMENT / "data.csv", dtype=str, keep_default_na=False, encoding="utf-8"
    )
    mark = MARK
    while mark in release.schema.names:
        mark += "_"
    plain.assign(**{mark: "yes"}).to_csv(folder / "data.csv", index=False, encoding="utf-8")


def about_augment(config: Config, *, key: str, data: str, started: datetime) -> dict[str, Any]:
    """What ``run.json`` says; ``key`` and ``data`` are the hashes of config and input."""
    return {
        "format": formats.RUN,
        "name": config.name,
        "kind": AUGMENT,
        "status": "finished",
        "started": started.isoformat(),
        "ended": now().isoformat(),
        "seed": config.seed,
        "config_hash": key,
        "input_hash": data,
        "versions": pipeline.versions(),
        "peak_memory_mb": pipeline.peak_memory(),
        "evidence": [],
    }


def _key(config: Config, cohort: Cohort) -> str:
    text = json.dumps(pipeline.resolved(config, cohort), sort_keys=True, default=str) + AUGMENT
    return hashlib.sha256((text + cohort_hash(cohort)).encode()).hexdigest()[:16]
