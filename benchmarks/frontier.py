"""The whole job on three cohorts: use, risk, verdict, smallest leak noticed and cost of each candidate.

``python -m benchmarks.frontier`` runs the bundled configs of the embedded cohorts, and of pbc where
``../shared/data`` is there, and prints a Markdown table a cohort.
"""

import tempfile
from collections.abc import Sequence
from pathlib import Path

from synthassay import pipeline
from synthassay.config_reader import read_config
from synthassay.runs import Evidence, Run, read_run

ROOT = Path(__file__).parents[1]
CONFIGS = ("demo", "diabetes", "pbc")


def main(_: Sequence[str] | None = None) -> None:
    """Run each config once and print what came out."""
    for name in CONFIGS:
        config = read_config(ROOT / "configs" / f"{name}.yaml")
        if config.cohort.data is not None and not config.cohort.data.exists():
            print(f"{name}: {config.cohort.data} is absent\n")
            continue
        with tempfile.TemporaryDirectory() as folder:
            show(read_run(pipeline.run(config, out=Path(folder))))


def show(run: Run) -> None:
    """One table."""
    persons = f"{run.cohort['train_persons']} train, {run.cohort['holdout_persons']} holdout"
    print(f"**{run.about['name']}** ({persons}; peak memory {run.about['peak_memory_mb']:.0f} MB)\n")
    print(f"| candidate | verdict | {run.frontier['utility_metric']} | copy scan: excess | p | noticed | s |")
    print("| --- | --- | --- | --- | ---: | ---: | ---: |")
    for evidence in run.evidence:
        print(row(run, evidence), flush=True)
    print()


def row(run: Run, evidence: Evidence) -> str:
    """One candidate: each figure with its interval."""
    if evidence.verdict is None:
        return f"| {evidence.candidate} | failed | | | | | |"
    point = next(each for each in run.frontier["points"] if each["candidate"] == evidence.candidate)
    use, risk, scan = point["utility"], point["risk"], evidence.risk("copy_scan")
    seconds = run.about["stages"][evidence.candidate]
    share = evidence.quantities["detectable_share"]["value"]
    noticed = "" if share is None else f"{share:.0%}"
    return (
        f"| {evidence.candidate} | {evidence.verdict.judgement.value} "
        f"| {use['value']:.3f} [{use['low']:.3f}, {use['high']:.3f}] "
        f"| {risk['value']:+.3f} [{risk['low']:+.3f}, {risk['high']:+.3f}] "
        f"| {scan.p if scan else float('nan'):.3f} | {noticed} | {seconds:.1f} |"
    )


if __name__ == "__main__":
    main()
