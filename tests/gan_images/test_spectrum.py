import numpy as np
import pytest

from cohort.orbits import dihedral
from gan_images.spectrum import LONGEST, evened, evened_spread, pictures, turns, waves


@pytest.fixture
def noise():
    return np.random.default_rng(0).integers(0, 256, (5, 16, 16, 3), dtype=np.uint8)


def test_all_waves_of_a_picture_are_that_picture(noise):
    assert np.array_equal(pictures(waves(noise, waves=16), size=16), noise)


def test_few_waves_are_its_smooth_part_at_any_size():
    across = np.cos(np.pi * (np.arange(32) + 0.5) / 32)
    ramp = (
        np.repeat(np.round(128 + 100 * across)[None, :, None], 32, axis=0).repeat(3, axis=2).astype(np.uint8)
    )
    found = waves(ramp[None], waves=2)
    assert np.abs(pictures(found, size=32)[0].astype(int) - ramp).max() <= 2
    # The smallest wave at half the size is as high, for a picture's waves do not depend on its size.
    halved = waves(ramp[None].reshape(1, 16, 2, 16, 2, 3).mean(axis=(2, 4)), waves=2)
    assert halved == pytest.approx(found, rel=0.02, abs=1e-3)


def test_no_picture_s_waves_are_longer_than_is_said(noise):
    extreme = np.concatenate(
        [noise, np.zeros((1, 16, 16, 3), np.uint8), np.full((1, 16, 16, 3), 255, np.uint8)]
    )
    for many in (3, 16):
        assert np.linalg.norm(waves(extreme, waves=many), axis=1).max() <= LONGEST + 1e-12
    assert np.linalg.norm(waves(extreme[-1:], waves=1)) == pytest.approx(LONGEST)


def test_turns_of_waves_are_those_of_pictures(noise):
    found = waves(noise, waves=4)
    turned = {tuple(np.round(waves(each, waves=4), 9).ravel()) for each in dihedral(noise)}
    assert {tuple(np.round(found @ turn.T, 9).ravel()) for turn in turns(48)} == turned
    assert len(turned) == 8


def test_what_is_evened_stays_as_it_is_when_it_is_turned(noise):
    found = waves(noise, waves=4)
    means, spread = evened(found), evened_spread(np.cov(found.T))
    for turn in turns(48):
        assert means @ turn.T == pytest.approx(means)
        assert turn @ spread @ turn.T == pytest.approx(spread)
