"""Every benchmark of docs/benchmarks.md, one after the other: ``make bench``."""

from benchmarks import frontier, guards, power, silence


def main() -> None:
    """Print each benchmark's table under the command that makes it alone."""
    for module in (guards, frontier, silence, power):
        print(f"\n## python -m {module.__name__}\n", flush=True)
        module.main([])


if __name__ == "__main__":
    main()
