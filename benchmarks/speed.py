"""How long the assay takes and what it needs of memory, alone and beside anonymeter.

``python -m benchmarks.speed [--parts whole scan big growth beside]`` prints Markdown tables. Every row
is measured in a process of its own: wall and CPU seconds without reading the data, and the process's
peak, of which Python and its libraries take some 250 MB. Data are the fifteen columns of
anonymeter's Adult; persons and releases are disjoint draws of them, so that nothing leaks.
"""

import argparse
import resource
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
import pandas as pd
from anonymeter.evaluators import InferenceEvaluator, LinkabilityEvaluator, SinglingOutEvaluator

from benchmarks.agreement import FILES, SCHEMA
from benchmarks.cohorts import SHARED, draw
from cohort.cohort import Cohort
from cohort.encode import fit_encoder, nearest
from cohort.readers import read_release
from cohort.schema import Schema
from cohort.split import Split
from privacy.assay import assay
from privacy.attacks import inference
from privacy.attacks.registry import ATTACKS
from privacy.attacks.secrets import choose_secrets, locate
from privacy.attacks.target import MOST_ATTACKED, Target, build_target

SIZES = (100, 300, 1000, 3000, 10_000)
PARTS = ("whole", "scan", "big", "growth", "beside")
_SCANNED = 100_000
_BESIDE = (10_000, 10)
_LEFT_OUT = ("fnlwgt", "education_num", "capital_gain", "capital_loss", "relationship")


class Cost(NamedTuple):
    """Wall and CPU seconds, and the process's peak in MB."""

    wall: float
    cpu: float
    peak: float


def timed(work: Callable[[], object]) -> Cost:
    """What some work costs in this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Cost(time.perf_counter() - wall, time.process_time() - cpu, peak)


def adult(names: Sequence[str] = FILES) -> Cohort:
    """Persons of anonymeter's files, fifteen columns."""
    tables = [read_release(SHARED / "adult_anonymeter" / name, SCHEMA) for name in names]
    return Cohort(schema=SCHEMA, table=pd.concat(tables, ignore_index=True), name="adult")


def drawn(n: int, *, schema: Schema = SCHEMA) -> tuple[Split, pd.DataFrame]:
    """Train, control and a release of ``n`` rows each."""
    everybody = adult(FILES[:2])
    kept = replace(everybody, schema=schema, table=everybody.table[[c.name for c in schema.columns]])
    train, control, release = draw(kept, (n, n, n), seed=0)
    return Split(train=train, holdout=control, seed=0), release.released


def whole_assay(n: int, planted: bool) -> Cost:
    """Every default attack on one release."""
    split, release = drawn(n)
    return timed(lambda: assay(release, split, planted=planted))


def one_attack(name: str, n: int) -> Cost:
    """One attack on a target that stands."""
    split, release = drawn(n)
    target = build_target(release, split, seed=0)
    return timed(lambda: ATTACKS[name].count(target, seed=0))


def big_table(planted: bool) -> Cost:
    """CTGAN's 39,040 rows against 48,790 persons, divided anew by chance as 4 to 1."""
    everybody = adult(FILES[:2])
    train, control = draw(everybody, (39_032, 9758), seed=0)
    release = adult(FILES[2:]).released
    return timed(lambda: assay(release, Split(train=train, holdout=control, seed=0), planted=planted))


def scanned() -> tuple[Split, pd.DataFrame]:
    """100,000 persons and as many synthetic rows, drawn with replacement: many are equal."""
    rng, everybody = np.random.default_rng(0), adult()
    train, control, release = (
        everybody.rows(rng.integers(len(everybody), size=size)) for size in (50_000, 50_000, _SCANNED)
    )
    return Split(train=train, holdout=control, seed=0), release.released


def scan_assay(planted: bool) -> Cost:
    """The copy scan as the assay runs it."""
    split, release = scanned()
    return timed(lambda: assay(release, split, attacks=["copy_scan"], planted=planted))


def scan_everybody(columns: Sequence[str]) -> Cost:
    """Every person's nearest synthetic row, and nearest row of another person."""
    split, release = scanned()
    sides = [side.released for side in (split.train, split.holdout) if side is not None]
    real = pd.concat(sides, ignore_index=True)
    used = [column for column in SCHEMA.columns if not columns or column.name in columns]

    def search() -> None:
        encoder = fit_encoder([real, release], used)
        points, minted, owners = encoder.encode(real), encoder.encode(release), np.arange(len(real))
        nearest(points, minted)
        nearest(points, points, own=(owners, owners))

    return timed(search)


def beside_target() -> tuple[Target, Split, pd.DataFrame]:
    """10,000 rows of ten columns each."""
    rows, _ = _BESIDE
    schema = Schema(columns=tuple(c for c in SCHEMA.columns if c.name not in _LEFT_OUT))
    split, release = drawn(rows, schema=schema)
    return build_target(release, split, seed=0), split, release


def beside_encoding() -> Cost:
    """Encoding and everybody's neighbours, which all attacks share."""
    _, split, release = beside_target()
    return timed(lambda: build_target(release, split, seed=0))


def beside_ours(name: str) -> Cost:
    """One of our attacks; of inference both guesses, or the nearest rows alone."""
    target, _, _ = beside_target()
    if name != "nearest rows":
        return timed(lambda: ATTACKS[name].count(target, seed=0))
    secrets = [locate(target.encoder, column) for column in choose_secrets(target.schema)]
    return timed(lambda: inference.nearest_hits(target.points, target.minted, secrets))


def beside_theirs(name: str) -> Cost:
    """Anonymeter's own evaluator, at as many attacks on one thread; inference once for each secret."""
    _, split, release = beside_target()
    if split.holdout is None:
        raise ValueError("a draw has a control")
    tables = [plain(each) for each in (split.train.released, release, split.holdout.released)]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what numba compiles is not counted
        theirs(name, *(each.head(100) for each in tables), split.train.schema, attacks=20)
    return timed(lambda: theirs(name, *tables, split.train.schema))


def theirs(
    name: str,
    ori: pd.DataFrame,
    syn: pd.DataFrame,
    control: pd.DataFrame,
    schema: Schema,
    *,
    attacks: int = MOST_ATTACKED,
) -> None:
    """Run anonymeter's evaluators as their documentation shows it."""
    known = list(schema.quasi_identifiers)
    data = {"ori": ori, "syn": syn, "control": control, "n_attacks": attacks}
    if name == "singling_out":
        SinglingOutEvaluator(**data, n_cols=3, seed=0).evaluate(mode="multivariate").risk()
    elif name == "linkability":
        others = [column for column in ori if column not in known]
        LinkabilityEvaluator(**data, aux_cols=(known, others)).evaluate(n_jobs=1).risk()
    else:
        for secret in choose_secrets(schema):
            aux = [column for column in ori if column != secret.name]
            numeric = secret.kind.is_numeric
            InferenceEvaluator(**data, aux_cols=aux, secret=secret.name, regression=numeric).evaluate(
                n_jobs=1
            ).risk()


def plain(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers as floats and text, without gaps, which anonymeter does not take."""
    numbers = table.select_dtypes("number").astype(float)
    return table.astype(object).where(table.notna(), "missing").astype(str).assign(**numbers)


def apart(work: Callable[..., Cost], *given: object) -> Cost:
    """Measure in a fresh process."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(work, *given).result()


def row(label: str, cost: Cost) -> None:
    """Print one row of a table."""
    print(f"| {label} | {cost.wall:.1f} | {cost.cpu:.1f} | {cost.peak:.0f} |", flush=True)


def head(title: str, first: str) -> None:
    """Print a table's head."""
    print(f"\n{title}\n\n| {first} | wall s | CPU s | peak MB |\n| --- | ---: | ---: | ---: |", flush=True)


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the tables asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    for part in parser.parse_args(arguments).parts:
        {"whole": _whole, "scan": _scan, "big": _big, "growth": _growth, "beside": _beside}[part]()


def _whole() -> None:
    head("Every default attack, 1,000 persons a side, 1,000 rows, 15 columns", "assay")
    row("without planted copies", apart(whole_assay, 1000, False))
    row("with the planted curve, 40 repeats a share", apart(whole_assay, 1000, True))


def _scan() -> None:
    head("Copies: 100,000 persons against 100,000 rows, drawn with replacement", "search")
    row("`copy_scan`, 2,000 persons a side", apart(scan_assay, False))
    row("the same with the planted curve", apart(scan_assay, True))
    row("all persons, to release and to each other, 15 columns (blocks)", apart(scan_everybody, ()))
    row("the same, quasi-identifiers age, sex, race (tree)", apart(scan_everybody, ("age", "sex", "race")))


def _big() -> None:
    head("Every default attack, 39,032 and 9,758 persons, 39,040 rows of CTGAN, 15 columns", "assay")
    row("without planted copies", apart(big_table, False))
    row("with the planted curve", apart(big_table, True))


def _growth() -> None:
    for n in SIZES:
        head(f"n = {n:,} persons a side and rows, 15 columns", "what")
        row("whole assay, planted curve included", apart(whole_assay, n, True))
        for name in ATTACKS:
            row(f"`{name}`", apart(one_attack, name, n))


def _beside() -> None:
    head(f"10,000 rows each of ten columns, {MOST_ATTACKED:,} attacks a side", "attack")
    row("encoding and neighbours, once for all of ours", apart(beside_encoding))
    pairs = [("singling_out",) * 2, ("linkability",) * 2, ("inference", "nearest rows"), ("inference",) * 2]
    for name, part in pairs:
        mine, other = apart(beside_ours, part), apart(beside_theirs, name)
        row(f"{name}, ours" + (", the forest left out" if part != name else ""), mine)
        row(
            f"{name}, anonymeter's ({other.wall / mine.wall:.1f} and {other.cpu / mine.cpu:.1f} times)", other
        )


if __name__ == "__main__":
    main()
