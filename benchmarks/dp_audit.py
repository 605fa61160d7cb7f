"""What audits of differential privacy find: correct code, planted faults, and generators without a promise.

``python -m benchmarks.dp_audit [--parts mechanisms generators one_run] [--fits 200]`` prints Markdown
tables: claim, lower bound at 95 % confidence, the method's cap, and whether the claim is refuted at
99.9 %. Nothing here touches patients but the last part, on Wilms tumours, whose fits are thrown away.
"""

import argparse
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from benchmarks.cohorts import draw, read_nwtco
from cohort.errors import SynthAssayError
from privacy.dp import mechanisms
from privacy.dp.audit import DpAudit, audit
from privacy.dp.budget import PrivacyBudget
from privacy.dp.worlds import audit_mechanisms, one_count
from synth.registry import synthesizer
from synthassay.dp.audit import audit_generator, one_run

PARTS = ("mechanisms", "generators", "one_run")
RUNS = {1.0: 10_000, 10.0: 1_000}
_DELTA = 1e-5
_HEAD = "| what | claim ε | δ | runs | counted | Gaussian | cap | refuted |"
_LINE = "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |"


@contextmanager
def noise_halved() -> Iterator[None]:
    """The commonest fault, for as long as it is asked for."""
    honest = mechanisms.gaussian_sigma
    mechanisms.gaussian_sigma = lambda rho, sensitivity: honest(rho, sensitivity) / 2
    try:
        yield
    finally:
        mechanisms.gaussian_sigma = honest


def print_mechanisms() -> None:
    """Each at both claims, and a noisy count with half of its noise."""
    print(f"\n{_HEAD}\n{_LINE}")
    for epsilon, runs in RUNS.items():
        for found in audit_mechanisms(epsilon, delta=_DELTA, runs=runs):
            _row(found, found.what)
        claim = PrivacyBudget(epsilon=epsilon, delta=_DELTA)
        with noise_halved():
            found = audit(one_count(claim), what="noisy count", claim=claim, runs=runs, is_gaussian=True)
        _row(found, f"{found.what}, *noise halved*")


def print_generators(names: Sequence[str], fits: int) -> None:
    """Whole fits in the worst two worlds, half of which fix the threshold."""
    print(f"\n{_HEAD}\n{_LINE}")
    for name in names:
        for epsilon in RUNS:
            generator = synthesizer(name, {"epsilon": epsilon, "delta": _DELTA})
            _row(audit_generator(generator, runs=fits), f"`{name}`")


def print_one_run(names: Sequence[str], *, persons: int, canaries: int) -> None:
    """Attack results for generators, most of which promise nothing."""
    train = draw(read_nwtco(), (persons,), seed=0)[0]
    print("\n| generator | canaries | guesses | right | lower bound of ε | cap | CPU s |")
    print("| --- | ---: | ---: | ---: | ---: | ---: | ---: |")
    for name in names:
        started = time.process_time()
        try:
            found = one_run(synthesizer(name, {}), train, canaries=canaries, seed=0)
        except SynthAssayError as error:
            print(f"| `{name}` | {error} |")
            continue
        seconds = time.process_time() - started
        told = f"{found.canaries} | {found.guesses} | {found.right} | {found.at_least:.2f} | {found.cap:.2f}"
        print(f"| `{name}` | {told} | {seconds:.1f} |", flush=True)


def _row(found: DpAudit, what: str) -> None:
    gaussian = "" if found.gaussian is None else f"{found.gaussian:.2f}"
    shown = f"{found.runs:,} | {found.counted:.2f} | {gaussian} | {found.cap:.2f}"
    print(
        f"| {what} | {found.epsilon:g} | {found.delta:g} | {shown} | {'yes' if found.violated else 'no'} |",
        flush=True,
    )


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the parts asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--names", nargs="+", default=("dp_mst", "dp_aim"))
    parser.add_argument("--others", nargs="+", default=("copy", "trees", "cgan", "independent"))
    parser.add_argument("--fits", type=int, default=200)
    parser.add_argument("--persons", type=int, default=1_000)
    parser.add_argument("--canaries", type=int, default=200)
    asked = parser.parse_args(arguments)
    if "mechanisms" in asked.parts:
        print_mechanisms()
    if "generators" in asked.parts:
        print_generators(asked.names, asked.fits)
    if "one_run" in asked.parts:
        print_one_run(asked.others, persons=asked.persons, canaries=asked.canaries)


if __name__ == "__main__":
    main()
