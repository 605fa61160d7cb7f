import numpy as np
import pytest

from privacy.images.space import apart, colours, colours_apart, fit_space


@pytest.mark.parametrize("size", [16, 20, 28, 32, 64])
def test_a_turned_shifted_and_toned_picture_stays_near_and_others_far(make_pictures, size):
    real = make_pictures(12, size=64)
    step = 64 // size
    real = real[:, :: max(step, 1), :: max(step, 1)][:, :size, :size]
    space = fit_space(real)
    by = size // 16
    moved = np.roll(np.rot90(real, axes=(1, 2)), by, axis=1)
    toned = (moved * 0.8 + 10).astype(np.uint8)
    found = apart(space.turned(toned), space.moved(real))
    others = found[~np.eye(12, dtype=bool)]
    assert np.diag(found).max() < others.min()


def test_blocks_change_nothing(make_pictures, monkeypatch):
    real, other = make_pictures(7), make_pictures(5, seed=1)
    space = fit_space(real)
    whole = apart(space.turned(other), space.moved(real))
    monkeypatch.setattr("privacy.images.space._ROWS", 2)
    monkeypatch.setattr("privacy.images.space._COLUMNS", 3)
    assert np.allclose(apart(space.turned(other), space.moved(real)), whole, atol=1e-5)


def test_distances_are_those_of_the_nearest_forms(make_pictures):
    real = make_pictures(4)
    space = fit_space(real)
    turned, moved = space.turned(real), space.moved(real)
    by_hand = min(np.linalg.norm(a[0] - b[1]) for a in turned for b in moved)
    assert apart(turned, moved)[0, 1] == pytest.approx(by_hand, abs=1e-5)


def test_colours_forget_turns_but_not_tone(make_pictures):
    real = make_pictures(6)
    upright = colours(real)[0]
    assert np.diag(colours_apart(colours(real[:, ::-1]), upright)).max() < 1e-2
    darker = (real * 0.5).astype(np.uint8)
    assert np.diag(colours_apart(colours(darker), upright)).min() > 0.1


def test_flat_pictures_are_far_from_everything(make_pictures):
    flat = np.full((3, 32, 32, 3), 90, dtype=np.uint8)
    space = fit_space(flat)
    found = apart(space.turned(flat), space.moved(make_pictures(2)))
    assert found == pytest.approx(np.sqrt(2))
