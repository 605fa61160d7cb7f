"""The card of a released package: a datasheet and a model card in one, for programs and for people.

Datasheets for datasets: Gebru et al. 2021, doi:10.1145/3458723. Model cards: Mitchell et al. 2019,
doi:10.1145/3287560.3287596. A public card holds words and rounded scores, and no count of patients:
one more or one fewer would tell whether the last of them is among them.
"""

from dataclasses import dataclass
from typing import Any

from synthassay.ledger.records import Decision
from synthassay.runs import Evidence
from synthassay.verdicts import CriterionResult
from utility.scores import SUBGROUP

NO_LICENCE = "No licence is given: use it as the decision allows, and ask its maker for anything else."
_HOUSE = "The house only: for its archive and its auditors. Do not pass on."
_ACCESS = {
    "public": "Anybody.",
    "registered": "Named people under agreement. Do not publish.",
    "controlled": "Named people in a secure room. Nothing leaves it without a check.",
}
_LIMITS = (
    "Synthetic data keep some relations of the real ones and lose others: check a result on real patients "
    "before anybody is treated by it.",
    "Not detected is not safe: a test finds leaks down to a size, and attacks get better.",
    "Rare conditions and small groups are the first to be lost, and the first to be exposed.",
    "P-values and intervals computed on synthetic data are too small.",
)

_COARSE_LIMITS = (
    "Each row is a patient's: who knows something else of a patient can join it with the row.",
    "Not detected is not safe: a test finds leaks down to a size, and attacks get better.",
)


@dataclass(frozen=True, kw_only=True)
class Contents:
    """What a package is about.

    Parameters
    ----------
    name : str
        Of the data set.
    released : dict
        The release's own ``card.json``.
    schema : dict
        The cohort's; empty of pictures without a table beside them.
    evidence : Evidence
        Of the candidate, as the package's reader may see it.
    decision : Decision
        That lets it go.
    makers : tuple of str
        Who made it; empty where the reader need not know.
    context : {"public", "registered", "controlled"}
        Of the policy.
    public : bool
        Whether the package may leave the house.
    licence : str
        Under which it is given.
    publisher, publisher_url : str
        Who answers for it, and where that house is found; "" where nobody said.
    version : str
        Of SynthAssay.
    made, packed : str
        The days on which the release and the package were made.
    """

    name: str
    released: dict[str, Any]
    schema: dict[str, Any]
    evidence: Evidence
    decision: Decision
    makers: tuple[str, ...]
    context: str
    public: bool
    licence: str
    publisher: str
    publisher_url: str
    version: str
    made: str
    packed: str

    @property
    def label(self) -> str:
        """What every file says."""
        return str(self.released["label"])

    @property
    def coarsened(self) -> bool:
        """Whether the rows are patients', made coarser: nothing about them is synthetic then."""
        return bool(self.released.get("levels"))

    @property
    def table(self) -> str:
        """The name of the table, which says what it is."""
        return f"{'coarsened' if self.coarsened else 'synthetic'}-data.csv"

    @property
    def collection(self) -> str:
        """How the data came about."""
        if self.coarsened:
            return "Patients' records, each column shown so coarsely that several patients look alike."
        return (
            "Nobody was asked and nothing was measured for it: a program drew it after it had learned from "
            "patients' records, which are not in this package."
        )

    @property
    def limits(self) -> tuple[str, ...]:
        """What a reader must not take it for."""
        return _COARSE_LIMITS if self.coarsened else _LIMITS

    @property
    def access(self) -> str:
        """Who may have it."""
        return _ACCESS[self.context] if self.public else _HOUSE

    @property
    def columns(self) -> list[dict[str, Any]]:
        """Name, kind and unit of each column; range and categories may have been drafted from patients."""
        known = self.schema.get("columns", {})
        return [
            {"name": name, "kind": kind, "unit": known.get(name, {}).get("unit", "")}
            for name, kind in self.released.get("columns", {}).items()
        ]


def card(about: Contents) -> dict[str, Any]:
    """What ``card.json`` says of a package."""
    evidence, decision = about.evidence, about.decision
    return {
        "label": about.label,
        "name": about.name,
        "access": about.access,
        "licence": about.licence,
        "publisher": about.publisher or "Not stated.",
        **({"publisher_url": about.publisher_url} if about.publisher_url else {}),
        "datasheet": {
            "purpose": decision.purpose or "Not stated.",
            "composition": {
                **{key: about.released[key] for key in ("rows", "images", "size") if key in about.released},
                "columns": about.columns,
                "classes": sorted(about.released.get("classes", {})),
            },
            "collection": about.collection,
            "made": about.made,
            "packed": about.packed,
            "conditions": list(decision.conditions),
            "consent": decision.consent or "Not stated.",
            "until": decision.until,
        },
        "model_card": {
            "generator": evidence.made_by,
            "made_with": f"SynthAssay {about.version}",
            "model": "Not in this package.",
            "guarantee": evidence.guarantee,
            "promise": evidence.promise.get("words", []),
            "tested": _tested(about),
            "use": _use(evidence),
            "limits": list(about.limits),
        },
        "decision": told_decision(about),
    }


def told_decision(about: Contents) -> dict[str, Any]:
    """The decision as the package's reader may see it.

    Beside a formal guarantee the public is not told what the policy or an earlier attempt found: that was
    computed on patients without noise.
    """
    made = about.decision
    told: dict[str, Any] = {
        "label": about.label,
        "verdict": made.verdict,
        "candidate": made.candidate,
        "by": f"{made.by} (declared, not verified)",
        "at": made.at,
        "until": made.until,
        "conditions": list(made.conditions),
        "purpose": made.purpose,
        "consent": made.consent,
        "policy": made.policy,
        "entry": made.hash,
    }
    if about.public and about.evidence.promise:
        return told
    told |= {"attempt": made.attempt, "by_exception": bool(made.exception)}
    if about.public:
        return told
    inside = ("run", "judged", "reason", "exception", "login")
    return {**told, **{key: getattr(made, key) for key in inside}, "makers": list(made.makers)}


def _tested(about: Contents) -> list[dict[str, Any]]:
    """Each criterion in words; with its figures inside the house alone."""
    verdict = about.evidence.verdict
    return [] if verdict is None else [_criterion(each, about.public) for each in verdict.criteria]


def _criterion(result: CriterionResult, public: bool) -> dict[str, Any]:
    told: dict[str, Any] = {
        "criterion": result.title,
        "result": f"{result.judgement.symbol} {result.sentence}",
        "required": result.required,
        "threshold": f"{result.bound.replace('_', ' ')} {result.threshold:g}",
        "source": result.source,
    }
    figures = {} if public else {key: getattr(result, key) for key in ("value", "low", "high")}
    return {**told, **figures}


def _use(evidence: Evidence) -> list[dict[str, Any]]:
    """Scores of the whole release beside the same on real patients."""
    whole = [each for each in evidence.utility if not each.group and not each.metric.startswith(SUBGROUP)]
    shown = ("metric", "value", "low", "high", "reference")
    return [{key: getattr(each, key) for key in shown} for each in whole]
