import math

import pytest
import torch

from gan_images.losses import critic_loss, generator_loss, gradient_penalty
from gan_images.network import Critic, prepare


def test_equal_scores_cost_the_logarithm_of_two_for_both():
    same = torch.tensor([1.5, -2.0])
    assert critic_loss(same, same).item() == pytest.approx(math.log(2))
    assert generator_loss(same, same).item() == pytest.approx(math.log(2))


def test_each_wants_what_the_other_does_not():
    real, minted = torch.tensor([3.0]), torch.tensor([-1.0])
    assert critic_loss(real, minted).item() == pytest.approx(math.log1p(math.exp(-4)))
    assert generator_loss(real, minted).item() == pytest.approx(math.log1p(math.exp(4)))


def test_only_differences_of_scores_count():
    real, minted = torch.tensor([0.3, 2.0]), torch.tensor([1.0, -1.0])
    assert critic_loss(real + 7, minted + 7).item() == pytest.approx(
        critic_loss(real, minted).item(), rel=1e-5
    )


def test_the_penalty_of_a_linear_score_is_its_squared_length():
    pictures = torch.zeros((4, 3, 2, 2), requires_grad=True)
    assert gradient_penalty(2 * pictures.sum(dim=(1, 2, 3)), pictures).item() == pytest.approx(4 * 12)


def test_the_penalty_is_that_of_finite_differences_and_has_a_gradient():
    critic = Critic(classes=2, size=32).double()
    prepare(critic, seed=0)
    rng, labels = torch.Generator().manual_seed(0), torch.tensor([1])
    picture = torch.randn((1, 3, 32, 32), generator=rng, dtype=torch.float64)
    shown = picture.clone().requires_grad_(True)
    penalty = gradient_penalty(critic(shown, labels), shown)
    # E[(g·v)²] over the axes is |g|²: a few axes against the same entries of autograd's gradient.
    (gradient,) = torch.autograd.grad(critic(shown, labels).sum(), shown)
    assert penalty.item() == pytest.approx(gradient.square().sum().item())
    for place in ((0, 0, 0), (1, 15, 16), (2, 31, 7)):
        step = torch.zeros_like(picture)
        step[(0, *place)] = 1e-5
        slope = (critic(picture + step, labels) - critic(picture - step, labels)).item() / 2e-5
        assert gradient[(0, *place)].item() == pytest.approx(slope, rel=1e-4, abs=1e-7)
    penalty.backward()
    assert critic.shrink[0].weight.grad.abs().sum() > 0
