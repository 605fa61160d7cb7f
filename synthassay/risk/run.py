"""One look at a cohort's linkage risk, end to end: config in, a run folder of kind ``risk`` out."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from cohort.cohort import Cohort
from cohort.errors import ConfigError, Problem
from synthassay import formats, pipeline
from synthassay.config import Config, Question
from synthassay.load import load_cohort
from synthassay.policy import Policy, read_policy
from synthassay.profile import profile
from synthassay.prospects import prospects
from synthassay.risk.look import as_asked, linkage_risk, per_person, special
from synthassay.risk.population import population
from synthassay.risk.report import write_risk_report
from synthassay.risk.whatif import Altered
from synthassay.runs import RISK
from synthassay.state import cohort_hash
from synthassay.store import Draft, now, write_json

_LIMIT = 0.2  # k = 5, where a policy has no threshold for a match
_CRITERION = "match_probability"


def risk_folder(config: Config, *, out: Path) -> Path:
    """Tell a cohort's linkage risk and write the run's folder.

    Parameters
    ----------
    config : Config
        Its cohort is read whole: no split, no candidates. ``population`` and ``risk`` say the rest.
    out : Path
        The folder of runs.

    Returns
    -------
    Path
        The finished folder.

    Raises
    ------
    SynthAssayError
        For bad input, before anything is written.
    """
    policy, cohort, started = read_policy(config.policy), load_cohort(config), now()
    altered = as_asked(cohort, config.risk)
    found, minimum = special(altered), policy.minimum_count
    content = linkage_risk(
        altered, config.risk, found=found, threshold=limit(policy), minimum_count=minimum
    ) | {"population": population(config, altered), "prospects": _prospects(cohort.n_persons)}
    key = _key(config, cohort, policy)
    with pipeline.disk(out), Draft.open(out, name=config.name, key=key, resume=False) as draft:
        draft.write_private("persons", per_person(altered, found))
        _write(draft, config, altered, content, _about(config, cohort, policy, key=key, started=started))
        return draft.publish(started)


def asked(
    config: Config, *, drop: Sequence[str] = (), coarsen: Sequence[str] = (), within: str | None = None
) -> Config:
    """The config with what a command line asks besides, which goes before what the config says of a column.

    ``coarsen`` holds texts such as ``age=10``.
    """
    question, pairs = config.risk, [text.partition("=") for text in coarsen]
    wrong = [text for text, (_, sign, level) in zip(coarsen, pairs, strict=True) if not sign or not level]
    if wrong:
        what = f"{', '.join(map(repr, wrong))} says no column and level."
        raise ConfigError(Problem(what=what, where="--coarsen", remedy="Write --coarsen age=10."))
    levels = {name.strip(): level.strip() for name, _, level in pairs}
    kept = {name: level for name, level in question.coarsen.items() if name not in drop}
    more = Question(
        drop=(*(name for name in question.drop if name not in {*levels, *drop}), *drop),
        coarsen={**kept, **levels},
        within=within or question.within,
    )
    return replace(config, risk=more)


def limit(policy: Policy) -> float:
    """The chance of a right guess that the policy allows for a match on quasi-identifiers."""
    found = [each.threshold for each in policy.criteria if each.criterion == _CRITERION]
    return found[0] if found else _LIMIT


def _prospects(persons: int) -> list[dict[str, Any]]:
    """What a run on these patients can prove at best, half of them set aside and cross-fitted."""
    half = persons // 2
    split, both = prospects(persons - half, half), prospects(persons, persons, cross_fitted=True)
    return [
        {**asdict(each), "cross_fitted": crossed}
        for found, crossed in ((split, False), (both, True))
        for each in found
    ]


def _write(
    draft: Draft, config: Config, altered: Altered, content: dict[str, Any], about: dict[str, Any]
) -> None:
    folder, cohort = draft.folder, altered.cohort
    draft.write_config(pipeline.resolved(config, cohort))
    write_json(folder / "cohort.json", _described(cohort, minimum=about["minimum_count"]))
    write_json(folder / "risk.json", content)
    write_json(folder / "run.json", about)
    write_risk_report(folder)


def _described(cohort: Cohort, *, minimum: int) -> dict[str, Any]:
    return {
        "name": cohort.name,
        "schema": cohort.schema.to_dict(),
        "rows": len(cohort),
        "persons": cohort.n_persons,
        "minimum_count": minimum,
        "profile": profile(cohort, minimum=minimum),
        "findings": [asdict(finding) for finding in cohort.findings],
    }


def _about(config: Config, cohort: Cohort, policy: Policy, *, key: str, started: datetime) -> dict[str, Any]:
    return {
        "format": formats.RUN,
        "name": config.name,
        "kind": RISK,
        "status": "finished",
        "started": started.isoformat(),
        "ended": now().isoformat(),
        "policy": policy.name,
        "minimum_count": policy.minimum_count,
        "config_hash": key,
        "input_hash": cohort_hash(cohort),
        "versions": pipeline.versions(),
        "peak_memory_mb": pipeline.peak_memory(),
        "evidence": [],
    }


def _key(config: Config, cohort: Cohort, policy: Policy) -> str:
    text = json.dumps(pipeline.resolved(config, cohort), sort_keys=True, default=str) + repr(policy) + RISK
    return hashlib.sha256((text + cohort_hash(cohort)).encode()).hexdigest()[:16]
