"""An image cohort end to end: the same run folder, verdicts and report as a table's."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from cohort.images import ImageRelease
from privacy.images.registry import find_image_attacks
from synthassay import pipeline
from synthassay.clock import Watcher
from synthassay.config import Config
from synthassay.dp.spending import budget_told
from synthassay.evaluate import Judge
from synthassay.images.describe import describe
from synthassay.images.files import read_pictures
from synthassay.images.generators import generator
from synthassay.images.load import LoadedImages, load_for_assay, load_for_run, refuse
from synthassay.images.spending import ledger_of, refuse_overspending, refuse_unknown_groups
from synthassay.images.tasks import ImageSetting, assay_tasks, run_tasks
from synthassay.ledger.patients import sketch
from synthassay.ledger.recording import record_start
from synthassay.policy import read_policy
from synthassay.runs import finished_run
from synthassay.state import keyed_hash
from synthassay.store import Draft, now
from synthassay.tasks import Task


def run(config: Config, *, out: Path, resume: bool, once: bool, watch: Watcher) -> Path:
    """Mint every candidate of an image cohort, judge it, and write the run's folder."""
    loaded = checked(config)
    judge, generators = _judge(config), {each.name: generator(each) for each in config.candidates}
    key = release_key(config, loaded, judge)
    if once and (finished := finished_run(out, name=config.name, key=key)):
        return finished
    with pipeline.disk(out), Draft.open(out, name=config.name, key=key, resume=resume, once=once) as draft:
        setting = ImageSetting(config=config, loaded=loaded, judge=judge, draft=draft)
        pending = {name: each for name, each in generators.items() if name not in draft.finished()}
        refuse_overspending(pending, config, loaded)
        return carry_out(run_tasks(setting), setting, watch=watch, kind="run")


def checked(config: Config) -> LoadedImages:
    """The pictures and their split, once a config's policy, attacks and generators make sense."""
    _judge(config)
    refuse(config)
    refuse_unknown_groups({each.name: generator(each) for each in config.candidates}, config)
    return load_for_run(config)


def assay_folder(config: Config, release: Path, *, out: Path, watch: Watcher) -> Path:
    """Judge a folder of images that another tool made, at whatever size, and write the run's folder."""
    judge = _judge(config)
    loaded = load_for_assay(config)
    cohort = loaded.cohort
    foreign = read_pictures(release, classes=cohort.classes, size=cohort.size, made_by="another tool")
    key = release_key(config, loaded, judge, foreign)
    with pipeline.disk(out), Draft.open(out, name=config.name, key=key, resume=False) as draft:
        setting = ImageSetting(config=config, loaded=loaded, judge=judge, draft=draft)
        return carry_out(assay_tasks(setting, foreign), setting, watch=watch, kind="assay")


def _judge(config: Config) -> Judge:
    find_image_attacks(config.attacks)
    return Judge(policy=read_policy(config.policy), attacks=config.attacks)


def carry_out(tasks: Sequence[Task], setting: ImageSetting, *, watch: Watcher, kind: str) -> Path:
    """Do what is still to be done, then publish the folder."""
    started, data, told = now(), images_hash(setting.loaded), resolved(setting)
    patients = sketch(picture.tobytes() for picture in setting.loaded.cohort.pixels)
    record_start(setting.draft, kind=kind, data=data, patients=patients, config=told)
    evidence, seconds = pipeline.carry_out(tasks, setting.draft, watch=watch)
    about = pipeline.about_run(
        setting.config,
        setting.judge,
        kind=kind,
        started=started,
        stages=seconds,
        hashes=(setting.draft.key, data),
    )
    if kind == "run" and any(each.promise for each in evidence):
        about["budget"] = budget_told(ledger_of(setting.config, setting.loaded))
    return pipeline.conclude(
        evidence,
        setting.draft,
        setting.judge,
        about=about,
        cohort=describe(setting.loaded, policy=setting.judge.policy),
        config=told,
    )


def resolved(setting: ImageSetting) -> dict[str, Any]:
    """The config with its schema inside it, so that it repeats the run by itself."""
    content, metadata = setting.config.resolved(), setting.loaded.cohort.metadata
    if setting.config.cohort.schema is not None and metadata is not None:
        content["cohort"]["schema"] = metadata.schema.to_dict()
    return content


def images_hash(loaded: LoadedImages) -> str:
    """The keyed hash of the pictures, their classes and whose they are."""
    cohort = loaded.cohort
    parts = (cohort.pixels, cohort.labels, cohort.groups)
    return keyed_hash(b"\x1e".join([*(part.tobytes() for part in parts), repr(cohort.classes).encode()]))


def release_key(
    config: Config, loaded: LoadedImages, judge: Judge, release: ImageRelease | None = None
) -> str:
    """What this config makes of these pictures, 16 hex digits."""
    data = images_hash(loaded)
    if release is not None:
        data += keyed_hash(release.pixels.tobytes() + release.labels.tobytes())
    # A larger budget changes no result: who was refused for want of it can raise it and resume.
    told = {key: value for key, value in config.resolved().items() if key != "budget"}
    text = json.dumps(told, sort_keys=True, default=str) + repr(judge.policy) + data
    return hashlib.sha256(text.encode()).hexdigest()[:16]
