import numpy as np

from privacy.images.orbit_copies import count, nearness
from privacy.statistics import draw_labels, p_value


def p_of(tally):
    labels = draw_labels(tally.is_train, draws=199, rng=np.random.default_rng(0))
    return p_value(tally.statistic(labels))


def test_turned_copies_ring_and_fresh_pictures_do_not(copied, fresh):
    loud, quiet = count(copied, seed=0), count(fresh, seed=0)
    assert loud.train == 1
    assert loud.control < 0.7
    assert p_of(loud) == 0.005
    assert p_of(quiet) > 0.05


def test_who_is_copied_scores_high(copied):
    scores = nearness(copied)
    assert np.median(scores[copied.is_train]) > 1
    assert np.median(scores[~copied.is_train]) < 0.2


def test_flags_are_counted_in_all_and_by_class(case, copied):
    figures = count(copied, seed=0).figures
    assert figures["flagged"]["value"] >= 0.95
    assert figures["flagged"]["n"] == len(case.copies)
    assert sum(figures[f"flagged in {name}"]["n"] for name in copied.classes) == len(case.copies)


def test_a_class_of_few_groups_has_a_reason_and_no_figure(copied):
    figures = count(copied, seed=0).figures
    assert "reason" in figures["excess in df"]
    found = figures["excess in nv"]
    assert found["low"] <= found["value"] <= found["high"]
    assert found["n"] >= 10
