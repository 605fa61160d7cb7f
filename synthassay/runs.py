"""Read run folders: the contract between engine, dashboard, report and every test."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Self

from cohort.errors import InputError, Problem
from cohort.findings import Finding, Severity
from privacy.estimates import RiskEstimate
from synthassay.formats import refuse_later
from synthassay.verdicts import Judgement, Verdict
from utility.scores import UtilityScore

PARTIAL = ".partial"
RISK = "risk"
"""The kind of a folder that tells the linkage risk of a cohort, and judges no release."""
AUGMENT = "augment"
"""The kind of a folder with rows for a scarce class, which nobody has judged."""
PICTURES = "images"
"""Inside a release: the folder of what a generator of images minted."""
_JUDGED = ("run", "assay", "")  # a folder that cannot be read is shown, and says so


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What was measured of one candidate.

    Parameters
    ----------
    candidate : str
        Its name in the run.
    made_by : str
        The generator, or who sent the release.
    reference : bool
        Whether it is a reference point of the frontier: evidence, never data.
    rows : int
        Synthetic rows measured.
    guarantee : str
        The formal guarantee in words.
    promise : dict
        The formal guarantee for programs, and its worth for a board: ``{"epsilon", "delta", "rows",
        "words"}``; empty without one. With one, everything below was computed without noise on the
        patients whom it protects, and is internal.
    utility : tuple of UtilityScore
        How useful it is.
    risks : tuple of RiskEstimate
        How private it is.
    quantities : dict
        What the policy's criteria read: name to ``{"value", "low", "high", "reason"}``.
    linkage : dict
        Equivalence classes on the quasi-identifiers, of train and of the release.
    exposure : dict
        Who of the train persons looks exposed, and which rare groups; internal.
    targeted : dict
        What an attacker gains who refits the generator, where that was asked for; internal.
    inference : dict
        Whether coefficients may be analysed, where that was asked for: ``{"releases", "analyses"}``, or
        ``{"reason"}``.
    audit : dict
        Proven bound, shown bound and the method's cap, where that was asked for; or ``{"reason"}``;
        internal.
    chosen : tuple of dict
        Of `auto`: ``{"generator", "options", "why", "metric", "tried": [...]}`` for what was chosen;
        one for each half where the cohort is cross-fitted.
    findings : tuple of Finding
        What was noticed.
    verdict : Verdict, optional
        What the policy says; None where the candidate failed.
    failure : str
        Why there is no release; "" where there is one.
    """

    candidate: str
    made_by: str
    reference: bool = False
    rows: int = 0
    guarantee: str = "no formal guarantee"
    promise: dict[str, Any] = field(default_factory=dict)
    utility: tuple[UtilityScore, ...] = ()
    risks: tuple[RiskEstimate, ...] = ()
    quantities: dict[str, dict[str, Any]] = field(default_factory=dict)
    linkage: dict[str, Any] = field(default_factory=dict)
    exposure: dict[str, Any] = field(default_factory=dict)
    targeted: dict[str, Any] = field(default_factory=dict)
    inference: dict[str, Any] = field(default_factory=dict)
    audit: dict[str, Any] = field(default_factory=dict)
    chosen: tuple[dict[str, Any], ...] = ()
    findings: tuple[Finding, ...] = ()
    verdict: Verdict | None = None
    failure: str = ""

    def risk(self, attack: str) -> RiskEstimate | None:
        """The estimate of one attack, if it was run."""
        return next((risk for risk in self.risks if risk.attack == attack), None)

    def to_dict(self) -> dict[str, Any]:
        """As it stands in ``evidence/<candidate>.json``."""
        return {
            **{key: getattr(self, key) for key in ("candidate", "made_by", "reference", "rows")},
            "guarantee": self.guarantee,
            **({"promise": self.promise} if self.promise else {}),
            "utility": [score.to_dict() for score in self.utility],
            "risks": [risk.to_dict() for risk in self.risks],
            "quantities": self.quantities,
            "linkage": self.linkage,
            "exposure": self.exposure,
            **({"targeted": self.targeted} if self.targeted else {}),
            **({"inference": self.inference} if self.inference else {}),
            **({"audit": self.audit} if self.audit else {}),
            **({"chosen": list(self.chosen)} if self.chosen else {}),
            "findings": [asdict(finding) for finding in self.findings],
            "verdict": None if self.verdict is None else self.verdict.to_dict(),
            "failure": self.failure,
        }

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Read from ``evidence/<candidate>.json``."""
        verdict = content["verdict"]
        return cls(
            **{
                **content,
                "utility": tuple(UtilityScore.from_dict(score) for score in content["utility"]),
                "risks": tuple(RiskEstimate.from_dict(risk) for risk in content["risks"]),
                "chosen": tuple(content.get("chosen", ())),
                "findings": tuple(_finding(entry) for entry in content["findings"]),
                "verdict": None if verdict is None else Verdict.from_dict(verdict),
            }
        )


@dataclass(frozen=True, kw_only=True)
class Run:
    """A finished run, as its folder tells it.

    Parameters
    ----------
    folder : Path
        Where it stands.
    about : dict
        ``run.json``: name, kind, started, ended, seed, versions, stages, requested candidates.
    cohort : dict
        ``cohort.json``: schema, counts and the suppressed profile.
    frontier : dict
        ``frontier.json``: ``points``, ``region`` and the axes' names.
    evidence : tuple of Evidence
        Reference points first, then the candidates in the config's order.
    """

    folder: Path
    about: dict[str, Any]
    cohort: dict[str, Any]
    frontier: dict[str, Any]
    evidence: tuple[Evidence, ...]

    @property
    def candidates(self) -> tuple[Evidence, ...]:
        """What was asked for, reference points left out."""
        return tuple(each for each in self.evidence if not each.reference)

    @property
    def verdicts(self) -> dict[str, str]:
        """Of each candidate that was asked for, ``failed`` where no release was made."""
        return {
            each.candidate: "failed" if each.verdict is None else each.verdict.judgement.value
            for each in self.candidates
        }

    @property
    def promises(self) -> tuple[Evidence, ...]:
        """The candidates with a formal guarantee."""
        return tuple(each for each in self.evidence if each.promise)

    @property
    def judged_references(self) -> tuple[Evidence, ...]:
        """The reference points that the policy was held against: the patients themselves."""
        return tuple(
            each
            for each in self.evidence
            if each.reference and each.verdict and each.verdict.judgement is not Judgement.REFERENCE
        )

    def of(self, candidate: str) -> Evidence:
        """The evidence of one candidate; `KeyError` where the run has none."""
        for each in self.evidence:
            if each.candidate == candidate:
                return each
        raise KeyError(candidate)

    @property
    def fresh_risks(self) -> tuple[RiskEstimate, ...]:
        """The negative controls: the same attacks with fresh real patients as the release."""
        return next((each.risks for each in self.evidence if each.candidate == "holdout"), ())

    def fresh(self, attack: str) -> RiskEstimate | None:
        """The negative control of one attack."""
        return next((risk for risk in self.fresh_risks if risk.attack == attack), None)


@dataclass(frozen=True, kw_only=True)
class RiskRun:
    """A cohort's linkage risk, as its folder tells it; internal, for it holds small counts.

    Parameters
    ----------
    folder : Path
        Where it stands.
    about : dict
        ``run.json``: name, kind, started, ended, versions.
    cohort : dict
        ``cohort.json``: schema, counts and the suppressed profile.
    risk : dict
        ``risk.json``.
    """

    folder: Path
    about: dict[str, Any]
    cohort: dict[str, Any]
    risk: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class AugmentRun:
    """Rows minted for a scarce class, as their folder tells it; internal, for it holds small counts.

    Parameters
    ----------
    folder : Path
        Where it stands.
    about : dict
        ``run.json``: name, kind, started, ended, versions.
    augment : dict
        ``augment.json``.
    """

    folder: Path
    about: dict[str, Any]
    augment: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far a run in progress is.

    Parameters
    ----------
    pid : int
        The process at work.
    name, stage : str
        The run's name, and what it is doing.
    share : float, in [0, 1]
        How much is done.
    seconds_left : float, optional
        None before anything can be said.
    """

    pid: int
    name: str
    stage: str
    share: float
    seconds_left: float | None = None


def read_run(folder: Path) -> Run:
    """Read a finished run.

    Raises
    ------
    InputError
        Where the folder is no finished run.
    """
    try:
        about = _json(folder / "run.json")
        refuse_later(about, folder)
        order = about["evidence"]
        return Run(
            folder=folder,
            about=about,
            cohort=_json(folder / "cohort.json"),
            frontier=_json(folder / "frontier.json"),
            evidence=tuple(Evidence.from_dict(_json(folder / "evidence" / f"{name}.json")) for name in order),
        )
    except InputError:
        raise
    except (OSError, KeyError, TypeError, ValueError) as error:
        what = f"is not a finished run ({type(error).__name__} while reading it)."
        remedy = "Name a folder that `synthassay run` printed."
        raise InputError(Problem(what=what, where=str(folder), remedy=remedy)) from None


def read_risk(folder: Path) -> RiskRun:
    """Read a folder that tells a cohort's linkage risk.

    Raises
    ------
    InputError
        Where the folder is none.
    """
    about, cohort, risk = _contents(folder, "run", "cohort", "risk", no="linkage risk", by="risk")
    return RiskRun(folder=folder, about=about, cohort=cohort, risk=risk)


def read_augment(folder: Path) -> AugmentRun:
    """Read a folder with rows for a scarce class.

    Raises
    ------
    InputError
        Where the folder is none.
    """
    about, augment = _contents(folder, "run", "augment", no="topped-up class", by="augment")
    return AugmentRun(folder=folder, about=about, augment=augment)


def _contents(folder: Path, *names: str, no: str, by: str) -> list[dict[str, Any]]:
    try:
        contents = [_json(folder / f"{name}.json") for name in names]
    except (OSError, ValueError) as error:
        what = f"holds no {no} ({type(error).__name__} while reading it)."
        remedy = f"Name a folder that `synthassay {by}` printed."
        raise InputError(Problem(what=what, where=str(folder), remedy=remedy)) from None
    refuse_later(contents[0], folder)
    return contents


def list_runs(folder: Path) -> list[Path]:
    """The finished runs under ``folder``, newest first; unfinished ones are not among them."""
    return [each for each in _finished(folder) if _kind(each) in _JUDGED]


def finished_run(folder: Path, *, name: str, key: str) -> Path | None:
    """The finished run under ``folder`` that came of a config and data of this hash."""
    found = (each for each in folder.glob(f"{name}-*-{key[:8]}") if _told(each, "config_hash") == key)
    return next(found, None)


def list_risks(folder: Path) -> list[Path]:
    """The folders under ``folder`` that tell a cohort's linkage risk, newest first."""
    return [each for each in _finished(folder) if _kind(each) == RISK]


def list_augments(folder: Path) -> list[Path]:
    """The folders under ``folder`` with rows for a scarce class, newest first."""
    return [each for each in _finished(folder) if _kind(each) == AUGMENT]


def _finished(folder: Path) -> list[Path]:
    if not folder.is_dir():
        return []
    found = [each for each in folder.iterdir() if (each / "run.json").is_file() and each.name[0] != "."]
    return sorted(found, key=_started, reverse=True)


def _kind(folder: Path) -> str:
    return _told(folder, "kind")


def _started(folder: Path) -> str:
    return _told(folder, "started")


def _told(folder: Path, key: str) -> str:
    """What a folder says of itself; "" where that cannot be read, so that it hides no other."""
    try:
        return str(_json(folder / "run.json").get(key, ""))
    except (OSError, ValueError):
        return ""


def read_progress(folder: Path) -> list[Progress]:
    """The runs in progress under ``folder``, or left there by a process that died."""
    found = []
    for path in sorted(folder.glob(f"{PARTIAL}/*/progress.json")):
        try:
            found.append(Progress(**_json(path)))
        except (OSError, TypeError, ValueError):
            continue  # a process is just writing it, or was stopped while it did
    return found


def _json(path: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content


def _finding(entry: dict[str, Any]) -> Finding:
    return Finding(**{**entry, "severity": Severity(entry["severity"])})
