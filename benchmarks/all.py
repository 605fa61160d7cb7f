"""Every benchmark of docs/benchmarks.md, one after the other: ``make bench``."""

from benchmarks import (
    agreement,
    cgan,
    coverage,
    cross_fit,
    frontier,
    guards,
    helped,
    linkage,
    population,
    power,
    silence,
    speed,
    targeted,
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
    population,
    linkage,
    cgan,
    helped,
)


def main() -> None:
    """Print each benchmark's table under the command that makes it alone."""
    for module in ALL:
        print(f"\n## python -m {module.__name__}\n", flush=True)
        module.main([])


if __name__ == "__main__":
    main()
