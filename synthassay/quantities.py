"""The quantities that a policy's criteria read, each from the evidence of one candidate."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Self

from cohort.release import Guarantee
from privacy.estimates import AttackRole, Outcome, RiskEstimate
from privacy.linkage.sample import MatchProbability
from synthassay.verdicts import Judgement
from utility.scores import UtilityScore

_EXACT = ("exact_copies", "exact_images")
_ASK = "Ask the producer for rows that were not used to make the release."


@dataclass(frozen=True, kw_only=True)
class Quantity:
    """One figure with its interval, or why there is none.

    Parameters
    ----------
    value, low, high : float, optional
        None where it could not be estimated: *inconclusive*.
    applicable : bool
        False where it has no meaning here.
    reason : str
        What to do about an absent or unfavourable figure; "" for the criterion's own remedy.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    applicable: bool = True
    reason: str = ""

    def to_dict(self) -> dict[str, Any]:
        """As it stands in the evidence."""
        return asdict(self)

    @classmethod
    def from_dict(cls, content: dict[str, Any]) -> Self:
        """Read from the evidence."""
        return cls(**content)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What was measured of one candidate, as far as criteria read it."""

    risks: Sequence[RiskEstimate]
    detectable: float | None
    match: MatchProbability | None
    headline: UtilityScore | None
    guarantee: Guarantee | None


@dataclass(frozen=True, kw_only=True)
class CriterionKind:
    """What a criterion reads, what missing it means, and how people are told.

    Parameters
    ----------
    title : str
        For tables.
    quantity : callable
        From what was measured to the figure.
    missed : Judgement
        What a figure on the wrong side of the threshold leads to.
    remedy : str
        What to do then.
    sentences : mapping
        The result in plain words, for each judgement.
    """

    title: str
    quantity: Callable[[Measured], Quantity]
    missed: Judgement
    remedy: str
    sentences: Mapping[Judgement, str]


def quantities(measured: Measured) -> dict[str, Quantity]:
    """Every criterion's quantity."""
    return {name: kind.quantity(measured) for name, kind in CRITERIA.items()}


def _primary(measured: Measured) -> list[RiskEstimate]:
    return [risk for risk in measured.risks if risk.role is AttackRole.PRIMARY]


def _leak(measured: Measured) -> Quantity:
    """The smallest adjusted p of the primary attacks."""
    primary = _primary(measured)
    adjusted = [risk.p_adjusted for risk in primary if risk.p_adjusted is not None]
    if adjusted:
        return Quantity(value=min(adjusted))
    if any(risk.outcome is Outcome.INCONCLUSIVE for risk in primary):
        return Quantity(reason="Set more persons aside: the control is too small to attack.")
    return Quantity(applicable=False, reason=_ASK if primary else "Run the primary attacks.")


def _detectable(measured: Measured) -> Quantity:
    """The smallest share of copied records that the corrected family would have caught."""
    if measured.detectable is not None:
        return Quantity(value=measured.detectable)
    tried = any(risk.outcome is Outcome.ESTIMATED for risk in _primary(measured))
    return Quantity(applicable=tried, reason="" if tried else _ASK)


def _exact_copies(measured: Measured) -> Quantity:
    found = next((risk for risk in measured.risks if risk.attack in _EXACT), None)
    if found is None:
        return Quantity(applicable=False, reason="Run the attack exact_copies.")
    if found.outcome is not Outcome.ESTIMATED or found.excess is None:
        return Quantity(applicable=False, reason=found.reason or _ASK)
    return Quantity(value=found.excess, low=found.low, high=found.high)


def _match_probability(measured: Measured) -> Quantity:
    if measured.match is None:
        return Quantity(applicable=False, reason="Say in the schema which columns are quasi-identifiers.")
    return Quantity(value=measured.match.train, low=measured.match.low, high=measured.match.high)


def _utility(measured: Measured) -> Quantity:
    """The headline score less its reference: what an analyst loses by using the release."""
    score = measured.headline
    if score is None or score.reference is None:
        return Quantity(applicable=False, reason="Name a target, or give a holdout to measure use on.")
    loss = score.reference
    return Quantity(value=score.value - loss, low=score.low - loss, high=score.high - loss)


def _epsilon(measured: Measured) -> Quantity:
    if measured.guarantee is None:
        return Quantity(applicable=False, reason="Choose a generator with a differential-privacy guarantee.")
    return Quantity(value=measured.guarantee.epsilon)


def _sentences(**words: str) -> dict[Judgement, str]:
    absent = "This could not be measured here."
    return {judgement: words.get(judgement.value, absent) for judgement in Judgement}


CRITERIA: dict[str, CriterionKind] = {
    "leak": CriterionKind(
        title="No attack told the patients used from patients not used",
        quantity=_leak,
        missed=Judgement.REJECT,
        remedy="The release gives away who was in it: choose a generator that copies less.",
        sentences=_sentences(
            accept="No attack could tell the patients used from patients who were not, beyond chance.",
            reject="An attack tells the patients used from patients who were not, beyond chance.",
            inconclusive="There are too few patients for the attacks to say anything.",
        ),
    ),
    "detectable_share": CriterionKind(
        title="The attacks would have caught a small planted leak",
        quantity=_detectable,
        missed=Judgement.INCONCLUSIVE,
        remedy="More patients, or more of them set aside, would let the attacks see a smaller leak.",
        sentences=_sentences(
            accept="Copies planted on purpose were caught, down to the share that the policy asks for.",
            inconclusive="A planted leak of the size that matters was missed: silence proves little here.",
        ),
    ),
    "exact_copies_excess": CriterionKind(
        title="Patients reproduced exactly, beyond chance",
        quantity=_exact_copies,
        missed=Judgement.REJECT,
        remedy="Raise the generator's floor (trees: leaf), or drop rows equal to a patient's.",
        sentences=_sentences(
            accept="Patients used are reproduced exactly no more often than chance explains.",
            reject="Patients used are reproduced exactly more often than chance explains.",
            inconclusive="Too few patients to rule out that some are reproduced exactly.",
        ),
    ),
    "match_probability": CriterionKind(
        title="Probability of the right match on quasi-identifiers",
        quantity=_match_probability,
        missed=Judgement.MITIGATE,
        remedy="Coarsen or drop quasi-identifiers (age bands, larger regions, years for dates).",
        sentences=_sentences(
            accept="Somebody who knows the quasi-identifiers seldom picks the right patient.",
            mitigate="Somebody who knows the quasi-identifiers would pick the right patient too often.",
            inconclusive="The probability of a right match is not known well enough at this size.",
        ),
    ),
    "epsilon": CriterionKind(
        title="Formal guarantee (epsilon)",
        quantity=_epsilon,
        missed=Judgement.MITIGATE,
        remedy="Mint with a smaller epsilon.",
        sentences=_sentences(
            accept="The generator's formal guarantee is at least as strong as the policy asks for.",
            mitigate="The generator's formal guarantee is weaker than the policy asks for.",
            not_applicable="There is no formal guarantee.",
        ),
    ),
    "utility_floor": CriterionKind(
        title="What an analyst loses by using the release",
        quantity=_utility,
        missed=Judgement.MITIGATE,
        remedy="Choose another generator: this release is not useful enough.",
        sentences=_sentences(
            accept="Models trained on the release do about as well as models trained on real patients.",
            mitigate="Models trained on the release do clearly worse than models trained on real patients.",
            inconclusive="Whether the release is useful enough is not known at this size.",
        ),
    ),
}
