"""The targeted game from the front door: announced, played, told inside the house alone."""

import json
import re
import stat
import sys

import pytest

import synthassay as sa
from cohort.errors import ConfigError, NotApplicable
from cohort.split import Split
from synth.registry import synthesizer
from synthassay import pipeline
from synthassay.config_reader import config_from_dict, read_config
from synthassay.runs import Evidence, read_run
from synthassay.targeted.game import most_exposed, targeted_game

ANNOUNCED = re.compile(
    r"targeted game: 2 persons x 10 refits x 2 worlds for `trees`: 40 fits, about \d+ (s|minutes) "
    r"\(one fit took [\d.]+ s\)"
)


@pytest.fixture(scope="module")
def played(tmp_path_factory, inputs):
    folder = tmp_path_factory.mktemp("targeted")
    state = pytest.MonkeyPatch()
    state.setenv("SYNTHASSAY_STATE", str(folder / "state"))
    said = []
    state.setattr(sys.stderr, "write", said.append)
    config = read_config(
        inputs(
            folder,
            rows=80,
            references=[],
            attacks=["copy_scan"],
            targeted={"persons": 2, "fits": 10},
        )
    )
    run = read_run(pipeline.run(config, out=folder / "runs"))
    state.undo()
    return run, "".join(said)


def test_the_cost_is_announced_on_standard_error(played):
    assert ANNOUNCED.search(played[1])


def test_the_evidence_holds_the_game_and_its_controls_and_names_nobody(played):
    game = played[0].of("trees").targeted
    assert (game["persons"], game["fits"]) == (2, 10)
    assert game["low"] <= game["advantage"] <= game["high"]
    assert game["controls"]["copies"]["noticed"] == 2
    assert game["controls"]["blind"]["noticed"] == 0
    assert "person" not in json.dumps(game).replace('"persons"', "")


def test_the_persons_stand_in_the_private_folder(played):
    path = played[0].folder / "private" / "trees+targeted.csv"
    assert len(path.read_text().splitlines()) == 3
    if sys.platform != "win32":
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_internal_report_tells_it_and_the_public_one_does_not(played):
    folder = played[0].folder
    internal, public = ((folder / name).read_text() for name in ("report.html", "report.public.html"))
    assert "The targeted game" in internal
    assert "argeted game</h3>" not in public
    assert "Largest advantage" not in public
    assert "+targeted.csv" not in public


def test_evidence_without_a_game_does_not_speak_of_one():
    assert "targeted" not in Evidence(candidate="trees", made_by="trees").to_dict()


def test_cross_fitted_everybody_may_be_tried(tmp_path, inputs):
    asked = {"persons": 1, "fits": 10}
    path = inputs(tmp_path, rows=80, references=[], attacks=["copy_scan"], split={"folds": 2}, targeted=asked)
    run = read_run(pipeline.run(read_config(path), out=tmp_path / "runs"))
    assert run.of("trees").targeted["persons"] == 1


def test_without_an_attack_that_ranks_it_says_why(tmp_path, inputs):
    path = inputs(tmp_path, rows=80, references=[], attacks=["exact_copies"], targeted={})
    run = read_run(pipeline.run(read_config(path), out=tmp_path / "runs"))
    targeted = run.of("trees").targeted
    assert "no attack ranked the patients" in targeted.get("reason", "")
    assert targeted["reason"] in (run.folder / "report.html").read_text()


def test_from_python_a_copying_generator_is_noticed(table, schema_content):
    cohort = sa.read(table(60), schema=sa.api.Schema.from_dict(schema_content))
    split = cohort.split(holdout=0.5, seed=0)
    game = sa.targeted_game(synthesizer("copy"), split, persons=[0, 3], fits=10, seed=1)
    assert [guess.person for guess in game.candidate.guesses] == [0, 3]
    assert game.candidate.to_dict()["noticed"] == 2
    assert game.blind.to_dict()["noticed"] == 0


def test_from_python_the_most_exposed_are_found(table, schema_content):
    cohort = sa.read(table(80), schema=sa.api.Schema.from_dict(schema_content))
    split = cohort.split(holdout=0.5, seed=0)
    game = targeted_game(synthesizer("independent"), split, persons=2, fits=10)
    assert len({guess.person for guess in game.candidate.guesses}) == 2
    with pytest.raises(NotApplicable):
        targeted_game(synthesizer("copy"), Split(train=split.train, holdout=None), persons=2, fits=10)


def test_nobody_is_exposed_where_nobody_was_ranked():
    with pytest.raises(NotApplicable):
        most_exposed(None, 3)


def test_what_the_config_says_is_checked_and_repeated():
    content = {"cohort": {"demo": "registry"}, "targeted": {"persons": 5}}
    config = config_from_dict(content, folder=None)
    assert config.resolved()["targeted"] == {"persons": 5, "fits": 40}
    assert config_from_dict({"cohort": {"demo": "registry"}}, folder=None).targeted is None
    for wrong in ({"fits": 4}, {"persons": 0}, {"persons": True}, {"people": 3}, 3):
        with pytest.raises(ConfigError, match="targeted"):
            config_from_dict({**content, "targeted": wrong}, folder=None)
