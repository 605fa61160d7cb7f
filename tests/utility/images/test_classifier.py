import numpy as np
import torch
from torch import nn

from utility.images.classifier import Effort, balanced, probabilities, train_classifier

SHORT = Effort(steps=12)


def trained(cohort, **options):
    draw = balanced(cohort.pixels, cohort.labels, classes=3)
    return train_classifier(draw, classes=3, effort=SHORT, **{"seed": 0, **options})


def test_it_learns_what_colour_tells_apart_and_says_probabilities(coloured):
    said = probabilities(trained(coloured()), coloured(seed=1).pixels)
    assert said.shape == (180, 3)
    assert np.allclose(said.sum(axis=1), 1)
    assert (said.argmax(axis=1) == coloured().labels).mean() > 0.8


def test_what_is_said_does_not_depend_on_how_a_picture_lies(coloured):
    model, pixels = trained(coloured()), coloured(seed=1).pixels[:6]
    turned = np.rot90(pixels, axes=(1, 2))[:, :, ::-1]
    assert np.allclose(probabilities(model, pixels), probabilities(model, turned), atol=1e-6)


def test_equal_seeds_give_equal_networks_and_no_global_state_moves(coloured):
    before = torch.get_rng_state()
    said = [probabilities(trained(coloured(), seed=seed), coloured().pixels[:5]) for seed in (0, 0, 1)]
    assert np.array_equal(said[0], said[1])
    assert not np.array_equal(said[0], said[2])
    assert torch.equal(before, torch.get_rng_state())


def test_classes_are_drawn_alike_however_few_their_pictures(coloured):
    cohort = coloured((150, 20, 0))
    pixels, shares = balanced(cohort.pixels, cohort.labels, classes=3)(2000, np.random.default_rng(0))
    assert pixels.shape == (2000, 16, 16, 3)
    assert np.abs(shares.mean(axis=0) - [0.5, 0.5, 0]).max() < 0.05


class Own(nn.Module):
    def __init__(self, classes):
        super().__init__()
        self.head = nn.Linear(3, classes)

    def forward(self, pictures):
        return self.head(pictures.mean(dim=(2, 3)))


def test_the_user_s_own_network_may_take_the_place_of_ours(coloured):
    model = trained(coloured(), network=Own)
    assert isinstance(model, Own)
    assert probabilities(model, coloured().pixels[:3]).shape == (3, 3)
