"""What a config says: frozen records, and the YAML that repeats them."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from privacy.dp.budget import PrivacyBudget
from synth.rare import RarePolicy
from synthassay.augment.config import Augmentation
from synthassay.dp.config import AuditPlan
from synthassay.images.config import ImageSource
from synthassay.inference.config import InferenceStudy
from synthassay.targeted.config import Targeted

REFERENCES = ("copy", "holdout", "independent")


@dataclass(frozen=True, kw_only=True)
class CohortSource:
    """Where the cohort comes from: a file under a schema, or an embedded demo.

    Parameters
    ----------
    data : Path, optional
        A CSV, Parquet or Excel file.
    schema : Path or mapping, optional
        A schema file, or the schema itself.
    demo : str, optional
        The name of an embedded cohort, instead of ``data``.
    sheet : str, optional
        Of an Excel file.
    holdout : Path, optional
        Persons of the same kind from whom nothing was made; then there is no further split.
    trained_on : str or Path
        For a release made elsewhere: ``all``, ``unknown``, or the file of the rows it was made
        from; the other rows of ``data`` are then the holdout.
    pictures : ImageSource, optional
        Of a cohort of images: where they lie; the schema is then their metadata's.
    """

    data: Path | None = None
    schema: Path | Mapping[str, Any] | None = None
    demo: str | None = None
    sheet: str | None = None
    holdout: Path | None = None
    trained_on: str | Path = "unknown"
    pictures: ImageSource | None = None

    def resolved(self) -> dict[str, Any]:
        """As it stands in a config."""
        told = {k: v for k, v in vars(self).items() if v is not None and k != "pictures"}
        plain = {key: str(value) if isinstance(value, Path) else value for key, value in told.items()}
        return {**({} if self.pictures is None else self.pictures.to_dict()), **plain}


@dataclass(frozen=True, kw_only=True)
class PopulationSource:
    """What is known of everybody with the disease, for `risk`.

    Parameters
    ----------
    counts : Path, optional
        Inhabitants and a prevalence, each with its source; see `cohort.public_counts.read_public_counts`.
    fraction : float, in (0, 1], optional
        The share of everybody with the disease who is in the cohort; 1 for a register of all.
    source : str
        Where ``fraction`` comes from.
    """

    counts: Path | None = None
    fraction: float | None = None
    source: str = ""


@dataclass(frozen=True, kw_only=True)
class Question:
    """What `risk` is asked of a cohort.

    Parameters
    ----------
    drop : tuple of str
        Quasi-identifiers that nobody is to see.
    coarsen : dict of str to str
        Quasi-identifiers with the level at which they are shown, by number or as spelled.
    within : str, optional
        A column that the attacker knows besides; the risk is told for each of its levels.
    """

    drop: tuple[str, ...] = ()
    coarsen: Mapping[str, str] = field(default_factory=dict, hash=False)
    within: str | None = None


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A generator with its options, under the name that its release will bear."""

    name: str
    synth: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Config:
    """Everything that decides a run.

    Parameters
    ----------
    name : str
        Of the run's folder.
    cohort : CohortSource
        Where the cohort comes from.
    holdout : float, in (0, 1)
        The share of persons set aside.
    folds : int, 1 or 2
        2 cross-fits: mint on each half of the persons, and attack with the other as control.
    candidates : tuple of Candidate
        What to mint.
    rows : float, > 0
        Synthetic rows for each training row.
    attacks : tuple of str, optional
        None is the default list; empty measures use only.
    references : tuple of str
        The reference points of the frontier.
    policy : str or Path
        A bundled profile or a file.
    seed : int
        Of everything random.
    population : PopulationSource, optional
        Everybody with the disease, for `risk`.
    risk : Question
        What `risk` is asked besides.
    targeted : Targeted, optional
        None plays no targeted game: it refits each candidate hundreds of times.
    inference : InferenceStudy, optional
        None does not ask whether coefficients may be analysed: it fits each candidate 20 times.
    audit : AuditPlan, optional
        None audits no candidate: it fits one with a guarantee hundreds of times.
    augment : Augmentation, optional
        What `augment` is asked.
    rare : RarePolicy
        What becomes of rare categories before a generator sees them.
    visible_mark : bool
        Whether each synthetic picture says so on itself, beside the text in its file.
    helped : int
        Of pictures: trainings of each way by which a run tells whether they help; 0 does not ask.
    keep_models : bool
        Whether each candidate's fitted model is written, inside the house.
    budget : PrivacyBudget, optional
        What all releases of this data set with a formal guarantee may spend together; None is
        `synthassay.dp.spending.default_cap`.
    """

    name: str
    cohort: CohortSource
    holdout: float = 0.5
    folds: int = 1
    candidates: tuple[Candidate, ...] = (Candidate(name="auto", synth="auto"),)
    rows: float = 1.0
    attacks: tuple[str, ...] | None = None
    references: tuple[str, ...] = REFERENCES
    policy: str | Path = "registered"
    seed: int = 0
    population: PopulationSource | None = None
    risk: Question = field(default_factory=Question)
    targeted: Targeted | None = None
    inference: InferenceStudy | None = None
    audit: AuditPlan | None = None
    augment: Augmentation | None = None
    budget: PrivacyBudget | None = None
    rare: RarePolicy = field(default_factory=RarePolicy)
    keep_models: bool = False
    visible_mark: bool = False
    helped: int = 0

    def resolved(self) -> dict[str, Any]:
        """As plain YAML that repeats the run from any folder."""
        return {
            "name": self.name,
            "cohort": self.cohort.resolved(),
            "split": {"folds": self.folds} if self.folds > 1 else {"holdout": self.holdout},
            "candidates": [
                {"synth": each.synth, "name": each.name, **_paths_told(each.options)}
                for each in self.candidates
            ],
            "rows": self.rows,
            "attacks": "default" if self.attacks is None else list(self.attacks),
            "references": list(self.references),
            "policy": str(self.policy),
            "seed": self.seed,
            **({} if self.population is None else {"population": _told(vars(self.population))}),
            **({} if self.risk == Question() else {"risk": _told(vars(self.risk))}),
            **({} if self.targeted is None else {"targeted": asdict(self.targeted)}),
            **({} if self.inference is None else {"inference": asdict(self.inference)}),
            **({} if self.audit is None else {"audit": asdict(self.audit)}),
            **({} if self.augment is None else {"augment": self.augment.to_dict()}),
            **({} if self.budget is None else {"budget": asdict(self.budget)}),
            **(
                {}
                if self.rare == RarePolicy()
                else {"rare": {**asdict(self.rare), "treatment": self.rare.treatment.value}}
            ),
            **({"keep_models": True} if self.keep_models else {}),
            **({"mark": "visible"} if self.visible_mark else {}),
            **({"helped": self.helped} if self.helped else {}),
        }


def _paths_told(options: Mapping[str, Any]) -> dict[str, Any]:
    return {key: str(value) if isinstance(value, Path) else value for key, value in options.items()}


def _told(record: Mapping[str, Any]) -> dict[str, Any]:
    """A record as YAML, what it leaves open left out."""
    plain = {key: list(value) if isinstance(value, tuple) else value for key, value in record.items()}
    return {key: str(value) if isinstance(value, Path) else value for key, value in plain.items() if value}
