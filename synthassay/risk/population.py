"""A cohort's risk among everybody with the disease, from whatever the config says of them."""

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from cohort.classes import class_sizes
from cohort.coarsen import generalise
from cohort.public_counts import read_public_counts
from cohort.registry import simulate
from privacy.linkage.counts import counted_risk
from privacy.linkage.population import population_risk
from synthassay.config import Config, PopulationSource
from synthassay.risk.whatif import Altered

Ints = npt.NDArray[np.int64]

_SIMULATED = "registry"


def population(config: Config, altered: Altered) -> dict[str, Any]:
    """The part of ``risk.json`` that speaks of people who are not in the table.

    Parameters
    ----------
    config : Config
        Its ``population``; of the embedded registry the whole population is known.
    altered : Altered
        The quasi-identifiers as they would be shown.

    Returns
    -------
    dict
        ``known`` says from what: ``counts``, ``fraction``, ``registry`` or ``nothing``. Else as
        `privacy.linkage.population.PopulationRisk`, whose ``uniques`` are patients of the table
        whom nobody else with the disease resembles.
    """
    source = config.population
    if source is not None:
        return _from_source(source, altered, seed=config.seed)
    if config.cohort.demo == _SIMULATED:
        return _of_registry(altered, seed=config.seed)
    return {"known": "nothing"}


def _from_source(source: PopulationSource, altered: Altered, *, seed: int) -> dict[str, Any]:
    table, names, persons = altered.table, altered.names, _repeated(altered)
    if source.counts is not None:
        counts = read_public_counts(source.counts)
        return {"known": "counts", **counted_risk(table, names, counts, persons=persons, seed=seed).to_dict()}
    found = population_risk(table, names, fraction=source.fraction or 1.0, persons=persons, seed=seed)
    return {"known": "fraction", "source": source.source, **found.to_dict()}


def _repeated(altered: Altered) -> Ints | None:
    """Whose rows they are, where somebody has several."""
    cohort = altered.cohort
    return cohort.persons if cohort.n_persons < len(cohort) else None


def _of_registry(altered: Altered, *, seed: int) -> dict[str, Any]:
    """Known, since the country is simulated; beside it what an estimate would have said."""
    registry = simulate()
    everybody = registry.population
    shown = {
        name: generalise(everybody[name], column, level=altered.levels[name])
        for name, column in altered.columns.items()
    }
    sizes = class_sizes(pd.DataFrame(shown), altered.names)[registry.registered]
    people, alone = len(everybody), int((sizes == 1).sum())
    fraction = len(sizes) / people
    estimate = population_risk(
        altered.table, altered.names, fraction=fraction, persons=_repeated(altered), seed=seed
    )
    return {
        "known": _SIMULATED,
        "people": people,
        "fraction": fraction,
        "uniques": alone,
        "low": alone,
        "high": alone,
        "mean_risk": float((1 / sizes).mean()),
        "estimate": estimate.to_dict(),
        "estimates": estimate.to_dict()["estimates"],
    }
