import numpy as np
import pytest
import torch

from utility.images.classifier import Small
from utility.images.features import as_tensor, in_batches, network_space, one_thread, random_convolutions


def test_features_have_mean_nought_and_at_most_spread_one_where_they_were_fitted(coloured):
    pixels = coloured().pixels
    found = random_convolutions(pixels).describe(pixels)
    assert found.shape == (180, 288)
    assert np.allclose(found.mean(axis=0), 0, atol=1e-6)
    assert found.std(axis=0).max() == pytest.approx(1)
    assert np.median(found.std(axis=0)) == pytest.approx(1)


def test_random_convolutions_are_the_same_for_everybody_and_leave_torch_s_generator(coloured):
    pixels, before = coloured().pixels, torch.get_rng_state()
    first, second = random_convolutions(pixels), random_convolutions(pixels[:50])
    assert first.fingerprint == second.fingerprint
    assert torch.equal(before, torch.get_rng_state())


def test_a_network_s_hash_is_of_its_weights(coloured):
    pixels = coloured().pixels[:20]
    torch.manual_seed(0)
    network = Small(classes=3)
    space, same = (network_space("task", network, pixels) for _ in range(2))
    assert space.describe(pixels).shape == (20, 48)
    assert space.fingerprint == same.fingerprint
    assert len(space.fingerprint) == 12
    with torch.no_grad():
        network.head.bias += 1e-3
    assert network_space("task", network, pixels).fingerprint != space.fingerprint


def test_batches_are_joined_in_order():
    pixels = np.arange(600, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    found = in_batches(lambda shown: shown.mean(dim=(1, 2, 3)), pixels)
    assert found == pytest.approx(pixels[:, 0, 0, 0] / 127.5 - 1, abs=1e-6)


def test_a_tensor_of_pictures_lies_between_minus_one_and_one():
    shown = as_tensor(np.array([[[[0, 255, 51]]]], dtype=np.uint8))
    assert shown.flatten().tolist() == pytest.approx([-1.0, 1.0, -0.6])


def test_threads_are_as_before_after_one_thread():
    before = torch.get_num_threads()
    with one_thread():
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == before
