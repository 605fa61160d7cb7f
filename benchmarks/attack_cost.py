"""What each attack costs by itself, in CPU seconds on one thread, on embedded cohorts that anybody has.

``python -m benchmarks.attack_cost`` prints a Markdown table: attacks on tables against a release of fresh
rows of the simulated registry, attacks on pictures against fresh simulated lesions, without planted
copies. Each is tried alone, so that what all share (encoding, distances) is counted with every one.
"""

import argparse
import time
import warnings
from collections.abc import Callable, Sequence

from cohort.cohort import Cohort
from cohort.demo import demo_cohort
from cohort.images import ImageCohort, ImageRelease, split_images
from cohort.lesions import simulate_lesions
from privacy.assay import assay
from privacy.attacks.registry import ATTACKS
from privacy.images.assay import assay_images
from privacy.images.registry import IMAGE_ATTACKS


def cpu_seconds(work: Callable[[], object]) -> float:
    """What some work costs in this process."""
    started = time.process_time()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        work()
    return time.process_time() - started


def on_tables(real: Cohort, fresh: Cohort) -> dict[str, float]:
    """CPU seconds of each attack on a table."""
    split = real.split(holdout=0.5, seed=0)
    rows = fresh.released
    assay(rows, split, planted=False)  # what is loaded or compiled at first use is nobody's cost
    return {
        name: cpu_seconds(lambda name=name: assay(rows, split, attacks=[name], planted=False))
        for name in ATTACKS
    }


def on_pictures(real: ImageCohort, fresh: ImageCohort) -> dict[str, float]:
    """CPU seconds of each attack on pictures."""
    split = split_images(real, holdout=0.5, seed=0)
    release = ImageRelease(
        pixels=fresh.pixels, labels=fresh.labels, classes=fresh.classes, made_by="fresh pictures"
    )
    return {
        name: cpu_seconds(lambda name=name: assay_images(release, split, attacks=[name], planted=False))
        for name in IMAGE_ATTACKS
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Print the table."""
    argparse.ArgumentParser(description=__doc__).parse_args(arguments)
    registry, lesions = demo_cohort("registry"), simulate_lesions(size=32)
    split, apart = registry.split(holdout=0.5, seed=0), split_images(lesions, holdout=0.5, seed=0)
    print(
        f"Tables: {len(split.train)} rows of train, {len(split.holdout)} of control, {len(registry)} of the "
        f"release, {len(registry.schema.released)} columns. Pictures: {len(apart.train)} of train, "
        f"{len(apart.holdout)} of control, {len(lesions)} of the release, 32 pixels.\n"
    )
    print("| attack | on | CPU s |\n| --- | --- | ---: |")
    tables = on_tables(registry, demo_cohort("registry", seed=1))
    pictures = on_pictures(lesions, simulate_lesions(size=32, seed=1))
    for what, costs in (("tables", tables), ("pictures", pictures)):
        for name, seconds in costs.items():
            print(f"| `{name}` | {what} | {seconds:.2f} |", flush=True)


if __name__ == "__main__":
    main()
