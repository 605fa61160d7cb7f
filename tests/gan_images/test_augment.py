import numpy as np
import pytest
import torch

from cohort.orbits import dihedral
from gan_images.augment import disturbed, turned


def pictures(many=6, size=32):
    return torch.rand((many, 3, size, size), generator=torch.Generator().manual_seed(1)) * 2 - 1


@pytest.mark.parametrize("change", [disturbed, turned])
def test_a_change_keeps_the_shape_and_comes_from_its_generator_alone(change):
    before = torch.get_rng_state()
    found = [change(pictures(), torch.Generator().manual_seed(seed)) for seed in (0, 0, 1)]
    assert found[0].shape == (6, 3, 32, 32)
    assert torch.equal(found[0], found[1])
    assert not torch.equal(found[0], found[2])
    assert torch.equal(before, torch.get_rng_state())


def test_the_gradient_goes_through_a_disturbance():
    shown = pictures().requires_grad_(True)
    disturbed(shown, torch.Generator().manual_seed(0)).square().sum().backward()
    assert torch.isfinite(shown.grad).all()
    assert (shown.grad != 0).float().mean(dim=(1, 2, 3)).min() > 0.4


def test_a_disturbance_is_that_of_each_picture():
    same = pictures(1).expand(4, -1, -1, -1)
    found = disturbed(same, torch.Generator().manual_seed(0))
    assert all(not torch.equal(found[0], each) for each in found[1:])


def test_a_turned_picture_is_one_of_numpy_s_eight():
    shown = pictures(40, 8)
    found = turned(shown, torch.Generator().manual_seed(0)).permute(0, 2, 3, 1).numpy()
    eight = dihedral(shown.permute(0, 2, 3, 1).numpy())
    which = (eight == found).all(axis=(2, 3, 4))
    assert (which.sum(axis=0) == 1).all()
    assert len(set(np.argmax(which, axis=0).tolist())) == 8
