import numpy as np
import pytest
import torch

from cohort.errors import ConfigError, GenerationError
from gan_images import model
from gan_images.model import FEWEST, Gan


@pytest.fixture(scope="module")
def fitted(coloured):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(model, "_DRAWN", 64)
        return Gan(steps=25, minutes=None, batch=8).fit(coloured(), seed=0)


def test_a_release_has_train_s_shares_and_is_drawn_by_its_seed(fitted):
    release, again, other = (fitted.sample(100, seed=seed) for seed in (1, 1, 2))
    assert release.pixels.shape == (100, 32, 32, 3)
    assert release.pixels.dtype == np.uint8
    assert release.made_by == "gan"
    assert np.bincount(release.labels)[1] / 100 == pytest.approx(24 / 64, abs=0.16)
    assert np.array_equal(release.pixels, again.pixels)
    assert not np.array_equal(release.pixels, other.pixels)


def test_a_class_that_is_asked_for_is_drawn_and_looks_like_it(fitted):
    tones = {}
    for name in ("a", "b"):
        release = fitted.sample(30, conditions={"class": name}, seed=0)
        assert set(release.labels.tolist()) == {release.classes.index(name)}
        tones[name] = release.pixels.astype(float).mean(axis=(0, 1, 2))
    # a is red, b is blue: after a few steps they differ in that direction.
    assert tones["a"][0] - tones["a"][2] > tones["b"][0] - tones["b"][2]


def test_a_picture_is_drawn_for_each_label(fitted):
    labels = np.array([1, 0, 1])
    release = fitted.pictures_of(labels, seed=0)
    assert np.array_equal(release.labels, labels)
    assert release.pixels.shape == (3, 32, 32, 3)


@pytest.mark.parametrize(
    "conditions", [{"class": "c"}, {"class": None}, {"age": 3}, {"class": "a", "age": 3}]
)
def test_other_conditions_are_refused(fitted, conditions):
    with pytest.raises(GenerationError, match="by class alone: a, b"):
        fitted.sample(3, conditions=conditions, seed=0)


def test_nothing_of_the_critic_is_kept(fitted):
    assert set(vars(fitted)) == {"generator", "classes", "shares", "scores"}
    assert not any(weight.requires_grad for weight in fitted.generator.parameters())


def test_equal_seeds_give_equal_generators_and_no_global_state_moves(coloured, monkeypatch):
    monkeypatch.setattr(model, "_DRAWN", 64)
    before = torch.get_rng_state(), torch.get_num_threads()
    options = Gan(steps=1, minutes=None, batch=4)
    first, again = (options.fit(coloured(), seed=5) for _ in range(2))
    assert np.array_equal(first.sample(3, seed=0).pixels, again.sample(3, seed=0).pixels)
    assert first.scores == again.scores
    assert torch.equal(before[0], torch.get_rng_state())
    assert before[1] == torch.get_num_threads()


def test_a_size_without_networks_and_a_class_of_few_are_refused(coloured):
    with pytest.raises(GenerationError, match="32, 64, 128 pixels, not 48"):
        Gan(steps=1).fit(coloured(size=48), seed=0)
    with pytest.raises(GenerationError, match=f"fewer than {FEWEST} pictures of b "):
        Gan(steps=1).fit(coloured((40, FEWEST - 1)), seed=0)
    with pytest.raises(GenerationError, match="adapt to z, which train has not: name of a, b"):
        Gan(steps=1, adapt=["z"]).fit(coloured(), seed=0)


@pytest.mark.parametrize(
    ("options", "what"),
    [
        ({"minutes": 0}, "minutes"),
        ({"minutes": None}, "minutes or steps"),
        ({"steps": 0}, "steps"),
        ({"batch": 1}, "batch"),
    ],
)
def test_options_out_of_range_are_refused(options, what):
    with pytest.raises(ConfigError, match=what):
        Gan(**options)
