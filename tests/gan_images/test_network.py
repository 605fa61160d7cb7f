import numpy as np
import pytest
import torch

from gan_images.network import SIZES, Critic, Generator, prepare, smoothed


def pair(size=32, seed=0):
    generator, critic = Generator(classes=3, size=size), Critic(classes=3, size=size)
    prepare(generator, seed=seed)
    prepare(critic, seed=seed + 1)
    return generator, critic


@pytest.mark.parametrize("size", SIZES)
def test_pictures_and_scores_have_their_shapes_at_every_size(size):
    generator, critic = pair(size)
    labels = torch.tensor([0, 2])
    shown = generator(torch.randn((2, 64), generator=torch.Generator().manual_seed(0)), labels)
    assert shown.shape == (2, 3, size, size)
    assert shown.abs().max() <= 1
    scores = critic(shown, labels)
    assert scores.shape == (2,)
    assert torch.isfinite(scores).all()


def test_first_weights_come_from_the_seed_alone():
    first = pair(seed=3)
    torch.manual_seed(99)
    again, other = pair(seed=3), pair(seed=4)
    for ours, same, differs in zip(first, again, other, strict=True):
        weights = [[weight for _, weight in each.named_parameters()] for each in (ours, same, differs)]
        assert all(torch.equal(a, b) for a, b in zip(weights[0], weights[1], strict=True))
        assert not all(torch.equal(a, b) for a, b in zip(weights[0], weights[2], strict=True))


def test_both_networks_depend_on_the_class():
    generator, critic = pair()
    noise = torch.ones((1, 64))
    shown = [generator(noise, torch.tensor([label])) for label in (0, 1)]
    assert not torch.allclose(*shown)
    assert not torch.allclose(critic(shown[0], torch.tensor([0])), critic(shown[0], torch.tensor([1])))


def test_first_pictures_neither_vanish_nor_saturate():
    generator, _ = pair()
    with torch.no_grad():
        noise = torch.randn((16, 64), generator=torch.Generator().manual_seed(0))
        shown = generator(noise, torch.arange(16) % 3)
    assert 0.05 < shown.std() < 0.9


def test_smoothing_leaves_a_level_as_it_is_up_to_the_edge_and_a_grid_not():
    level = torch.full((1, 2, 6, 6), 0.7)
    assert torch.allclose(smoothed(level), level)
    grid = torch.from_numpy(np.indices((6, 6)).sum(axis=0) % 2 * 2.0 - 1.0).float().expand(1, 2, 6, 6)
    assert smoothed(grid)[:, :, 1:-1, 1:-1].abs().max() < 1e-6
