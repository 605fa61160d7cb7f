"""TVAE by SDV: what every generator promises stands in test_generators and test_sdv_adapter."""

import math

import pytest

from cohort.errors import ConfigError
from synth.tvae import Tvae


@pytest.mark.parametrize(("rows", "steps", "batch"), [(60, 31, 20), (150, 10, 50)])
def test_the_budget_is_in_steps_and_batches_fit_the_cohort(registry, rows, steps, batch):
    told = []
    fitted = Tvae(steps=steps).fit(registry(rows), seed=0, progress=told.append)
    losses = fitted.model.get_loss_values()
    assert len(losses) == math.ceil(steps / math.ceil(rows / batch)) * math.ceil(rows / batch)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_bad_options_are_all_named():
    with pytest.raises(ConfigError, match=r"(?s)steps.*batch_size"):
        Tvae(steps=0, batch_size="500")
