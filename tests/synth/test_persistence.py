import numpy as np

from synth.leaves import fit_quantiles
from synth.persistence import fit_persistence


def _pairs(share, n=4_000, seed=0):
    rng = np.random.default_rng(seed)
    before = rng.normal(size=n)
    now = share * before + np.sqrt(1 - share**2) * rng.normal(size=n)
    return np.exp(before), np.exp(now), np.arange(n)


def test_what_lasts_is_found_on_any_scale():
    before, now, persons = _pairs(0.7)
    last = fit_persistence(fit_quantiles(before, persons), before, now, persons)
    assert abs(last.share - 0.7) < 0.03


def test_nothing_lasts_where_neighbours_are_opposite():
    before, _, persons = _pairs(0.0)
    last = fit_persistence(fit_quantiles(before, persons), before, 1 / before, persons)
    assert last.share == 0.0


def test_a_change_leads_back_to_the_value():
    before, now, persons = _pairs(0.7)
    last = fit_persistence(fit_quantiles(np.r_[before, now], np.r_[persons, persons]), before, now, persons)
    inner = (np.quantile(now, 0.01) < now) & (now < np.quantile(now, 0.99))
    back = last.after(before, last.change(before, now))
    assert np.allclose(back[inner], now[inner])


def test_persons_weigh_one_however_often_they_come():
    before, now, persons = _pairs(0.0)
    often = np.repeat(before[:1] + 3, 4_000)
    last = fit_persistence(
        fit_quantiles(before, persons),
        np.r_[before, often],
        np.r_[now, often],
        np.r_[persons, np.full(4_000, 4_000)],
    )
    assert last.share < 0.1
