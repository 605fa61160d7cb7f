"""Ours beside anonymeter 1.1.0's own evaluators, on the data of its notebooks.

``python -m benchmarks.agreement [--seeds 20] [--persons 1000]`` prints a Markdown table. A seed draws
as many rows of train, control and CTGAN's synthetic file, so that the library's size correction stays
out; rows have all fifteen columns, secrets are positive, every attack is tried as often for both. A
release is the synthetic rows as they are, or with a fifth of them replaced by rows of train.

*As printed* is what the assay prints. *Like for like* asks the library's question with our engine:
its very queries, one of several nearest rows at random, its 5 % tolerance. Where only the first
differs, the question is what differs; where the second does, one of both is wrong.
"""

import argparse
import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import joblib
import numpy as np
import pandas as pd
from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator
from anonymeter.stats.confidence import EvaluationResults
from scipy.stats import norm

from benchmarks.cohorts import SHARED
from cohort.cohort import Cohort
from cohort.encode import fit_encoder, pairwise
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from cohort.typed import typed_table
from privacy.assay import assay
from privacy.attacks.anonymeter_inference import right
from privacy.attacks.anonymeter_tables import keep_compiled
from privacy.attacks.predicates import (
    Bools,
    Ints,
    Predicates,
    conjunctions,
    extremes,
    joined,
    rank_cells,
    row_counts,
)
from privacy.attacks.secrets import choose_secrets
from privacy.statistics import newcombe

COPIED = (0.0, 0.2)
FILES = ("adults_train_RECONSTRUCTED.csv.gz", "adults_control.csv", "adults_syn_ctgan.csv.gz")
_KINDS = {
    "age": (Role.QUASI_IDENTIFIER, Kind.INTEGER),
    "type_employer": (Role.OTHER, Kind.CATEGORY),
    "fnlwgt": (Role.OTHER, Kind.INTEGER),
    "education": (Role.QUASI_IDENTIFIER, Kind.CATEGORY),
    "education_num": (Role.OTHER, Kind.INTEGER),
    "marital": (Role.QUASI_IDENTIFIER, Kind.CATEGORY),
    "occupation": (Role.SENSITIVE, Kind.CATEGORY),
    "relationship": (Role.OTHER, Kind.CATEGORY),
    "race": (Role.QUASI_IDENTIFIER, Kind.CATEGORY),
    "sex": (Role.QUASI_IDENTIFIER, Kind.CATEGORY),
    "capital_gain": (Role.OTHER, Kind.INTEGER),
    "capital_loss": (Role.OTHER, Kind.INTEGER),
    "hr_per_week": (Role.SENSITIVE, Kind.INTEGER),
    "country": (Role.QUASI_IDENTIFIER, Kind.CATEGORY),
    "income": (Role.TARGET, Kind.CATEGORY),
}
COLUMNS = tuple(Column(name=name, role=role, kind=kind) for name, (role, kind) in _KINDS.items())
SCHEMA = Schema(columns=COLUMNS)
IS_NUMBER = np.array([column.kind.is_numeric for column in COLUMNS])
_NEAR = 1e-9  # sums in another order must not break ties


class Rates(NamedTuple):
    """Shares of successes on train and control, and what train's is beyond control's, of the rest of 1."""

    train: float
    control: float
    risk: float
    low: float
    high: float

    def agrees(self, other: "Rates") -> bool:
        """Whether each risk lies in the other's interval."""
        return self.low <= other.risk <= self.high and other.low <= self.risk <= other.high


class Tables(NamedTuple):
    """Equal numbers of rows of train, control and release."""

    train: pd.DataFrame
    control: pd.DataFrame
    synthetic: pd.DataFrame


Pairs = Iterator[tuple[str, str, Rates, Rates]]


def read(folder: Path) -> Tables:
    """The three files whole."""
    return Tables(*(pd.read_csv(folder / name) for name in FILES))


def draw(files: Tables, *, persons: int, copied: float, seed: int) -> Tables:
    """Equal numbers of rows of each, some of the synthetic ones replaced by rows of train."""
    rng = np.random.default_rng(seed)
    train, control, synthetic = (
        table.iloc[rng.choice(len(table), persons, replace=False)].reset_index(drop=True) for table in files
    )
    kept = persons - round(copied * persons)
    synthetic = pd.concat([synthetic[:kept], train.sample(persons - kept, random_state=seed)])
    return Tables(train, control, synthetic.sample(frac=1, random_state=seed).reset_index(drop=True))


def pairs(tables: Tables, *, seed: int) -> Pairs:
    """For each attack and way of comparing: its name, the way, anonymeter's rates and ours."""
    keep_compiled()
    before = np.random.get_state()  # noqa: NPY002 - the library draws its targets from the global source
    np.random.seed(seed)  # noqa: NPY002
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # the library's: an attack no better than a blind one
        yield from _singling_out(tables, seed=seed)
        yield from _linkability(tables, seed=seed)
        yield from _inference(tables, seed=seed)
    np.random.set_state(before)  # noqa: NPY002


def _singling_out(tables: Tables, *, seed: int) -> Pairs:
    n = len(tables.train)
    printed = _printed(tables, "singling_out", seed=seed)["excess"]
    for mode in ("univariate", "multivariate"):
        # More than there are of one value, so that both ask all of them; the library divides by these.
        wanted = 5 * n if mode == "univariate" else n
        theirs = SinglingOutEvaluator(
            ori=tables.train, syn=tables.synthetic, control=tables.control, n_attacks=wanted, seed=seed
        )
        results = theirs.evaluate(mode=mode).results()
        # Repeated rows count once for both: the library drops them before it asks.
        train, control, synthetic = (np.unique(each, axis=0) for each in rank_cells(_typed(tables), COLUMNS))
        asked = (_univariate if mode == "univariate" else _multivariate)(synthetic, seed=seed)[:wanted]
        hits = [float((row_counts(asked, side) == 1).sum()) / wanted for side in (train, control)]
        yield f"singling out, {mode}", "like for like", _theirs(results, wanted), _ours(*hits, wanted)
    yield "singling out, multivariate", "as printed", _theirs(results, n), printed


def _linkability(tables: Tables, *, seed: int) -> Pairs:
    n = len(tables.train)
    known = SCHEMA.quasi_identifiers
    halves = list(known), [name for name in SCHEMA.names if name not in known]
    theirs = LinkabilityEvaluator(
        ori=tables.train, syn=tables.synthetic, control=tables.control, aux_cols=halves, n_attacks=n
    )
    results = theirs.evaluate(n_jobs=1).results()
    near = [_nearest(tables, half) for half in halves]
    # One of the nearest of each half at random: how often both are the same.
    chance = [
        float(((one & other).sum(axis=1) / (one.sum(axis=1) * other.sum(axis=1))).mean())
        for one, other in zip(*near, strict=True)
    ]
    yield "linkability", "like for like", _theirs(results, n), _ours(*chance, n)
    yield (
        "linkability",
        "as printed",
        _theirs(results, n),
        _printed(tables, "linkability", seed=seed)["excess"],
    )


def _inference(tables: Tables, *, seed: int) -> Pairs:
    n = len(tables.train)
    printed = _printed(tables, "inference", seed=seed)
    for column in choose_secrets(SCHEMA):
        secret = column.name
        known = [name for name in SCHEMA.names if name != secret]
        theirs = InferenceEvaluator(
            ori=tables.train,
            syn=tables.synthetic,
            control=tables.control,
            aux_cols=known,
            secret=secret,
            regression=column.kind.is_numeric,
            n_attacks=n,
        )
        results = theirs.evaluate(n_jobs=1).results()
        rates = []
        for side, near in zip(tables[:2], _nearest(tables, known), strict=True):
            hits = np.stack([right(tables.synthetic[secret], pd.Series([each] * n)) for each in side[secret]])
            rates.append(float(((hits * near).sum(axis=1) / near.sum(axis=1)).mean()))
        name = f"inference, {secret}"
        yield name, "like for like", _theirs(results, n), _ours(*rates, n)
        yield name, "as printed", _theirs(results, n), printed[f"{secret}, nearest row"]


def _univariate(ranks: Ints, *, seed: int) -> Predicates:
    """The library's descriptions by one value: ours, and every number that one row has."""
    is_number = IS_NUMBER
    found = []
    for place, cells in enumerate(ranks.T):
        values, counts = np.unique(cells, return_counts=True)
        if is_number[place]:
            found += [(place, value) for value in values[counts == 1]]
    place, value = np.array(found, dtype=np.int64).reshape(-1, 2).T
    equal = Predicates(rows=place * 0, columns=place[:, None], low=value[:, None], high=value[:, None])
    asked = joined([extremes(ranks, is_number, conditions=1), equal])
    asked = asked[row_counts(asked, ranks) == 1]
    return asked[np.random.default_rng(seed).permutation(len(asked))]


def _multivariate(ranks: Ints, *, seed: int) -> Predicates:
    """Descriptions of random rows by three columns that fit one row of the release."""
    rng = np.random.default_rng(seed)
    rows = rng.integers(len(ranks), size=20 * len(ranks))
    asked = conjunctions(ranks, IS_NUMBER, rows=rows, conditions=3, rng=rng)
    asked = asked[rng.permutation(len(asked))]
    return asked[row_counts(asked, ranks) == 1]


def _nearest(tables: Tables, names: Sequence[str]) -> list[Bools]:
    """For train and for control: which synthetic rows are nearest in some columns, ties included."""
    columns = [column for column in COLUMNS if column.name in names]
    typed = _typed(tables)
    encoder = fit_encoder(typed, columns)
    train, control, synthetic = (encoder.encode(table) for table in typed)
    apart = [pairwise(side, synthetic) for side in (train, control)]
    return [each <= each.min(axis=1, keepdims=True) + _NEAR for each in apart]


def _printed(tables: Tables, attack: str, *, seed: int) -> dict[str, Rates]:
    """The excess and the other figures that the assay prints, as risks."""
    train, control, synthetic = _typed(tables)
    split = Split(
        train=Cohort(schema=SCHEMA, table=train), holdout=Cohort(schema=SCHEMA, table=control), seed=seed
    )
    risk = assay(synthetic, split, attacks=[attack], seed=seed, planted=False).risks[0]
    found = {
        "excess": Rates(risk.train, risk.control, *_risk(risk.control, risk.excess, risk.low, risk.high))
    }
    for name, figure in risk.figures.items():
        if "control" in figure:
            ends = _risk(figure["control"], figure["value"], figure["low"], figure["high"])
            found[name] = Rates(figure["train"], figure["control"], *ends)
    return found


def _ours(train: float, control: float, n: int) -> Rates:
    low, high = newcombe(train, n, control, n)
    return Rates(train, control, *_risk(control, train - control, low, high))


def _theirs(results: EvaluationResults, n: int) -> Rates:
    """The rates counted: the library prints the middles of Wilson's intervals instead; and its risk."""
    spread = norm.ppf(0.975) ** 2
    rates = [
        (each.value * (n + spread) - spread / 2) / n for each in (results.attack_rate, results.control_rate)
    ]
    risk = results.risk()
    return Rates(*rates, risk.value, *risk.ci)


def _risk(control: float, *excesses: float) -> list[float]:
    """The library's scale: the excess as a share of what control leaves, not below 0."""
    return [max(0.0, excess / (1 - control)) for excess in excesses]


def _typed(tables: Tables) -> list[pd.DataFrame]:
    return [typed_table(table, SCHEMA, where="adult_anonymeter") for table in tables]


def main(arguments: Sequence[str] | None = None) -> None:
    """Print means over all draws, and in how many each risk lies in the other's interval."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--persons", type=int, default=1000)
    chosen = parser.parse_args(arguments)
    if not SHARED.exists():
        raise SystemExit(f"{SHARED} is absent: the benchmark compares tools on its data.")
    files = read(SHARED / "adult_anonymeter")
    print(f"{chosen.persons} rows each of train, control and release; means over {chosen.seeds} draws\n")
    print(
        "| copied | attack | ours is | anonymeter: train | control | risk | ours: train | control | risk "
        "| agree |\n| ---: | --- | --- |" + " ---: |" * 7
    )
    for copied in COPIED:
        work = (
            joblib.delayed(_one)(files, persons=chosen.persons, copied=copied, seed=seed)
            for seed in range(chosen.seeds)
        )
        found = joblib.Parallel(n_jobs=2)(work)
        for pair in zip(*found, strict=True):
            print(line(copied, pair), flush=True)


def _one(files: Tables, *, persons: int, copied: float, seed: int) -> list[tuple[str, str, Rates, Rates]]:
    return list(pairs(draw(files, persons=persons, copied=copied, seed=seed), seed=seed))


def line(copied: float, found: Sequence[tuple[str, str, Rates, Rates]]) -> str:
    """One attack's means over the draws, and how often each risk lies in the other's interval."""
    shown = [f"{copied:.0%}", found[0][0], found[0][1]]
    for side in (2, 3):
        mean = Rates(*np.mean([each[side] for each in found], axis=0))
        shown += [f"{mean.train:.3f}", f"{mean.control:.3f}"]
        shown += [f"{mean.risk:.3f} [{mean.low:.3f}, {mean.high:.3f}]"]
    agreed = sum(theirs.agrees(ours) for _, _, theirs, ours in found)
    return "| " + " | ".join((*shown, f"{agreed} of {len(found)}")) + " |"


if __name__ == "__main__":
    main()
