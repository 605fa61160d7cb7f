"""Read a config: YAML in, one frozen record out, unknown keys refused."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from cohort.errors import ConfigError, Problem
from cohort.yaml_text import load_yaml
from privacy.dp.budget import PrivacyBudget
from synthassay.augment.config import read_augmentation
from synthassay.config import REFERENCES, Candidate, CohortSource, Config, PopulationSource, Question
from synthassay.dp.config import read_audit
from synthassay.images import config as image_config
from synthassay.inference.config import read_inference
from synthassay.rare import read_rare
from synthassay.state import may_be_named
from synthassay.targeted.config import read_targeted

_KEYS = ("name", "cohort", "split", "candidates", "rows", "attacks", "references", "policy", "seed",
         "population", "risk", "targeted", "inference", "audit", "augment", "budget", "rare",
         "keep_models", "mark", "helped")  # fmt: skip
_COHORT_KEYS = ("data", "schema", "demo", "sheet", "holdout", "trained_on")
_NAME_SAFE = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-")


def read_config(path: Path, *, only_under: Path | None = None) -> Config:
    """Read a config file; paths in it are relative to its own folder.

    Parameters
    ----------
    path : Path
    only_under : Path, optional
        The folder outside which no file may be named, by whoever may start runs here and may not read
        all that this account can.

    Raises
    ------
    ConfigError
        With every problem found.
    """
    known = _Reader(where=str(path), folder=path.resolve().parent, only_under=only_under)
    return _read(read_content(path), known, name=path.stem)


def read_content(path: Path) -> Mapping[str, Any]:
    """What a config file says as it stands; raises `ConfigError` where it is no mapping in YAML."""
    try:
        content = load_yaml(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not YAML"
        what = f"the config cannot be read ({reason})."
        raise ConfigError(Problem(what=what, where=str(path), remedy="Give a YAML file.")) from None
    return _mapping(content, where=str(path))


def config_from_dict(content: Any, *, folder: Path, where: str = "config", name: str = "run") -> Config:
    """Read a config as it stands in YAML; raises `ConfigError` with every problem found."""
    return _read(content, _Reader(where=where, folder=folder), name=name)


def _mapping(content: Any, *, where: str) -> Mapping[str, Any]:
    if isinstance(content, Mapping):
        return content
    raise ConfigError(Problem(what="is not a mapping.", where=where, remedy="Write `cohort: ...`."))


def _read(content: Any, reader: "_Reader", *, name: str) -> Config:
    reader.refuse_unknown(_mapping(content, where=reader.where), _KEYS)
    split, source = (reader.mapping(content, key) for key in ("split", "cohort"))
    reader.refuse_unknown(split, ("holdout", "folds"), inside="split")
    config = Config(
        name=reader.safe_name(content.get("name", name)),
        cohort=reader.source(source),
        folds=reader.folds(split, source),
        holdout=reader.number(split, "holdout", 0.5, low=0.0, high=1.0),
        candidates=reader.candidates(content.get("candidates", [image_config.default_generator(source)])),
        rows=reader.number(content, "rows", 1.0, low=0.0, high=1000.0),
        attacks=reader.names(content, "attacks"),
        references=reader.references(content),
        policy=reader.policy(content.get("policy", "registered")),
        seed=reader.seed(content.get("seed", 0)),
        population=reader.population(content),
        risk=reader.question(reader.mapping(content, "risk")),
        targeted=read_targeted(content["targeted"], reader.wrong) if "targeted" in content else None,
        inference=read_inference(content["inference"], reader.wrong) if "inference" in content else None,
        audit=read_audit(content["audit"], reader.wrong) if "audit" in content else None,
        augment=read_augmentation(content["augment"], reader.wrong) if "augment" in content else None,
        budget=reader.budget(reader.mapping(content, "budget")) if "budget" in content else None,
        rare=read_rare(content.get("rare", "keep"), reader.wrong),
        keep_models=reader.flag(content, "keep_models"),
        visible_mark=image_config.read_mark(content, source, reader.wrong),
        helped=image_config.read_helped(content, source, reader.wrong),
    )
    if reader.problems:
        raise ConfigError(reader.problems)
    return config


class _Reader:
    """Reads parts of a config and collects what is wrong with them."""

    def __init__(self, *, where: str, folder: Path, only_under: Path | None = None) -> None:
        self.where = where
        self.folder = folder
        self.only_under = None if only_under is None else only_under.resolve()
        self.problems: list[Problem] = []

    def wrong(self, what: str, remedy: str) -> None:
        self.problems.append(Problem(what=what, where=self.where, remedy=remedy))

    def refuse_unknown(self, part: Mapping[str, Any], known: Sequence[str], *, inside: str = "") -> None:
        for key in part:
            if key not in known:
                place = f" in {inside}" if inside else ""
                self.wrong(f"unknown key {key!r}{place}.", f"Known keys: {', '.join(known)}.")

    def mapping(self, part: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = part.get(key) or {}
        if isinstance(value, Mapping):
            return value
        self.wrong(f"{key} is not a mapping.", f"Write {key}: {{...}}.")
        return {}

    def number(self, part: Mapping[str, Any], key: str, default: float, *, low: float, high: float) -> float:
        value = part.get(key, default)
        if isinstance(value, int | float) and not isinstance(value, bool) and low < value < high:
            return float(value)
        self.wrong(
            f"{key}: {value!r} is not a number between {low:g} and {high:g}.", f"Default: {default:g}."
        )
        return default

    def folds(self, split: Mapping[str, Any], source: Mapping[str, Any]) -> int:
        """2 where the cohort is to be cross-fitted, and nothing else says who is set aside."""
        if "folds" not in split:
            return 1
        if split["folds"] != 2:
            what = f"folds: {split['folds']!r} is not 2, and persons can only be cross-fitted by halves."
            self.wrong(what, "Write split: {folds: 2}, or split: {holdout: 0.5}.")
        if "holdout" in split:
            what = "split has both folds and holdout."
            self.wrong(what, "Keep holdout to set persons aside, or folds: 2 to set each half aside in turn.")
        if "holdout" in source:
            what = "split: {folds: 2} does not go with a cohort that has a holdout file."
            self.wrong(what, "Leave split out, or put everybody into data and leave cohort's holdout out.")
        return 2

    def seed(self, value: Any) -> int:
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
        self.wrong(f"seed: {value!r} is not a whole number from 0.", "Write seed: 0.")
        return 0

    def safe_name(self, value: Any) -> str:
        """A name that can be part of a path on every platform."""
        name = str(value)
        if name and set(name) <= _NAME_SAFE and not name.startswith("."):
            return name
        self.wrong(f"name {name!r} cannot name a folder.", "Use letters, digits, '-', '_' and '.'.")
        return "run"

    def flag(self, content: Mapping[str, Any], key: str) -> bool:
        value = content.get(key, False)
        if isinstance(value, bool):
            return value
        self.wrong(f"{key}: {value!r} is neither true nor false.", f"Write {key}: true, or leave it out.")
        return False

    def names(self, content: Mapping[str, Any], key: str) -> tuple[str, ...] | None:
        value = content.get(key, "default")
        if value == "default":
            return None
        if isinstance(value, list):
            return tuple(str(each) for each in value)
        self.wrong(f"{key}: {value!r} is not a list.", f"Write {key}: default, or a list of names.")
        return None

    def references(self, content: Mapping[str, Any]) -> tuple[str, ...]:
        named = self.names(content, "references")
        for name in named or ():
            if name not in REFERENCES:
                self.wrong(f"unknown reference {name!r}.", f"Use some of: {', '.join(REFERENCES)}.")
        return REFERENCES if named is None else named

    def path(self, value: Any) -> Path:
        found = (self.folder / str(value)).resolve()
        if self.only_under is not None and not may_be_named(found, under=self.only_under):
            what = f"{value} may not be named here: it does not lie under {self.only_under}."
            self.wrong(
                what, "Put the file there, or ask whoever runs SynthAssay here to name another folder."
            )
        return found

    def schema(self, value: Any) -> Path | Mapping[str, Any]:
        """A schema's path, or the schema that stands inline with the paths of its hierarchies."""
        if not isinstance(value, Mapping) or not isinstance(value.get("columns"), Mapping):
            return value if isinstance(value, Mapping) else self.path(value)
        columns = {
            name: {**column, "hierarchy": str(self.path(column["hierarchy"]))}
            if isinstance(column, Mapping) and isinstance(column.get("hierarchy"), str)
            else column
            for name, column in value["columns"].items()
        }
        return {**value, "columns": columns}

    def policy(self, value: Any) -> str | Path:
        """A path where it looks like one, else the name of a bundled profile."""
        text = str(value)
        return self.path(text) if text.endswith((".yaml", ".yml")) else text

    def source(self, part: Mapping[str, Any]) -> CohortSource:
        images = image_config.shows_images(part)
        self.refuse_unknown(part, (*_COHORT_KEYS, *(image_config.KEYS if images else ())), inside="cohort")
        if not images and ("data" in part) == ("demo" in part):
            self.wrong("cohort needs either data or demo.", "Write cohort: {data: FILE, schema: FILE}.")
        if "data" in part and "schema" not in part:
            self.wrong("cohort has no schema.", "Draft one with `synthassay inspect DATA --out schema.yaml`.")
        schema = part.get("schema")
        trained_on = str(part.get("trained_on", "unknown"))
        return CohortSource(
            data=self.path(part["data"]) if "data" in part else None,
            schema=None if schema is None else self.schema(schema),
            demo=None if "demo" not in part else str(part["demo"]),
            sheet=None if "sheet" not in part else str(part["sheet"]),
            holdout=self.path(part["holdout"]) if "holdout" in part else None,
            trained_on=trained_on if trained_on in ("all", "unknown") else self.path(trained_on),
            pictures=image_config.read_source(part, self.path, self.wrong) if images else None,
        )

    def population(self, content: Mapping[str, Any]) -> PopulationSource | None:
        part = self.mapping(content, "population")
        self.refuse_unknown(part, ("counts", "fraction", "source"), inside="population")
        if not part:
            return None
        if ("counts" in part) == ("fraction" in part):
            remedy = "Write population: {counts: population.csv}, or {fraction: 0.4, source: TEXT}."
            self.wrong("population needs either counts or a fraction.", remedy)
        return PopulationSource(
            counts=self.path(part["counts"]) if "counts" in part else None,
            fraction=self.fraction(part["fraction"]) if "fraction" in part else None,
            source=str(part.get("source", "")),
        )

    def fraction(self, value: Any) -> float | None:
        if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value <= 1:
            return float(value)
        what = f"fraction: {value!r} is not a number above 0 and at most 1."
        self.wrong(what, "Write fraction: 0.4, or 1 where everybody with the disease is in the cohort.")
        return None

    def question(self, part: Mapping[str, Any]) -> Question:
        self.refuse_unknown(part, ("drop", "coarsen", "within"), inside="risk")
        coarsen = self.mapping(part, "coarsen")
        return Question(
            drop=tuple(str(name) for name in part.get("drop") or ()),
            coarsen={str(name): str(level) for name, level in coarsen.items()},
            within=None if part.get("within") is None else str(part["within"]),
        )

    def budget(self, part: Mapping[str, Any]) -> PrivacyBudget | None:
        self.refuse_unknown(part, ("epsilon", "delta"), inside="budget")
        if missing := [key for key in ("epsilon", "delta") if key not in part]:
            self.wrong(
                f"budget has no {' and no '.join(missing)}.", "Write budget: {epsilon: 10, delta: 1.0e-4}."
            )
            return None
        try:
            return PrivacyBudget(epsilon=part["epsilon"], delta=part["delta"])
        except ConfigError as error:
            for problem in error.problems:
                self.wrong(f"budget: {problem.what}", problem.remedy)
            return None

    def candidates(self, listed: Any) -> tuple[Candidate, ...]:
        entries = listed if isinstance(listed, list) else [listed]
        found = [self.candidate(entry) for entry in entries]
        names = [candidate.name for candidate in found]
        for name in sorted({name for name in names if names.count(name) > 1}):
            self.wrong(
                f"two candidates are named {name!r}.", "Give one of them a name: {synth: ..., name: ...}."
            )
        for name in sorted(set(names) & {*REFERENCES, "release"}):
            self.wrong(f"a candidate may not be named {name!r}.", "That name belongs to a reference point.")
        return tuple(found)

    def candidate(self, entry: Any) -> Candidate:
        if isinstance(entry, str):
            return Candidate(name=self.safe_name(entry), synth=entry)
        if not isinstance(entry, Mapping) or "synth" not in entry:
            self.wrong(
                f"candidate {entry!r} names no generator.", "Write trees, or {synth: ctgan, steps: 2000}."
            )
            return Candidate(name="unknown", synth="unknown")
        options = {str(key): value for key, value in entry.items() if key not in ("synth", "name")}
        if options.get("related") is not None:
            options["related"] = self.path(options["related"])
        if self.only_under is not None and "checkpoint" in options:
            self.wrong("checkpoint may not be named here.", "Leave it out.")
        synth = str(entry["synth"])
        return Candidate(name=self.safe_name(entry.get("name", synth)), synth=synth, options=options)
