import numpy as np

from privacy.images.authenticity import count
from privacy.statistics import draw_labels, p_value


def test_copies_are_not_authentic_and_fresh_pictures_are_as_authentic_to_either_side(copied, fresh):
    loud, quiet = count(copied, seed=0), count(fresh, seed=0)
    assert loud.train > loud.control + 0.2
    assert abs(quiet.train - quiet.control) < 0.2
    labels = draw_labels(loud.is_train, draws=199, rng=np.random.default_rng(0))
    assert p_value(loud.statistic(labels)) == 0.005
    assert p_value(quiet.statistic(labels)) > 0.05
