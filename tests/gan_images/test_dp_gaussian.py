from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.errors import ConfigError, GenerationError
from cohort.images import ImageCohort
from gan_images import dp_gaussian
from gan_images.dp_gaussian import DpGaussian, by_class, pair_sums, whole
from gan_images.spectrum import LONGEST, waves
from privacy.dp.accounting import rho_for

UNITS = dp_gaussian._UNITS


@pytest.fixture(scope="module")
def blobs():
    """600 lesions of two classes: a red and a blue blot in the middle, and one in twelve is blue."""
    rng = np.random.default_rng(0)
    labels = np.repeat([0, 1], [550, 50])
    across = np.linspace(-1, 1, 16)
    blot = np.exp(-3 * (across[:, None] ** 2 + across**2))[None, :, :, None]
    tones = np.array([[60, -60, -60], [-60, -60, 60]])[labels][:, None, None, :]
    light = rng.normal(0, 20, (600, 1, 1, 1))
    pixels = np.clip(128 + light + blot * tones, 0, 255).astype(np.uint8)
    return ImageCohort(pixels=pixels, labels=labels, classes=("red", "blue"), groups=np.arange(600))


def generator(**options):
    return DpGaussian(**{"epsilon": 5.0, "classes": ("blue", "red"), "waves": 3} | options)


@pytest.fixture(scope="module")
def fitted(blobs):
    return generator().fit(blobs, seed=0)


def test_pictures_look_like_their_class_and_vary_in_what_patients_vary_in(fitted, blobs):
    release = fitted.sample(400, seed=1)
    assert release.classes == blobs.classes
    assert release.pixels.shape == (400, 16, 16, 3)
    middle = release.pixels[:, 6:10, 6:10].astype(float).mean(axis=(1, 2))
    assert (middle[release.labels == 0, 0] - middle[release.labels == 0, 2]).mean() > 40
    assert (middle[release.labels == 1, 2] - middle[release.labels == 1, 0]).mean() > 20
    assert np.bincount(release.labels)[1] / 400 == pytest.approx(1 / 12, abs=0.06)
    edges = release.pixels[:, 0].astype(float).mean(axis=(1, 2))
    assert edges.std() == pytest.approx(20, rel=0.35)
    assert 1 <= len(fitted.axes) <= 4


def test_the_promise_is_what_was_asked_and_its_number_of_pictures_is_noisy(fitted):
    told = fitted.sample(3, seed=0).guarantee
    assert (told.epsilon, told.delta) == (5.0, 1e-4)
    assert told.rows == pytest.approx(600, abs=60)
    assert told.rows != 600


def test_the_whole_budget_is_spent_and_no_more(blobs, monkeypatch):
    spent = []
    account = dp_gaussian.Account

    def watched(rho):
        spent.append(account(rho))
        return spent[-1]

    monkeypatch.setattr(dp_gaussian, "Account", watched)
    generator(delta=1e-5).fit(blobs, seed=0)
    (found,) = spent
    assert found.rho == rho_for(5.0, 1e-5)
    assert sum(each.rho for each in found.spends) == pytest.approx(found.rho)
    assert [each.on for each in found.spends] == [
        "pictures of each class",
        "the mean of all classes",
        "the mean of each class",
        "the covariance of all classes",
    ]


def test_noise_knows_no_seed_and_draws_do(blobs, fitted):
    first, second = (generator().fit(blobs, seed=0).fingerprint for _ in range(2))
    assert first != second
    assert np.array_equal(fitted.sample(5, seed=1).pixels, fitted.sample(5, seed=1).pixels)
    assert not np.array_equal(fitted.sample(5, seed=1).pixels, fitted.sample(5, seed=2).pixels)


def test_less_budget_tells_less(blobs):
    rough, fine = (generator(epsilon=epsilon).fit(blobs, seed=0).means for epsilon in (0.2, 50.0))
    described = waves(blobs.pixels, waves=3)
    exact = np.stack([described[blobs.labels == each].mean(axis=0) for each in (0, 1)])
    assert np.linalg.norm(fine - exact) < 0.02 < np.linalg.norm(rough - exact)


vectors = st.lists(
    st.lists(st.floats(-2, 2, allow_subnormal=False), min_size=4, max_size=4), min_size=1, max_size=3
)


@settings(max_examples=200, deadline=None)
@given(vectors, st.sampled_from([0.1, 0.15, 0.5]))
def test_a_group_moves_no_sum_further_than_its_noise_is_made_for(rows, radius):
    """Of one to three pictures: what is added to a sum is what one group adds, whoever else is there."""
    added = whole(np.array(rows), radius=radius)
    most = len(rows)
    assert np.linalg.norm(added, axis=1).max() <= UNITS
    labels = np.arange(most) % 2
    assert np.linalg.norm(by_class(added, labels, classes=2)) <= most * UNITS
    assert np.linalg.norm(pair_sums(added)) <= most * UNITS**2 * (1 + 1e-12)


def test_the_most_that_can_be_added_is_reached_so_that_the_bound_is_no_looser_than_it_must():
    furthest = whole(np.array([[0.0, 9.0]]), radius=LONGEST)
    assert np.linalg.norm(furthest) == UNITS
    assert np.linalg.norm(pair_sums(furthest)) == UNITS**2


def test_pairs_are_the_products_that_they_are_said_to_be():
    few = np.array([[3, -4, 5], [1, 2, -2]])
    square = dp_gaussian._square(pair_sums(few).astype(float), 3)
    assert square == pytest.approx(few.T @ few, abs=2)


def test_of_a_group_with_many_pictures_few_count(blobs, monkeypatch):
    seen = []

    def watched(pixels, *, waves):
        seen.append(len(pixels))
        raise InterruptedError

    monkeypatch.setattr(dp_gaussian, "waves", watched)
    hundred = replace(blobs, groups=np.minimum(np.arange(600), 99))
    with pytest.raises(InterruptedError):
        generator(pictures_per_group=2).fit(hundred, seed=0)
    assert seen == [99 + 2]


def test_more_pictures_of_a_group_cost_more_noise(blobs):
    described = waves(blobs.pixels, waves=3)
    exact = described.mean(axis=0)
    gap = {
        most: np.linalg.norm(generator(pictures_per_group=most).fit(blobs, seed=0).means[0] - exact)
        for most in (1, 50)
    }
    assert gap[1] < gap[50]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"epsilon": 0.0}, "epsilon is missing"),
        ({"epsilon": -1.0}, "epsilon must be above 0"),
        ({"delta": 1.0}, "delta must be at least 0 and below 1"),
        ({"classes": ()}, "nothing says which classes there are"),
        ({"classes": "red"}, "nothing says which classes"),
        ({"waves": 0}, "waves: 0"),
        ({"waves": True}, "waves: True"),
        ({"pictures_per_group": 0}, "between 1 and 100"),
    ],
)
def test_bad_options_are_refused(options, words):
    with pytest.raises(ConfigError, match=words):
        generator(**options)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"classes": ("red", "green")}, "classes named are not those"),
        ({"classes": ("red",)}, "classes named are not those"),
        ({"delta": 1 / 600}, "delta is not below 1 / groups"),
    ],
)
def test_what_cannot_be_promised_is_refused_before_anything_is_spent(blobs, options, words):
    with pytest.raises(ConfigError, match=words):
        generator(**options).check(blobs)


def test_a_class_that_is_asked_for_is_drawn(fitted):
    release = fitted.sample(4, conditions={"class": "blue"}, seed=0)
    assert release.labels.tolist() == [1, 1, 1, 1]
    with pytest.raises(GenerationError, match="by class alone: red, blue"):
        fitted.sample(4, conditions={"class": "green"}, seed=0)
