"""What every room's tests share."""

import random
import re
import secrets
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema

SHARED = Path(__file__).parents[2] / "shared" / "data"


class RepeatableNoise(random.Random):
    """Stands for the system's source, so that a test of differential privacy ends as it ended before."""

    made = 0

    def __init__(self):
        RepeatableNoise.made += 1
        super().__init__(RepeatableNoise.made)


def pytest_configure():
    secrets.SystemRandom = RepeatableNoise


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup():
    RepeatableNoise.made = 0


@pytest.fixture(scope="session")
def shared_data():
    """The real data beside the checkout; a test that needs them skips where they are absent."""
    if not SHARED.is_dir():
        pytest.skip("the real data are not at ../shared/data")
    return SHARED


@pytest.fixture(autouse=True)
def _own_state(tmp_path_factory, monkeypatch):
    """Keys and jobs of tests never meet those of the person who runs them."""
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path_factory.mktemp("state")))


ENGLISH = re.compile(r"(?:\b[A-Za-z][A-Za-z'’-]*[ ,.;:]+){3,}[A-Za-z]+")
CODE = re.compile(
    r"`[^`]*`|<code>.*?</code>|<style.*?</style>|<script.*?</script>|(?:/[\w.+-]+){2,}|doi:\S+", re.DOTALL
)


@pytest.fixture(scope="session")
def english():
    """Tells of a page, or of its texts, where four words of English and more follow each other."""

    def sentences(*texts):
        parts = [part for text in texts for part in re.split(r"<[^>]*>", CODE.sub(" ", text))]
        return [part.strip() for part in parts if ENGLISH.search(part)]

    return sentences


VISITED = (
    Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
    Column(name="sex", kind=Kind.CATEGORY, role=Role.QUASI_IDENTIFIER),
    Column(name="age", kind=Kind.NUMBER, role=Role.QUASI_IDENTIFIER),
    Column(name="day", kind=Kind.INTEGER),
    Column(name="bili", kind=Kind.NUMBER, role=Role.SENSITIVE),
    Column(name="stage", kind=Kind.ORDINAL, categories=("1", "2", "3")),
    Column(name="time", kind=Kind.INTEGER, role=Role.TIME),
    Column(name="event", kind=Kind.CATEGORY, role=Role.EVENT),
)


@pytest.fixture(scope="session")
def visiting():
    """Builds a cohort whose persons come one to six times: bilirubin and stage last from visit to visit."""

    def build(persons=80, seed=0):
        rng = np.random.default_rng(seed)
        rows = [row for person in range(persons) for row in _history(person, rng)]
        table = pd.DataFrame(rows, columns=[column.name for column in VISITED])
        table = table.astype({"day": "Int64", "time": "Int64"})
        table["bili"] = table["bili"].mask(rng.random(len(table)) < 0.1)
        # The rows of a file come in any order.
        table = table.iloc[rng.permutation(len(table))].reset_index(drop=True)
        schema = Schema(columns=VISITED, person="id", visit="day", rules=("day <= time",))
        return Cohort(schema=schema, table=table, name="visiting")

    return build


def _history(person, rng):
    visits, bili, stage = int(rng.integers(1, 7)), rng.normal(), int(rng.integers(1, 4))
    days = np.r_[0, np.cumsum(rng.integers(150, 220, visits - 1))]
    time = int(days[-1] + rng.integers(1, 300))
    lasting = (f"p{person}", str(rng.choice(["f", "m"])), round(rng.uniform(30, 80), 2))
    for day in days:
        yield (*lasting, day, round(bili, 3), str(stage), time, "1" if lasting[2] > 55 else "0")
        bili = 0.9 * bili + 0.4 * rng.normal()
        stage = int(rng.integers(1, 4)) if rng.random() < 0.1 else stage
