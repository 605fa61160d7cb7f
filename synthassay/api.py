"""The Python API: what a notebook needs, and what the command line itself calls."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, cast

import pandas as pd

from cohort.cohort import Cohort
from cohort.draft import draft_schema
from cohort.errors import ConfigError, Problem
from cohort.images import ImageCohort, ImageRelease, ImageSplit
from cohort.readers import cohort_from_frame, read_cohort, read_release
from cohort.release import Release, stacked
from cohort.schema import Schema
from cohort.split import Split
from privacy.attacks.registry import find_attacks
from synth.protocols import Synthesizer
from synthassay import pipeline
from synthassay.config import Candidate, Config
from synthassay.config_reader import read_config
from synthassay.evaluate import Evaluation, Judge, evaluate
from synthassay.generators import synthesizer as _synthesizer
from synthassay.images.config import GENERATORS as IMAGE_GENERATORS
from synthassay.policy import read_policy
from synthassay.runs import Evidence, Run, read_run
from synthassay.targeted.game import targeted_game
from synthassay.verdicts import Verdict

__all__ = ["Report", "assay", "draft_schema", "read", "read_images", "run", "synthesizer", "targeted_game"]


def read(
    source: str | Path | pd.DataFrame,
    *,
    schema: str | Path | Schema,
    sheet: str | None = None,
    name: str | None = None,
) -> Cohort:
    """Read a cohort from a file or a DataFrame.

    Parameters
    ----------
    source : path or DataFrame
        CSV, Parquet or Excel; a DataFrame is not changed.
    schema : path or Schema
        What each column is; `draft_schema` proposes one.
    sheet : str, optional
        Of an Excel file.
    name : str, optional
        What the cohort is called.

    Raises
    ------
    InputError
        With every problem of the file and of the schema.
    """
    known = schema if isinstance(schema, Schema) else Schema.from_yaml(Path(schema))
    if isinstance(source, pd.DataFrame):
        return cohort_from_frame(source, known, name=name or "cohort")
    return read_cohort(Path(source), known, sheet=sheet, name=name)


def read_images(
    images: str | Path,
    *,
    metadata: str | Path | None = None,
    label: str = "dx",
    group: str | None = None,
    image: str = "image_id",
    schema: str | Path | Schema | None = None,
    size: int = 32,
) -> ImageCohort:
    """Read a cohort of pictures, as the config's ``cohort: {images: ...}`` does; needs torch.

    Parameters
    ----------
    images : path
        A folder of pictures, a folder with one folder a class, or a MedMNIST ``.npz``.
    metadata : path, optional
        A table with one row a picture; without one, folders are the classes.
    label, group, image : str, optional
        Its columns with the class, the lesion or patient, and the picture's name. Without a group,
        pictures that are nearly one picture are grouped, and two views of a lesion are not.
    schema : path or Schema, optional
        Of the metadata, which are otherwise not read.
    size : int
        Pixels a side, to which every picture's middle square is brought.

    Raises
    ------
    DataError
        With every problem found.
    """
    known = Schema.from_yaml(Path(schema)) if isinstance(schema, str | Path) else schema
    readers: Any = import_module("gan_images.readers")
    layout = readers.Layout(
        images=Path(images),
        metadata=None if metadata is None else Path(metadata),
        image=image,
        label=label,
        group=group,
        schema=known,
        size=size,
    )
    cohort: ImageCohort = readers.read_images(layout)
    return cohort


def synthesizer(name: str, **options: object) -> Synthesizer:
    """A generator by its name, such as ``synthesizer("trees", leaf=20)``, or ``"gan"`` for pictures.

    ``synthesizer("auto")`` chooses one by folds of the train persons that it is fitted to; what it
    chose, and why, stands in ``.choice`` of what ``fit`` returns.
    """
    if name in IMAGE_GENERATORS:
        made: Any = import_module("synthassay.images.generators")
        return cast(Synthesizer, made.generator(Candidate(name=name, synth=name, options=options)))
    return _synthesizer(name, options)


def run(config: str | Path | Config, *, out: str | Path = "runs") -> Run:
    """Run a config end to end and read the finished folder."""
    known = config if isinstance(config, Config) else read_config(Path(config))
    return read_run(pipeline.run(known, out=Path(out)))


def assay(
    release: Release | ImageRelease | pd.DataFrame | str | Path | Sequence[Release],
    split: Split | ImageSplit,
    *,
    policy: str | Path = "registered",
    attacks: Sequence[str] | None = None,
    seed: int = 0,
) -> "Report":
    """Measure, attack and judge a release, whoever made it.

    Parameters
    ----------
    release : Release, DataFrame, ImageRelease, path, or sequence of Release
        What would leave; of pictures also their folder, with one folder a class. For a split that is
        cross-fitted one release from the train of each of ``split.folds``, in their order; what
        would leave is then their rows, one below the other.
    split : Split or ImageSplit
        Who it was made from, and who was set aside.
    policy : str or path
        A bundled profile or a file.
    attacks : sequence of str, optional
        None is the default list.
    seed : int
        Of resampling and attacks.

    Returns
    -------
    Report
        Risks, utility and verdict; nothing is written before `Report.save`.

    Raises
    ------
    ConfigError
        Where there are not as many releases as folds.
    """
    judge = Judge(policy=read_policy(policy), attacks=None if attacks is None else tuple(attacks))
    if isinstance(split, ImageSplit):
        pictures, evaluation = _images().assay(release, split, judge, seed=seed)
        return Report(release=pictures, split=split, judge=judge, evaluation=evaluation, seed=seed)
    find_attacks(attacks)
    known = _as_release(release, split)
    evaluation = evaluate(known, split, judge, candidate="release", seed=seed)
    return Report(release=known, split=split, judge=judge, evaluation=evaluation, seed=seed)


def _images() -> Any:
    """The same for pictures; with it comes torch, which no table needs."""
    return import_module("synthassay.images.api")


def _as_release(
    release: Release | ImageRelease | pd.DataFrame | str | Path | Sequence[Release], split: Split
) -> Release:
    if isinstance(release, Release):
        return release
    if isinstance(release, ImageRelease | str | Path):
        what = "a split of a table goes with a table's release."
        remedy = "Give a Release or a DataFrame; or for pictures the split of `read_images`."
        raise ConfigError(Problem(what=what, where="assay", remedy=remedy))
    if not isinstance(release, pd.DataFrame):
        return stacked(release)
    schema = split.train.schema
    return Release(table=read_release(release, schema), schema=schema, made_by="another tool")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Report:
    """What an assay found.

    Parameters
    ----------
    release : Release or ImageRelease
        What was assayed.
    split : Split or ImageSplit
        Against whom.
    """

    release: Release | ImageRelease
    split: Split | ImageSplit
    judge: Judge
    evaluation: Evaluation
    seed: int = 0

    @property
    def evidence(self) -> Evidence:
        """Everything that was measured."""
        return self.evaluation.evidence

    @property
    def risks(self) -> pd.DataFrame:
        """One row an attack: rates on train and control, excess with its interval, p, detectable share."""
        return pd.DataFrame([risk.to_dict() for risk in self.evidence.risks])

    @property
    def utility(self) -> pd.DataFrame:
        """One row a measure: value with its interval, beside the same on real patients."""
        return pd.DataFrame([score.to_dict() for score in self.evidence.utility])

    @property
    def verdict(self) -> Verdict:
        """What the policy says."""
        if self.evidence.verdict is None:
            raise ValueError("a report always has a verdict")
        return self.evidence.verdict

    def save(self, out: str | Path = "runs") -> Path:
        """Write a run folder, as the command line does, and return its path."""
        writer: Any = _images() if isinstance(self.split, ImageSplit) else pipeline
        folder: Path = writer.save(
            self.release, self.split, self.judge, self.evaluation, out=Path(out), seed=self.seed
        )
        return folder

    def __repr__(self) -> str:
        verdict = self.verdict
        lines = [f"{verdict.judgement.symbol} {verdict.judgement.value}: {verdict.sentence}"]
        lines += [f"  {each.judgement.symbol} {each.title}: {each.sentence}" for each in verdict.criteria]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{each.judgement.symbol}</td><td>{each.title}</td><td>{each.sentence}</td></tr>"
            for each in self.verdict.criteria
        )
        head = (
            f"<b>{self.verdict.judgement.symbol} {self.verdict.judgement.value}</b>: {self.verdict.sentence}"
        )
        return f"<p>{head}</p><table>{rows}</table>{self.risks.to_html(index=False)}"
