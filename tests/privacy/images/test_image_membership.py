import numpy as np

from privacy.images.image_membership import colour, count, density
from privacy.roc import auc


def test_copies_are_denser_and_nearer_in_their_colours(copied):
    assert auc(density(copied), copied.is_train)["low"] > 0.8
    assert auc(colour(copied), copied.is_train)["low"] > 0.52


def test_fresh_pictures_tell_nobody_from_anybody(fresh):
    figures = count(fresh, seed=0).figures
    for name in ("ratio", "density", "colour"):
        assert figures[f"auc_{name}"]["low"] < 0.5 < figures[f"auc_{name}"]["high"]
    assert "reason" in figures["tpr_at_1_fpr"]


def test_no_more_than_a_tenth_of_control_is_hit(fresh, copied):
    assert count(fresh, seed=0).control <= 0.1
    assert count(copied, seed=0).train >= 0.9


def test_no_score_knows_a_label(fresh):
    scores = density(fresh)
    object.__setattr__(other := type(fresh)(**vars(fresh)), "is_train", ~fresh.is_train)
    assert np.array_equal(density(other), scores)
