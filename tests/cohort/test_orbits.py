import numpy as np

from cohort.orbits import dihedral, shrunk, thumbnails


def pictures(n=3, size=32, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (n, size, size, 3), dtype=np.uint8)


def test_eight_different_turns_with_the_same_pixels():
    turned = dihedral(pictures())
    assert turned.shape == (8, 3, 32, 32, 3)
    assert len({each[0].tobytes() for each in turned}) == 8
    assert (np.sort(turned.reshape(8, -1), axis=1) == np.sort(turned[0].ravel())).all()


def test_tone_and_brightness_leave_a_thumbnail_as_it_is():
    first = (pictures() // 3 + 40).astype(np.uint8)
    brighter = (first + 60).astype(np.uint8)
    assert np.abs(thumbnails(first) - thumbnails(brighter)).max() < 1e-3
    assert np.allclose(np.linalg.norm(thumbnails(first), axis=1), 1.0, atol=1e-5)


def test_a_picture_of_one_colour_is_all_zero():
    flat = np.full((1, 32, 32, 3), 90, dtype=np.uint8)
    assert not thumbnails(flat).any()


def test_a_picture_of_any_size_is_shrunk_to_the_mean_of_each_cell():
    first = pictures(size=32)
    cells = first.reshape(3, 8, 4, 8, 4, 3).mean(axis=(2, 4)) / 255
    assert np.allclose(shrunk(first, side=8), cells, atol=1e-5)
    odd = pictures(size=21)
    assert np.allclose(shrunk(odd, side=8).mean(axis=(1, 2)), odd.mean(axis=(1, 2)) / 255, atol=1e-5)
