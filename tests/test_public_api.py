"""What is promised to stay: names, what they take, the records, the commands and their exit codes."""

import inspect
import tomllib
from dataclasses import fields, is_dataclass
from importlib import import_module
from pathlib import Path

import synthassay as sa
from synthassay import cli

ROOT = Path(__file__).parents[1]
TAKES = {
    "Augment": "label share to synth options schema seed",
    "Report": "release split judge evaluation seed",
    "assay": "release split policy attacks seed",
    "draft_schema": "raw",
    "read": "source schema sheet name",
    "read_images": "images metadata label group image schema size",
    "run": "config out",
    "synthesizer": "name options",
    "targeted_game": "synthesizer split persons fits seed",
}
NOUNS = {
    "cohort.schema": "Column Kind Role Schema",
    "cohort.cohort": "Cohort",
    "cohort.images": "ImageCohort ImageRelease ImageSplit",
    "cohort.split": "Split",
    "cohort.release": "Guarantee Release",
    "cohort.findings": "Finding",
    "utility.scores": "UtilityScore",
    "privacy.estimates": "RiskEstimate",
    "privacy.dp.budget": "PrivacyBudget",
    "synthassay.policy": "Criterion Policy",
    "synthassay.verdicts": "Verdict",
    "synthassay.runs": "AugmentRun Evidence RiskRun Run",
    "synthassay.ledger.records": "Decision Entry",
}
COMMANDS = (
    *("inspect", "run", "assay", "risk", "augment", "sweep", "budget", "report"),
    *("decide", "release", "verify", "keys", "dashboard", "check", "docs"),
)


def test_the_names_of_the_module_and_what_they_take():
    assert {*sa.__all__} == {*TAKES}
    for name, taken in TAKES.items():
        parameters = inspect.signature(getattr(sa, name)).parameters
        added = [each for each in parameters.values() if each.name not in taken.split()]
        assert {*taken.split()} <= {*parameters}, name
        assert all(each.default is not each.empty for each in added), name  # or old calls fail


def test_the_records_are_frozen_and_where_they_were():
    for module, names in NOUNS.items():
        for name in names.split():
            record = getattr(import_module(module), name)
            if is_dataclass(record):
                assert record.__dataclass_params__.frozen, name
                assert all(each.kw_only for each in fields(record)), name


def test_no_command_went_away():
    known = {command.name or command.callback.__name__ for command in cli.app.registered_commands}
    assert {*COMMANDS} >= known >= {*COMMANDS} - {"sweep", "check"}


def test_every_room_says_that_it_is_typed():
    built = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]["wheel"]
    assert "synthassay" in built["packages"]
    assert [room for room in built["packages"] if not (ROOT / room / "py.typed").exists()] == []
