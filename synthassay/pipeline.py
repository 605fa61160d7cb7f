"""One run end to end: mint, measure, attack, judge, report."""

import hashlib
import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from threadpoolctl import threadpool_limits

from cohort.cohort import Cohort
from cohort.errors import ConfigError, InputError, Problem, SynthAssayError
from cohort.readers import read_release
from cohort.release import Release
from cohort.split import Split
from privacy.attacks.registry import find_attacks
from synth.protocols import Synthesizer
from synth.registry import REFERENCES
from synthassay import formats
from synthassay.clock import Clock, Watcher
from synthassay.config import CohortSource, Config
from synthassay.dp.spending import budget_told, ledger_of, refuse_overspending
from synthassay.evaluate import Evaluation, Judge
from synthassay.frontier import frontier
from synthassay.generators import GENERATORS, configured
from synthassay.ledger.patients import sketch_table
from synthassay.ledger.recording import record_end, record_start
from synthassay.ledger.seal import close_seal
from synthassay.load import Loaded, joined, load_for_assay, load_for_run
from synthassay.policy import read_policy
from synthassay.profile import describe
from synthassay.rare import rare_told
from synthassay.report import write_reports
from synthassay.runs import Evidence, Run, finished_run
from synthassay.state import cohort_hash, keyed_hash
from synthassay.store import Draft, now, write_json
from synthassay.tasks import Setting, Task, assay_tasks, run_tasks

if sys.platform != "win32":
    import resource

_PACKAGES = ("synthassay", "numpy", "pandas", "scikit-learn", "anonymeter", "sdv", "ctgan", "torch")


def run(
    config: Config,
    *,
    out: Path,
    resume: bool = False,
    once: bool = False,
    watch: Watcher = lambda progress: None,
) -> Path:
    """Mint every candidate of a config, judge it, and write the run's folder.

    Parameters
    ----------
    config : Config
        What to do.
    out : Path
        The folder of runs.
    resume : bool
        Whether to go on with a run of this config that was stopped.
    once : bool
        Whether to return the folder of a run that is finished, and to go on with one that was stopped,
        where there is one.
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
    if config.cohort.pictures is not None:
        return Path(_images().run(config, out=out, resume=resume, once=once, watch=watch))
    judge = _judge(config)
    _check_candidates(config)
    loaded = load_for_run(config)
    key = _key(config, loaded, judge)
    if once and (finished := finished_run(out, name=config.name, key=key)):
        return finished
    with disk(out), Draft.open(out, name=config.name, key=key, resume=resume, once=once) as draft:
        setting = Setting(config=config, loaded=loaded, judge=judge, draft=draft)
        refuse_overspending(_to_be_minted(setting), config, loaded)
        return _carry_out(run_tasks(setting), setting, watch=watch, kind="run")


def check(config: Config) -> dict[str, int]:
    """All that `run` asks of a config before it writes anything.

    Returns
    -------
    dict
        How many persons there are on either side, ``train`` and ``holdout``.

    Raises
    ------
    SynthAssayError
        With every problem found.
    """
    if config.cohort.pictures is not None:
        split = _images().checked(config).split
        return {
            "train": split.train.n_groups,
            "holdout": 0 if split.holdout is None else split.holdout.n_groups,
        }
    _judge(config)
    _check_candidates(config)
    loaded = load_for_run(config)
    generators = {each.name: configured(each.synth, each.options) for each in config.candidates}
    refuse_overspending(generators, config, loaded)
    train, holdout = loaded.split.train, loaded.split.holdout
    return {"train": train.n_persons, "holdout": 0 if holdout is None else holdout.n_persons}


def assay_release(
    config: Config, release: Path, *, out: Path, watch: Watcher = lambda progress: None
) -> Path:
    """Judge a release that another tool made, and write the run's folder.

    Parameters
    ----------
    config : Config
        Its cohort says which rows the release was made from, as far as is known.
    release : Path
        The release's table, or its folder of images.
    out, watch
        As for `run`.
    """
    if config.cohort.pictures is not None:
        return Path(_images().assay_folder(config, release, out=out, watch=watch))
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


def _images() -> Any:
    """The same for images; with it comes torch, which no table needs."""
    return import_module("synthassay.images.run")


def _judge(config: Config) -> Judge:
    find_attacks(config.attacks)
    return Judge(policy=read_policy(config.policy), attacks=config.attacks)


def _check_candidates(config: Config) -> None:
    """Refuse unknown generators and options; a reference point would write the patients out."""
    for candidate in config.candidates:
        if candidate.synth in REFERENCES:
            what = f"{candidate.synth!r} is a reference point, not a generator."
            remedy = f"Known generators: {', '.join(GENERATORS)}."
            raise ConfigError(Problem(what=what, where="candidates", remedy=remedy))
        configured(candidate.synth, candidate.options)


def _to_be_minted(setting: Setting) -> dict[str, Synthesizer]:
    """The generators of the candidates that are not finished."""
    done = setting.draft.finished()
    candidates = [each for each in setting.config.candidates if each.name not in done]
    return {each.name: configured(each.synth, each.options) for each in candidates}


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
    related = [each.options.get("related") for each in config.candidates]
    files = [path for path in related if isinstance(path, Path) and path.is_file()]
    data += "".join(keyed_hash(path.read_bytes()) for path in files)
    if release is not None:
        data += keyed_hash(release.table.to_csv(index=False).encode())
    # A larger budget changes no result: who was refused for want of it can raise it and resume.
    told = {key: value for key, value in resolved(config, loaded.cohort).items() if key != "budget"}
    text = json.dumps(told, sort_keys=True, default=str) + repr(judge.policy) + data
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _carry_out(tasks: Sequence[Task], setting: Setting, *, watch: Watcher, kind: str) -> Path:
    """Do what is still to be done, then publish the folder."""
    started, data = now(), cohort_hash(setting.loaded.cohort)
    told = resolved(setting.config, setting.loaded.cohort)
    patients = sketch_table(setting.loaded.cohort.table)
    record_start(setting.draft, kind=kind, data=data, patients=patients, config=told)
    evidence, seconds = carry_out(tasks, setting.draft, watch=watch)
    about = about_run(
        setting.config,
        setting.judge,
        kind=kind,
        started=started,
        stages=seconds,
        hashes=(setting.draft.key, data),
    )
    if kind == "run":
        about["rare"] = rare_told(setting.loaded.split, setting.config.rare)
    if kind == "run" and any(each.promise for each in evidence):
        about["budget"] = budget_told(ledger_of(setting.config, setting.loaded))
    return conclude(
        evidence,
        setting.draft,
        setting.judge,
        about=about,
        cohort=describe(setting.loaded, policy=setting.judge.policy),
        config=told,
    )


def carry_out(
    tasks: Sequence[Task], draft: Draft, *, watch: Watcher
) -> tuple[tuple[Evidence, ...], dict[str, float]]:
    """Do what an earlier process has not done: evidence in the tasks' order, and seconds of each."""
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
    return tuple(done[task.name] for task in tasks), clock.seconds


def conclude(
    evidence: tuple[Evidence, ...],
    draft: Draft,
    judge: Judge,
    *,
    about: dict[str, Any],
    cohort: dict[str, Any],
    config: dict[str, Any],
) -> Path:
    """Write what tells of the run as a whole, and publish the folder."""
    finished = Run(
        folder=draft.folder,
        about={**about, "evidence": [each.candidate for each in evidence]},
        cohort=cohort,
        frontier=frontier(evidence, policy=judge.policy),
        evidence=evidence,
    )
    draft.write_config(config)
    write_json(draft.folder / "cohort.json", finished.cohort)
    write_json(draft.folder / "frontier.json", finished.frontier)
    write_json(draft.folder / "run.json", finished.about)
    started = datetime.fromisoformat(about["started"])
    at = draft.final(started)
    record_end(finished, close_seal(draft.folder), at=at, key=draft.key, policy=judge.policy)
    write_reports(finished, at=at)
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


def about_run(
    config: Config,
    judge: Judge,
    *,
    kind: str,
    started: datetime,
    stages: dict[str, float],
    hashes: tuple[str, str],
) -> dict[str, Any]:
    """What ``run.json`` says; ``hashes`` are the config's and the input's."""
    return {
        "format": formats.RUN,
        "name": config.name,
        "kind": kind,
        "status": "finished",
        "started": started.isoformat(),
        "ended": now().isoformat(),
        "seed": config.seed,
        "policy": judge.policy.name,
        "minimum_count": judge.policy.minimum_count,
        "config_hash": hashes[0],
        "input_hash": hashes[1],
        "versions": versions(),
        "stages": stages,
        "peak_memory_mb": peak_memory(),
    }


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
