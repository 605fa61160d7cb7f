"""Attacks on a planted release, of which only changes are searched, against the same one built whole."""

from dataclasses import replace

import numpy as np
import pytest

from privacy.attacks.predicates import row_counts
from privacy.attacks.registry import ATTACKS
from privacy.attacks.singling_out import _issue, _ranked
from privacy.attacks.target import Pool, build_target
from privacy.planted import plant

NAMES = ["copy_scan", "membership", "inference", "identity_disclosure", "qi_match", "linkability"]


def whole(planted):
    """The planted release as if it had come so."""
    pool = Pool(table=planted.synthetic, points=planted.minted)
    return replace(planted, pool=pool, released=np.arange(len(pool.table)), original=None, held={})


@pytest.fixture(scope="module", params=[1, 2], ids=["one visit", "two visits"])
def planted(request, make_split):
    split, fresh = make_split(60, visits=request.param)
    target = build_target(fresh, split, seed=0)
    rng = np.random.default_rng(0)
    return [
        each for share in (0.02, 0.2, 0.9, 1.0) for each in plant(target, share=share, repeats=3, rng=rng)
    ]


@pytest.mark.parametrize("name", NAMES)
def test_what_has_not_changed_is_not_searched_and_nothing_is_missed(planted, name):
    for each in planted:
        labels = np.tile(each.attacked_is_train, (2, 1))
        quick = ATTACKS[name].count(each, seed=0).statistic(labels)
        plain = whole(each)
        if name in ("membership", "inference"):  # their forests are not grown on planted releases
            plain = replace(plain, original=plain)
        assert quick == pytest.approx(ATTACKS[name].count(plain, seed=0).statistic(labels))


def test_descriptions_of_a_planted_release_fit_one_of_its_rows(planted):
    for each in planted:
        ranked = _ranked(each)
        issued = _issue(each, ranked, seed=0, rng=np.random.default_rng(0))
        synthetic = ranked.distinct[np.unique(ranked.which[each.released])]
        assert (row_counts(issued, synthetic) == 1).all()
        bare = whole(each)
        plain = _issue(bare, _ranked(bare), seed=0, rng=np.random.default_rng(0))
        assert len(issued) == pytest.approx(len(plain), rel=0.15)


def test_copies_of_persons_whom_nobody_attacks_are_left_out(make_split, monkeypatch):
    monkeypatch.setattr("privacy.attacks.target.MOST_ATTACKED", 15)
    split, fresh = make_split(60)
    target = build_target(fresh, split, seed=0)
    (planted,) = plant(target, share=1.0, repeats=1, rng=np.random.default_rng(0))
    assert len(planted.copies) == len(planted.replaced) == 15
    drawn = [len(each.copies) for each in plant(target, share=0.2, repeats=200, rng=np.random.default_rng(0))]
    assert np.mean(drawn) == pytest.approx(3, abs=0.4)
    assert min(drawn) == 0
    for name in NAMES:  # a release without a copy is the release before
        none = next(
            x
            for x in plant(target, share=0.02, repeats=50, rng=np.random.default_rng(0))
            if not len(x.copies)
        )
        labels = np.tile(none.attacked_is_train, (2, 1))
        if name not in ("membership", "inference"):
            assert ATTACKS[name].count(none, seed=0).statistic(labels) == pytest.approx(
                ATTACKS[name].count(target, seed=0).statistic(labels)
            )
