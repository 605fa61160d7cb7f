import numpy as np
import pytest

from privacy.images.planted import KINDS, doctored, self_test
from privacy.images.registry import IMAGE_ATTACKS
from privacy.planted import FAMILY


@pytest.fixture(scope="module")
def tested(fresh):
    return self_test(fresh, [IMAGE_ATTACKS["orbit_copies"], IMAGE_ATTACKS["image_membership"]], seed=0)


@pytest.mark.parametrize("kind", KINDS)
def test_a_copy_is_another_picture_of_the_same_size(make_pictures, kind):
    pixels = make_pictures(3)
    copies = doctored(pixels, kind, rng=np.random.default_rng(0))
    assert copies.shape == pixels.shape
    assert copies.dtype == np.uint8
    assert not np.array_equal(copies, pixels)


def test_a_flipped_copy_flipped_back_is_the_picture_but_for_noise(make_pictures):
    pixels = make_pictures(3) // 2 + 60
    copies = doctored(pixels, "flipped", rng=np.random.default_rng(0))
    noise = copies[:, :, ::-1].astype(float) - pixels
    assert abs(noise.std() / 255 - 0.05) < 0.005


def test_more_copies_are_heard_more_often(tested):
    power = {each.attack: each for each in tested.power}
    assert set(power) == {"orbit_copies", "image_membership", FAMILY}
    assert power["orbit_copies"].caught[0.2] == 1
    assert power["orbit_copies"].detectable is not None
    assert power[FAMILY].caught[0.2] >= 0.95


def test_every_kind_has_its_rate_with_an_interval(tested):
    for kind in KINDS:
        found = tested.caught[f"caught when {kind}"]
        assert found["low"] <= found["value"] <= found["high"]
        assert found["value"] >= 0.85
        assert found["n"] > 10


def test_equal_seeds_give_equal_tests(fresh):
    attacks = [IMAGE_ATTACKS["orbit_copies"]]
    one, other = (self_test(fresh, attacks, seed=2, shares=(0.1,)) for _ in range(2))
    assert one.power == other.power
    assert one.caught == other.caught
