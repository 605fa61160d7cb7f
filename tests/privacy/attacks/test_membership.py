from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cohort.cohort import Cohort
from cohort.encode import fit_encoder, nearest
from cohort.schema import Column, Kind, Schema
from cohort.split import Split
from privacy.assay import assay, negative_control
from privacy.attacks import membership as module
from privacy.attacks import target as target_module
from privacy.attacks.membership import count, domias, resemblance
from privacy.attacks.target import build_target
from privacy.estimates import AttackRole
from privacy.planted import plant
from privacy.statistics import draw_labels, p_value

AREAS = ("auc_ratio", "auc_domias", "auc_classifier")


@pytest.fixture
def few_trees(monkeypatch):
    monkeypatch.setattr(module, "_TREES", 4)
    monkeypatch.setattr(module, "_FOLDS", 2)


def neighbours_mixed(cohort, *, seed, k=5):
    """As many rows, each cell from one of a person's ``k`` nearest rows, the person's among them."""
    rng, table = np.random.default_rng(seed), cohort.released
    points = fit_encoder([table], cohort.schema.released).encode(table)
    _, near = nearest(points, points, k=k)
    drawn = rng.integers(0, len(table), len(table))
    cells = {
        name: table[name].iloc[near[drawn, rng.integers(0, k, len(table))]].to_numpy(object) for name in table
    }
    return pd.DataFrame(cells).astype(table.dtypes.to_dict())


def adults(path, n):
    """Three times ``n`` persons of UCI Adult, without the survey weight."""
    table = (
        pd.read_csv(path, header=None, skipinitialspace=True).drop(columns=2).sample(3 * n, random_state=0)
    )
    table = table.rename(columns=str).reset_index(drop=True)
    kinds = {name: Kind.NUMBER if table[name].dtype.kind == "i" else Kind.CATEGORY for name in table}
    table = table.astype({name: float for name, kind in kinds.items() if kind is Kind.NUMBER})
    schema = Schema(columns=tuple(Column(name=name, kind=kind) for name, kind in kinds.items()))
    whole = Cohort(schema=schema, table=table)
    return [whole.rows(np.arange(start, start + n)) for start in range(0, 3 * n, n)]


def test_known_answers(known_answers):
    quiet, loud = known_answers("membership", at_least=0.85)
    assert loud.role is AttackRole.PRIMARY
    for name in AREAS:
        assert quiet.figures[name]["low"] <= 0.5 <= quiet.figures[name]["high"]
        assert loud.figures[name]["low"] > 0.9
    assert quiet.control <= 0.1
    assert loud.figures["tpr_at_10_fpr"]["value"] == loud.train
    assert "500" in loud.figures["tpr_at_1_fpr"]["reason"]


def test_the_sign_of_a_column_does_not_matter(make_split, mirrored, mirrored_split, attack_once, few_trees):
    split, fresh = make_split(60)
    one = attack_once("membership", fresh, split)
    other = attack_once("membership", mirrored(fresh), mirrored_split(split))
    assert (one.train, one.control) == (other.train, other.control)
    for name in AREAS[:2]:
        assert one.figures[name] == pytest.approx(other.figures[name])


@pytest.mark.parametrize("control", [20, 60])
def test_fresh_persons_raise_no_more_alarms_than_the_level(make_split, few_trees, control):
    seeds, alarms, misses = 60, [], []
    for seed in range(seeds):
        split, fresh = make_split(60, control=control, seed=300 + seed)
        risk = assay(fresh, split, attacks=["membership"], seed=seed, planted=False).risks[0]
        alarms.append(risk.alarm)
        misses.append([not risk.figures[name]["low"] <= 0.5 <= risk.figures[name]["high"] for name in AREAS])
        misses[-1].append(not risk.low <= 0 <= risk.high)
    most = 0.05 + 3 * np.sqrt(0.05 * 0.95 / seeds)
    assert np.mean(alarms) <= most
    assert (np.mean(misses, axis=0) <= most).all()


def test_train_and_control_are_treated_alike(make_split):
    split, fresh = make_split(50)
    swapped = Split(train=split.holdout, holdout=split.train)
    one, other = (build_target(fresh, each, seed=0) for each in (split, swapped))
    assert domias(one) == pytest.approx(np.roll(domias(other), 50))
    found = [resemblance(each, rng=np.random.default_rng(0)) for each in (one, other)]
    # The forests differ by their draws alone.
    assert np.corrcoef(found[0], np.roll(found[1], 50))[0, 1] > 0.5


def test_nobody_is_scored_by_a_forest_that_knew_them(make_split, monkeypatch):
    split, fresh = make_split(40, visits=2)
    seen = []
    monkeypatch.setattr(module, "_forest", lambda release, real, *, rng: Spy(real, seen))
    resemblance(build_target(fresh, split, seed=0), rng=np.random.default_rng(0))
    assert sum(seen) == 160
    assert len(seen) == 5


class Spy:
    def __init__(self, learnt, seen):
        self.learnt, self.seen = {tuple(row) for row in learnt}, seen

    def predict_proba(self, rows):
        assert not self.learnt & {tuple(row) for row in rows}
        self.seen.append(len(rows))
        return np.zeros((len(rows), 2))


@pytest.mark.parametrize("score", AREAS)
def test_mixtures_of_neighbours_are_seen_by_each_score(make_split, attack_once, score):
    split, _ = make_split(200)
    risk = attack_once("membership", neighbours_mixed(split.train, seed=0), split)
    assert risk.figures[score]["value"] >= 0.7
    assert risk.p == 0.001


@pytest.mark.shared
def test_mixtures_of_neighbours_among_a_thousand_adults(shared_data, attack_once):
    train, control, fresh = adults(shared_data / "adult_uci" / "adult.data.gz", 1000)
    split = Split(train=train, holdout=control)
    loud = attack_once("membership", neighbours_mixed(train, seed=0), split)
    assert all(loud.figures[name]["value"] >= 0.7 for name in AREAS)
    assert loud.figures["tpr_at_1_fpr"]["low"] > 0.03
    quiet = attack_once("membership", fresh.released, split)
    assert all(quiet.figures[name]["low"] <= 0.5 <= quiet.figures[name]["high"] for name in AREAS)


def test_planted_copies_are_sought_by_the_first_score_alone(make_split, monkeypatch):
    monkeypatch.setattr(module, "resemblance", None)
    monkeypatch.setattr(module, "domias", None)
    split, fresh = make_split(200)
    found, rng = build_target(fresh, split, seed=0), np.random.default_rng(0)
    labels = draw_labels(found.attacked_is_train, draws=199, rng=rng)
    rang = [
        p_value(count(planted, seed=0).statistic(labels)) <= 0.05
        for planted in plant(found, share=0.5, repeats=10, rng=rng)
    ]
    assert np.mean(rang) >= 0.9


def test_persons_with_several_rows_are_the_units(make_split, attack_once, few_trees):
    split, fresh = make_split(40, visits=3)
    quiet = attack_once("membership", fresh, split)
    assert (quiet.n, quiet.n_control) == (40, 40)
    assert not quiet.alarm
    loud = attack_once("membership", split.train.released, split)
    assert loud.alarm


def test_drawn_persons_are_scored_against_everybody(make_split, monkeypatch, few_trees):
    split, fresh = make_split(60, control=40)
    whole = domias(build_target(fresh, split, seed=0))
    monkeypatch.setattr(target_module, "MOST_ATTACKED", 25)
    drawn = build_target(fresh, split, seed=0)
    assert domias(drawn) == pytest.approx(whole[drawn.attacked])
    assert count(drawn, seed=0).n == 25


@pytest.mark.filterwarnings("error")
def test_odd_releases_give_a_result(make_split, attack_once, few_trees):
    split, fresh = make_split(30)
    unseen = fresh.assign(genotype=pd.Series(["ünseen"] * 30, dtype=object), stage=None)
    for release in (fresh.iloc[:1], unseen):
        risk = attack_once("membership", release.reset_index(drop=True), split)
        assert 0 < risk.p <= 1
        assert risk.low <= risk.excess <= risk.high


def test_nobody_is_claimed_where_all_are_alike(make_split, attack_once, few_trees):
    split, _ = make_split(30)
    one_row = split.train.table.iloc[[0]]

    def alike(side):
        table = pd.concat([one_row] * 30, ignore_index=True).assign(patient=side.table["patient"])
        return replace(side, table=table)

    same = Split(train=alike(split.train), holdout=alike(split.holdout))
    risk = attack_once("membership", same.train.released, same)
    assert (risk.train, risk.control, risk.p) == (0, 0, 1)
    assert "alike" in risk.figures["auc_domias"]["reason"]


def test_equal_seeds_give_equal_figures_which_survive_the_evidence(make_split, few_trees):
    split, fresh = make_split(40)
    one, other = (assay(fresh, split, attacks=["membership"], seed=4, planted=False) for _ in range(2))
    assert one.risks == other.risks
    assert type(one.risks[0]).from_dict(one.risks[0].to_dict()) == one.risks[0]


def test_the_holdout_reference_means_the_figures(make_split, few_trees):
    split, _ = make_split(60, control=120)
    figures = negative_control(split, attacks=["membership"], seed=0, repeats=2).risks[0].figures
    assert figures["auc_ratio"]["low"] < figures["auc_ratio"]["value"] < figures["auc_ratio"]["high"]
    assert "reason" in figures["tpr_at_1_fpr"]
    assert "value" in figures["tpr_at_10_fpr"]
