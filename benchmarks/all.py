"""Every benchmark of docs/benchmarks.md, one after the other: ``make bench``."""

from benchmarks import (
    agreement,
    attack_cost,
    borrowing,
    cgan,
    coverage,
    cross_fit,
    dp,
    dp_audit,
    dp_baselines,
    dp_gauge,
    frontier,
    guards,
    helped,
    images,
    images_privacy,
    inference,
    linkage,
    patients,
    population,
    power,
    silence,
    speed,
    survival,
    synth_speed,
    targeted,
    visits,
    worth,
)

ALL = (
    guards,
    frontier,
    silence,
    power,
    coverage,
    agreement,
    cross_fit,
    targeted,
    speed,
    attack_cost,
    population,
    linkage,
    worth,
    patients,
    survival,
    cgan,
    synth_speed,
    borrowing,
    visits,
    inference,
    helped,
    dp,
    dp_baselines,
    dp_gauge,
    dp_audit,
    images,
    images_privacy,
)


def main() -> None:
    """Print each benchmark's table under the command that makes it alone."""
    for module in ALL:
        print(f"\n## python -m {module.__name__}\n", flush=True)
        module.main([])


if __name__ == "__main__":
    main()
