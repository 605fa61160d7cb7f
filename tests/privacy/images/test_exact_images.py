from dataclasses import replace

import numpy as np
import pytest

from cohort.errors import NotApplicable
from privacy.images.exact_images import count
from privacy.images.target import build_target


def test_a_mirrored_picture_is_found_and_a_noisy_one_is_not(case, releasing, fresh):
    assert count(fresh, seed=0).train == 0
    train = releasing(case.split.train)
    mirrored = replace(train, pixels=train.pixels[:, :, ::-1].copy())
    assert count(replace(fresh, release=mirrored), seed=0).train == 1
    assert count(replace(fresh, release=replace(train, pixels=train.pixels ^ 1)), seed=0).train == 0


def test_another_size_has_no_exact_copies(case, releasing):
    small = replace(case.fresh, pixels=case.fresh.pixels[:, ::2, ::2])
    target = build_target(small, case.split, seed=0)
    with pytest.raises(NotApplicable, match="another size"):
        count(target, seed=0)
    assert np.isfinite(target.to_release).all()
