"""Who is exposed: nobody in particular in fresh persons, whoever was copied otherwise."""

import numpy as np
import pandas as pd

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from privacy.assay import assay
from privacy.exposure import EXPOSED, _redrawn, _Shares, share_beyond

SCHEMA = Schema(
    columns=(
        Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER),
        Column(name="gene", kind=Kind.CATEGORY, role=Role.SENSITIVE),
        *(Column(name=f"lab{i}", kind=Kind.NUMBER) for i in range(4)),
    )
)


def _table(rows, *, seed, rare):
    rng = np.random.default_rng(seed)
    gene = np.where(np.arange(rows) < rare, "rare", "common")
    labs = {f"lab{i}": rng.normal(size=rows) for i in range(4)}
    table = pd.DataFrame({"age": rng.integers(20, 80, rows), "gene": gene, **labs})
    return table.astype({"age": "Int64"})


def _exposure(release):
    train = Cohort(schema=SCHEMA, table=_table(150, seed=1, rare=12))
    holdout = Cohort(schema=SCHEMA, table=_table(150, seed=2, rare=12))
    split = Split(train=train, holdout=holdout, seed=0)
    return assay(release(train.table), split, attacks=("copy_scan", "membership"), planted=False).exposure


def test_fresh_persons_expose_about_five_percent():
    found = _exposure(lambda train: _table(150, seed=3, rare=12))
    whole = found.strata[0]
    assert (whole.column, whole.n) == ("", 150)
    assert whole.exposed <= 0.12
    assert whole.low <= 0.05


def test_a_rare_group_that_is_copied_stands_out_although_the_mean_does_not():
    def release(train):
        others = _table(150, seed=3, rare=0)
        return pd.concat([train[train["gene"] == "rare"], others.iloc[12:]], ignore_index=True)

    found = _exposure(release)
    rare = next(stratum for stratum in found.strata if stratum.level == "rare")
    assert (rare.column, rare.n) == ("gene", 12)
    assert rare.exposed >= 0.9
    assert rare.low > 0.5
    assert found.strata[0].exposed < 0.25
    assert len(set(found.most_exposed()["person"]) & set(range(12))) >= 9


def test_the_share_is_uniform_on_both_sides_when_nothing_leaks():
    rng = np.random.default_rng(0)
    is_train = np.arange(4000) < 2000
    shares = share_beyond(rng.normal(size=4000), is_train)
    for side in (is_train, ~is_train):
        assert abs(np.mean(shares[side] <= 0.05) - 0.05) < 0.015
        assert abs(np.mean(shares[side]) - 0.5) < 0.03


def test_ties_everywhere_expose_nobody():
    assert set(share_beyond(np.zeros(10), np.arange(10) < 5)) == {1.0}


def test_the_interval_knows_that_control_sets_the_threshold():
    covered = 0
    for seed in range(120):
        rng = np.random.default_rng(seed)
        is_train, scores = np.arange(160) < 100, rng.normal(size=160)
        found = _shares(scores, is_train, rng).stratum("", "", np.ones(100, dtype=bool))
        truth = 3 / 61  # at most two of 60 control persons score as high
        covered += found.low <= truth <= found.high
    assert covered >= 104  # 95 % of 120 are 114; Wilson's alone covers about 80 %


def test_too_small_a_control_leaves_the_interval_open():
    rng = np.random.default_rng(0)
    found = _shares(rng.normal(size=149), np.arange(149) < 100, rng).stratum("", "", np.ones(100, bool))
    assert (found.low, found.high) == (0, 1)


def _shares(scores, is_train, rng):
    exposed = share_beyond(scores, is_train)[is_train] <= EXPOSED
    return _Shares(exposed=exposed, redrawn=_redrawn(scores[is_train], scores[~is_train], rng=rng), rng=rng)


def test_the_evidence_holds_groups_and_no_person():
    found = _exposure(lambda train: train)
    assert set(found.to_dict()) == {"attacks", "strata"}
    assert list(found.persons) == ["person", "copy_scan", "membership", "exposed"]


def test_without_a_control_nobody_can_be_called_exposed():
    train = Cohort(schema=SCHEMA, table=_table(60, seed=1, rare=5))
    assert assay(train.table, Split(train=train, holdout=None), planted=False).exposure is None
