import stat

import pytest
import yaml

from cohort.errors import ConfigError
from dashboard import drafts
from dashboard.drafts import OFFERED, Wanted, as_yaml, guaranteed, keep, values
from synthassay.config_reader import config_from_dict, read_config
from synthassay.generators import GENERATORS, configured

REGISTRY = {"demo": "registry"}


def read(wanted, tmp_path):
    return config_from_dict(yaml.safe_load(as_yaml(wanted)), folder=tmp_path)


def test_every_generator_is_offered():
    assert set(OFFERED) == set(GENERATORS)


@pytest.mark.parametrize("name", OFFERED)
def test_a_generator_takes_what_the_form_offers_from_the_least_to_the_most(name):
    options = OFFERED[name].options
    for at in ("least", "default", "most"):
        configured(name, {each.name: getattr(each, at) for each in options})
    if options:
        with pytest.raises(ConfigError):
            configured(name, {options[0].name: -1})


def test_what_was_filled_in_is_what_the_command_line_reads(tmp_path):
    wanted = Wanted(
        name="My study: 2026!",
        cohort={"data": "/d/patients.csv", "schema": {"columns": {"age": {"role": "other"}}}},
        candidates={"auto": {}, "trees": {"leaf": (40,), "outcome_leaf": (10,)}},
        rows=2.0, holdout=0.3, policy="public", seed=7,
    )  # fmt: skip
    config = read(wanted, tmp_path)
    assert (config.name, config.holdout, config.folds) == ("My-study-2026", 0.3, 1)
    assert (config.rows, config.policy, config.seed, config.budget) == (2.0, "public", 7, None)
    assert [(each.name, dict(each.options)) for each in config.candidates] == [
        ("auto", {}),
        ("trees", {"leaf": 40, "outcome_leaf": 10}),
    ]
    assert config.attacks is None


def test_several_epsilons_are_several_candidates_under_one_budget(tmp_path):
    candidates = {"dp_mst": {"epsilon": (0.5, 1.0, 10.0)}}
    config = read(
        Wanted(name="x", cohort=REGISTRY, candidates=candidates, holdout=None, budget=(20.0, 1e-5)), tmp_path
    )
    assert config.folds == 2
    assert [each.name for each in config.candidates] == ["dp_mst_0.5", "dp_mst_1", "dp_mst_10"]
    assert [each.options["epsilon"] for each in config.candidates] == [0.5, 1.0, 10.0]
    assert (config.budget.epsilon, config.budget.delta) == (20.0, 1e-5)
    assert guaranteed(candidates)
    assert not guaranteed({"trees": {}})


def test_a_trial_asks_one_attack_and_no_reference_point(tmp_path):
    config = read(Wanted(name="x", cohort=REGISTRY, candidates={"trees": {}}, trial=True), tmp_path)
    assert (config.attacks, config.references) == (("copy_scan",), ())


@pytest.mark.parametrize("typed", ["", "none", "0.5; -1", "1e9", "nan"])
def test_what_is_no_epsilon_is_refused(typed):
    with pytest.raises(ValueError, match=f"{typed}|convert"):
        values(typed, OFFERED["dp_mst"].options[0])


def test_epsilons_are_read_as_people_type_them():
    assert values("0.5, 1;1  10", OFFERED["dp_mst"].options[0]) == (0.5, 1.0, 10.0)


def test_a_config_is_kept_under_a_safe_name_for_its_owner_and_never_over_another(state):
    first = keep("name: a\ncohort: {demo: registry}\n", name="../../my study")
    assert first.parent == drafts.made_folder()
    assert first.name.startswith("my-study-")
    assert stat.S_IMODE(first.stat().st_mode) == 0o600
    assert keep("name: a\ncohort: {demo: registry}\n", name="../../my study") == first
    assert keep("name: b\n", name="../../my study") != first
    assert read_config(first).name == "a"
