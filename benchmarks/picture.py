"""The picture of the README: use against risk of the demo's candidates and reference points.

``python -m benchmarks.picture`` runs configs/demo.yaml on the simulated registry (some minutes) and writes
docs/pictures/frontier.svg; ``--run FOLDER`` draws a run that is there already.
"""

import argparse
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dashboard.charts import frontier_picture
from synthassay import pipeline
from synthassay.config_reader import read_config
from synthassay.reporting.drawn import drawn
from synthassay.runs import read_run

ROOT = Path(__file__).parents[1]
PICTURE = ROOT / "docs" / "pictures" / "frontier.svg"


def draw(run: Path) -> None:
    """Write the picture of a run."""
    figure = drawn(frontier_picture(read_run(run).frontier).figure)
    opening, _, rest = figure.partition(">")
    white = '<rect width="100%" height="100%" fill="#fff"/>'  # where a page is dark, too
    PICTURE.write_text(f"{opening}>{white}{rest}\n", encoding="utf-8")


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the demo, unless a run is named, and draw it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--run", type=Path)
    given = parser.parse_args(arguments).run
    if given is not None:
        draw(given)
        return
    with tempfile.TemporaryDirectory() as folder:
        draw(pipeline.run(read_config(ROOT / "configs" / "demo.yaml"), out=Path(folder)))


if __name__ == "__main__":
    main()
