"""One run end to end: mint, measure, attack, judge, report."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from cohort.cohort import Cohort
from cohort.errors import ConfigError, InputError, Problem, SynthAssayError
from cohort.readers import read_release
from cohort.release import Release
from cohort.split import Split
from privacy.attacks.registry import find_attacks
from synth.registry import REFERENCES, SYNTHESIZERS, configured
from synthassay.clock import Clock, Watcher
from synthassay.config import CohortSource, Config
from synthassay.evaluate import Evaluation, Judge
from synthassay.frontier import frontier
from synthassay.load import Loaded, joined, load_for_assay, load_for_run
from synthassay.policy import read_policy
from synthassay.profile import describe
from synthassay.report import write_reports
from synthassay.runs import Evidence, Run
from synthassay.state import cohort_hash, keyed_hash
from synthassay.store import Draft, now, write_json
from synthassay.tasks import Setting, Task, assay_tasks, run_tasks

if sys.platform != "win32":
    import resource

_PACKAGES = ("synthassay", "numpy", "pandas", "scikit-learn", "anonymeter", "sdv", "ctgan", "torch")


def run(config: Config, *, out: Path, resume: bool = False, watch: Watcher = lambda progress: None) -> Path:
    """Mint every candidate of a config, judge it, and write the run's folder.

    Parameters
    ----------
    config : Config
        What to do.
    out : Path
        The folder of runs.
    resume : bool
        Whether to go on with a run of this config that was stopped.
    watch : callable
        Told how far the run is.

    Returns
    -------
    Path
        The finished run's folder.

    Raises
    ------
    SynthAssayError
        For bad input, before anything is written.
    """
    judge = _judge(config)
    _check_candidates(config)
    loaded = load_for_run(config)
    key = _key(config, loaded, judge)
    with disk(out), Draft.open(out, name=config.name, key=key, resume=resume) as draft:
        setting = Setting(config=config, loaded=loaded, judge=judge, draft=draft)
        return _carry_out(run_tasks(setting), setting, watch=watch, kind="run")


def assay_release(
    config: Config, release: Path, *, out: Path, watch: Watcher = lambda progress: None
) -> Path:
    """Judge a release that another tool made, and write the run's folder.

    Parameters
    ----------
    config : Config
        Its cohort says which rows the release was made from, as far as is known.
    release : Path
        The release's table.
    out, watch
        As for `run`.
    """
    judge = _judge(config)
    loaded = load_for_assay(config)
    schema = loaded.cohort.schema
    foreign = Release(table=read_release(release, schema), schema=schema, made_by="another tool")
    key = _key(config, loaded, judge, foreign)
    with disk(out), Draft.open(out, name=config.name, key=key, resume=False) as draft:
        setting = Setting(config=config, loaded=loaded, judge=judge, draft=draft)
        return _carry_out(assay_tasks(setting, foreign), setting, watch=watch, kind="assay")


def save(
    release: Release, split: Split, judge: Judge, evaluation: Evaluation, *, out: Path, seed: int
) -> Path:
    """Write the run folder of a release that was assayed from Python."""
    config = Config(name="assay", cohort=CohortSource(), references=(), candidates=(), seed=seed)
    loaded = Loaded(cohort=joined(split), split=split)
    key = _key(config, loaded, judge, release)
    with disk(out), Draft.open(out, name=config.name, key=key, resume=False) as draft:
        setting = Setting(config=config, loaded=loaded, judge=judge, draft=draft)
        draft.write_release(release, "release", file_format="csv")
        task = Task(name="release", reference=False, work=lambda progress: evaluation)
        return _carry_out([task], setting, watch=lambda progress: None, kind="assay")


def _judge(config: Config) -> Judge:
    find_attacks(config.attacks)
    return Judge(policy=read_policy(config.policy), attacks=config.attacks)


def _check_candidates(config: Config) -> None:
    """Refuse unknown generators and options; a reference point would write the patients out."""
    for candidate in config.candidates:
        if candidate.synth in REFERENCES:
            what = f"{candidate.synth!r} is a reference point, not a generator."
            remedy = f"Known generators: {', '.join(SYNTHESIZERS)}."
            raise ConfigError(Problem(what=what, where="candidates", remedy=remedy))
        configured(candidate.synth, candidate.options)


def resolved(config: Config, cohort: Cohort) -> dict[str, Any]:
    """The config with the schema that was used inside it, so that it repeats the run by itself."""
    content = config.resolved()
    if config.cohort.schema is not None:
        content["cohort"]["schema"] = cohort.schema.to_dict()
    return content


def _key(config: Config, loaded: Loaded, judge: Judge, release: Release | None = None) -> str:
    """What this config makes of these data, 16 hex digits."""
    split = loaded.split
    data = cohort_hash(*(each for each in (split.train, split.holdout) if each is not None))
    if release is not None:
        data += keyed_hash(release.table.to_csv(index=False).encode())
    text = (
        json.dumps(resolved(config, loaded.cohort), sort_keys=True, default=str) + repr(judge.policy) + data
    )
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _carry_out(tasks: Sequence[Task], setting: Setting, *, watch: Watcher, kind: str) -> Path:
    """Do what is still to be done, then publish the folder."""
    started, draft = now(), setting.draft
    done = draft.finished()
    clock = Clock(draft, tasks, watch)
    # Tables are small: threads cost more than they bring, and one thread repeats to the last digit.
    with threadpool_limits(limits=1):
        for task in tasks:
            progress = clock.within(task)
            skipped = task.name in done
            if not skipped:
                done[task.name] = _attempt(task, draft, progress=progress)
            clock.end(task, skipped=skipped)
    evidence = tuple(done[task.name] for task in tasks)
    about = _about(setting, kind=kind, started=started, stages=clock.seconds)
    finished = Run(
        folder=draft.folder,
        about={**about, "evidence": [task.name for task in tasks]},
        cohort=describe(setting.loaded, policy=setting.judge.policy),
        frontier=frontier(evidence, policy=setting.judge.policy),
        evidence=evidence,
    )
    _write(finished, setting)
    return draft.publish(started)


def _attempt(task: Task, draft: Draft, *, progress: Any) -> Evidence:
    """Evaluate a candidate; one that fails is recorded with its reason, and the others go on."""
    try:
        evaluation = task.work(progress)
    except OSError:
        raise
    except Exception as error:
        if os.environ.get("SYNTHASSAY_DEBUG"):
            raise
        failed = Evidence(
            candidate=task.name, made_by=task.name, reference=task.reference, failure=_why(error)
        )
        evaluation = Evaluation(evidence=failed, exposure=None)
    draft.write_evidence(evaluation.evidence, evaluation.exposure)
    return evaluation.evidence


def _why(error: Exception) -> str:
    """An error's own words where they are ours; a library's may hold a patient's value."""
    if isinstance(error, SynthAssayError):
        return str(error)
    return (
        f"it stopped with an unexpected {type(error).__name__}. "
        "Set SYNTHASSAY_DEBUG=1 and run again to see where, and report it."
    )


def _about(setting: Setting, *, kind: str, started: datetime, stages: dict[str, float]) -> dict[str, Any]:
    policy = setting.judge.policy
    return {
        "name": setting.config.name,
        "kind": kind,
        "status": "finished",
        "started": started.isoformat(),
        "ended": now().isoformat(),
        "seed": setting.config.seed,
        "policy": policy.name,
        "minimum_count": policy.minimum_count,
        "config_hash": setting.draft.key,
        "input_hash": cohort_hash(setting.loaded.cohort),
        "versions": versions(),
        "stages": stages,
        "peak_memory_mb": peak_memory(),
    }


def _write(finished: Run, setting: Setting) -> None:
    folder = setting.draft.folder
    setting.draft.write_config(resolved(setting.config, setting.loaded.cohort))
    write_json(folder / "cohort.json", finished.cohort)
    write_json(folder / "frontier.json", finished.frontier)
    write_json(folder / "run.json", finished.about)
    write_reports(finished)


@contextmanager
def disk(out: Path) -> Iterator[None]:
    """Say in plain words why the run's folder cannot be written."""
    try:
        yield
    except OSError as error:
        remedy = "Free some space, or name another folder with --out; the input is unchanged."
        reason = error.strerror or type(error).__name__
        problem = Problem(what=f"cannot be written ({reason}).", where=str(out), remedy=remedy)
        raise InputError(problem) from error


def versions() -> dict[str, str]:
    """What this process runs on."""
    found = {"python": ".".join(str(part) for part in sys.version_info[:3])}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


def peak_memory() -> float | None:
    """Of this process so far, in MB; None where the platform does not say."""
    if sys.platform == "win32":
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (2**20 if sys.platform == "darwin" else 1024), 1)
