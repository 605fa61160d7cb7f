"""CopulaGAN by SDV: what every generator promises stands in test_generators and test_sdv_adapter."""

import pytest

from cohort.errors import ConfigError
from synth.copulagan import CopulaGan


def test_the_budget_is_in_steps_and_progress_is_told(registry):
    told = []
    fitted = CopulaGan(steps=31).fit(registry(60), seed=0, progress=told.append)
    assert len(fitted.model.get_loss_values()) == 11  # of three steps each
    assert len(told) == 13
    assert told[-1] == 1.0


@pytest.mark.parametrize("options", [{"steps": 0}, {"batch_size": 25}, {"batch_size": True}])
def test_a_bad_option_is_refused(options):
    with pytest.raises(ConfigError, match="copulagan"):
        CopulaGan(**options)
