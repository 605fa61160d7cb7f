"""One attack on fresh persons, on copies, and in a mirrored world."""

from dataclasses import replace

import numpy as np
import pytest

from cohort.split import Split
from privacy.assay import assay


@pytest.fixture(scope="session")
def attack_once():
    def attack(name, release, split, *, seed=0):
        return assay(release, split, attacks=[name], seed=seed, planted=False).risks[0]

    return attack


@pytest.fixture(scope="session")
def mirrored():
    """Every number of a table with its sign turned."""

    def turn(table):
        turned = table.copy()
        for name in ("base_excess", "marker", "lab"):
            turned[name] = -turned[name]
        return turned

    return turn


@pytest.fixture(scope="session")
def mirrored_split(mirrored):
    def turn(split):
        sides = [replace(side, table=mirrored(side.table)) for side in (split.train, split.holdout)]
        return Split(train=sides[0], holdout=sides[1])

    return turn


@pytest.fixture(scope="session")
def known_answers(make_split, attack_once):
    """Fresh persons give an interval over 0, copies one clearly above it."""

    def check(name, *, n=100, at_least):
        split, fresh = make_split(n, seed=0)
        quiet = attack_once(name, fresh, split)
        assert quiet.low <= 0 <= quiet.high
        assert not quiet.alarm
        loud = attack_once(name, split.train.released, split)
        assert loud.low > 0
        assert loud.excess >= at_least
        assert loud.p <= 0.01
        assert loud.alarm
        assert loud.excess == pytest.approx(loud.train - loud.control)
        return quiet, loud

    return check


@pytest.fixture
def global_source_left_alone():
    """Fails where a test leaves numpy's global generator in another state."""
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    yield
    assert (np.random.get_state()[1] == before).all()  # noqa: NPY002
