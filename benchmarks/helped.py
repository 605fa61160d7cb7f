"""Did it help? Every way of training for a scarce class, on three rare classes, whichever way it comes out.

python -m benchmarks.helped --repeats 10
"""

import argparse
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from threadpoolctl import threadpool_limits

from benchmarks.cohorts import SHARED, draw, read_nwtco
from cohort.cohort import Cohort
from cohort.demo import demo_cohort
from cohort.readers import read_cohort
from cohort.schema import Role, Schema
from synth.registry import synthesizer
from synthassay.augment.plan import Group
from synthassay.augment.run import Mints
from utility.helped import Study, did_it_help, short

_SCHEMAS = Path(__file__).parents[1] / "configs" / "schemas"


def registry_severity() -> tuple[Cohort, str]:
    """The simulated registry, 600 patients: the severest grade."""
    return _aimed(demo_cohort("registry"), target="severity", without=("progression",)), "4"


def nwtco_histology() -> tuple[Cohort, str]:
    """400 children with a Wilms tumour: unfavourable histology as the central laboratory read it."""
    (part,) = draw(read_nwtco(), (400,), seed=0)
    return _aimed(part, target="histol", without=()), "2"


def pbc_stage() -> tuple[Cohort, str]:
    """418 patients with primary biliary cholangitis: the earliest stage."""
    cohort = read_cohort(SHARED / "pbc" / "pbc.csv", Schema.from_yaml(_SCHEMAS / "pbc.yaml"))
    return _aimed(cohort, target="stage", without=()), "1"


CLASSES: dict[str, Callable[[], tuple[Cohort, str]]] = {
    "registry severity 4": registry_severity,
    "nwtco histology 2": nwtco_histology,
    "pbc stage 1": pbc_stage,
}


def _aimed(cohort: Cohort, *, target: str, without: Sequence[str]) -> Cohort:
    """The cohort with another target, columns that give it away set aside."""
    roles = {target: Role.TARGET, **dict.fromkeys(without, Role.IDENTIFIER)}
    columns = tuple(replace(c, role=roles.get(c.name, c.role)) for c in cohort.schema.columns)
    return replace(cohort, schema=replace(cohort.schema, columns=columns))


def study_of(name: str, *, synth: str, model: str, repeats: int) -> Study:
    cohort, label = CLASSES[name]()
    target = cohort.schema.with_role(Role.TARGET)[0].name
    mints = Mints(generator=synthesizer(synth), scarce=Group(conditions={target: label}), seed=0)
    with threadpool_limits(limits=1):
        return did_it_help(
            cohort,
            label=label,
            mint=mints.group,
            mint_whole=mints.whole,
            model=model,
            repeats=repeats,
            seed=0,
        )


def print_study(name: str, study: Study, *, seconds: float) -> None:
    keys = (("auroc", study.label), ("recall", study.label), ("balanced_accuracy", ""))
    columns = [study.of(*key) for key in keys]
    print(
        f"\n**{name}**: {study.of_class} of {study.persons} persons, {study.model}, "
        f"{study.repeats} splits, {seconds:.0f} s. {study.sentence}\n"
    )
    print("| trained on | AUROC | recall | balanced accuracy |\n| --- | --- | --- | --- |")
    print("| real only | " + " | ".join(short(column[0].reference) for column in columns) + " |")
    for row in zip(*columns, strict=True):
        cells = [f"{short(each.value)}: {each.sentence}" for each in row]
        print(f"| {row[0].arm} | " + " | ".join(cells) + " |")
    for arm, why in study.missed.items():
        print(f"| {arm} | not compared: {why} | | |")


def main(arguments: Sequence[str] | None = None) -> None:
    """Print a table a class."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--classes", nargs="+", choices=CLASSES, default=list(CLASSES))
    parser.add_argument("--synth", default="trees")
    parser.add_argument("--model", choices=("linear", "boosting"), default="linear")
    parser.add_argument("--repeats", type=int, default=10)
    chosen = parser.parse_args(arguments)
    for name in chosen.classes:
        started = time.perf_counter()
        study = study_of(name, synth=chosen.synth, model=chosen.model, repeats=chosen.repeats)
        print_study(name, study, seconds=time.perf_counter() - started)


if __name__ == "__main__":
    main()
