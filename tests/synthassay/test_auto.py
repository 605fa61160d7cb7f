"""`auto`: chosen from train alone, by folds, and said in words wherever a run is read."""

import pandas as pd
import pytest

import synthassay as sa
from cohort.cohort import Cohort
from cohort.errors import ConfigError, GenerationError
from cohort.schema import Schema
from synthassay import auto, pipeline
from synthassay.auto import FEWEST, Auto, FittedAuto
from synthassay.config_reader import config_from_dict, read_config
from synthassay.generators import GENERATORS, configured, synthesizer
from synthassay.public import public_run
from synthassay.report import render
from synthassay.runs import Evidence, read_run

TWO = {"among": ["trees", "forest"]}


@pytest.fixture(autouse=True)
def _few_splits(monkeypatch):
    monkeypatch.setattr(auto, "_SPLITS", 1)


@pytest.fixture(scope="module")
def cohort(table, schema_content):
    return sa.read(table(84), schema=Schema.from_dict(schema_content))


def _few(cohort, n):
    return Cohort(schema=cohort.schema, table=cohort.table.head(n).reset_index(drop=True))


class _Spy:
    """A generator that notes whom it was fitted to, and copies them."""

    def __init__(self, seen):
        self.seen = seen

    def fit(self, train, *, seed, progress=None):
        self.seen.append(set(train.table["id"]))
        return synthesizer("copy").fit(train, seed=seed)


def test_it_fulfils_the_protocol_and_says_what_it_chose(cohort, monkeypatch):
    monkeypatch.setattr(auto, "_SPLITS", 2)
    fitted = Auto(**TWO).fit(cohort, seed=0)
    assert isinstance(fitted, FittedAuto)
    assert fitted.choice.setting.generator in TWO["among"]
    assert [each.setting.generator for each in fitted.choice.tried] == TWO["among"]
    release = fitted.sample(50, conditions={"worse": "yes"}, seed=1)
    assert release.made_by == "auto"
    assert set(release.table["worse"]) == {"yes"}


def test_equal_seeds_choose_and_draw_alike(cohort):
    first, second = (Auto(**TWO).fit(cohort, seed=3) for _ in range(2))
    assert first.choice == second.choice
    pd.testing.assert_frame_equal(first.sample(30, seed=1).table, second.sample(30, seed=1).table)


def test_the_choice_sees_parts_of_train_and_what_is_chosen_all_of_it(cohort, monkeypatch):
    seen = []
    monkeypatch.setattr(auto.Setting, "made", lambda self: _Spy(seen))
    train = cohort.split(holdout=0.2, seed=0).train
    Auto(**TWO).fit(train, seed=0)
    everybody = set(train.table["id"])
    assert all(each < everybody for each in seen[:-1])
    assert {len(each) for each in seen[:-1]} <= {round(2 / 3 * len(train)) + more for more in (-1, 0, 1)}
    assert seen[-1] == everybody


def test_a_copying_generator_is_told_and_not_taken(cohort, monkeypatch):
    made = auto.Setting.made
    monkeypatch.setattr(
        auto.Setting,
        "made",
        lambda self: synthesizer("copy") if self.generator == "forest" else made(self),
    )
    choice = Auto(**TWO).fit(cohort, seed=0).choice
    assert choice.tried[1].is_told
    assert choice.setting.generator == "trees"


def test_with_few_persons_nothing_is_tried_and_the_choice_says_so(cohort):
    fitted = Auto().fit(_few(cohort, FEWEST - 1), seed=0)
    assert fitted.choice.setting == auto.DEFAULT
    assert fitted.choice.tried == ()
    assert "fewer than 60 patients" in fitted.choice.why


def test_one_that_is_named_alone_is_taken_untried(cohort):
    choice = Auto(among=["forest"]).fit(cohort, seed=0).choice
    assert choice.setting.generator == "forest"
    assert choice.tried == ()


def test_a_generator_that_fails_is_noted_and_another_taken(cohort, monkeypatch):
    made = auto.Setting.made

    def failing(self):
        if self.generator == "trees":
            raise GenerationError("these rows are too few.")
        return made(self)

    monkeypatch.setattr(auto.Setting, "made", failing)
    choice = Auto(**TWO).fit(cohort, seed=0).choice
    assert choice.tried[0].failure == "these rows are too few."
    assert choice.setting.generator == "forest"


def test_the_short_list_holds_what_is_installed_and_pays(monkeypatch):
    monkeypatch.setattr(auto, "runs_here", lambda name: name in ("trees", "forest", "cgan"))
    assert {each.generator for each in Auto()._listed(300)} == {"trees", "forest"}
    assert "cgan" in {each.generator for each in Auto()._listed(2000)}


def test_a_target_that_is_constant_leaves_the_choice_to_fidelity(cohort):
    constant = Cohort(schema=cohort.schema, table=cohort.table.assign(worse="no"))
    choice = Auto(**TWO).fit(constant, seed=0).choice
    assert choice.key == ("pair_fidelity", "")


@pytest.mark.parametrize(
    "among", ["trees", ["oracle"], ["copy"], ["auto"], ["dp_mst"], ["kanonymity"], ["trees", "trees"], [3]]
)
def test_a_bad_list_is_refused(among):
    with pytest.raises(ConfigError, match="among"):
        configured("auto", {"among": among})


def test_every_other_option_is_refused():
    with pytest.raises(ConfigError, match="Options of auto: among"):
        configured("auto", {"leaf": 3})
    with pytest.raises(ConfigError, match=r"Known generators: auto, trees"):
        synthesizer("oracle")
    assert GENERATORS[0] == "auto"


def test_a_config_that_names_no_candidate_asks_for_it(tmp_path):
    config = config_from_dict({"cohort": {"demo": "registry"}}, folder=tmp_path)
    assert [(each.name, each.synth) for each in config.candidates] == [("auto", "auto")]


@pytest.fixture(scope="module")
def cross_fitted(inputs, tmp_path_factory):
    """A cross-fitted run of `auto`: one choice for each half."""
    folder = tmp_path_factory.mktemp("auto")
    state = pytest.MonkeyPatch()
    state.setattr(auto, "_SPLITS", 1)
    state.setenv("SYNTHASSAY_STATE", str(folder / "state"))
    config = inputs(
        folder,
        rows=124,
        candidates=[{"synth": "auto", **TWO}],
        split={"folds": 2},
        references=[],
        attacks=["copy_scan"],
    )
    run = read_run(pipeline.run(read_config(config), out=folder / "runs"))
    state.undo()
    return run


def test_a_cross_fitted_run_keeps_its_name_and_tells_a_choice_for_each_half(cross_fitted):
    evidence = cross_fitted.of("auto")
    assert evidence.made_by == "auto"
    assert len(evidence.chosen) == 2
    assert all(choice["generator"] in TWO["among"] for choice in evidence.chosen)
    assert Evidence.from_dict(evidence.to_dict()) == evidence


def test_the_report_explains_the_choice_and_the_public_one_without_risks(cross_fitted):
    page = (cross_fitted.folder / "report.html").read_text()
    assert "Why this generator for the first half" in page
    assert cross_fitted.of("auto").chosen[1]["why"].split(":")[1][:20] in page
    public = (cross_fitted.folder / "report.public.html").read_text()
    assert "Why this generator for the second half" in public
    tried = public_run(cross_fitted).of("auto").chosen[0]["tried"][0]
    assert tried["excess"] is None
    assert tried["p"] is None
    assert tried["use"] == round(tried["use"], 2)
    assert render(public_run(cross_fitted), public=True)


def test_evidence_of_other_generators_says_nothing_of_a_choice(finished):
    assert finished.of("trees").chosen == ()
    assert "chosen" not in finished.of("trees").to_dict()
