"""What README and pages tell people to type: run at smoke size, or held against what there is."""

import ast
import inspect
import re
import shlex
from pathlib import Path

import click
import numpy as np
import pandas as pd
import pytest
import typer

import synthassay as sa
from cohort.draft import schema_yaml
from privacy.attacks import registry
from synthassay.cli import app

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
COMMANDS = typer.main.get_command(app)
TOO_LONG = ("dp-audit.md", "images.md")  # minutes: an audit of thousands of fits, a training
ELSEWHERE = ("augment.md",)  # tests/synthassay/augment/test_resampler.py runs it, and looks at what comes out


def blocks(page, language):
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```", text, flags=re.DOTALL | re.MULTILINE)


def python(*, named):
    return [
        pytest.param(page, block, id=f"{page.name}-{place}")
        for page in PAGES
        for place, block in enumerate(blocks(page, "python"))
        if (page.name in TOO_LONG) is named and page.name not in ELSEWHERE
    ]


def typed():
    """Every line of a block of commands that starts with ours, continued lines joined."""
    for page in PAGES:
        for block in blocks(page, ""):
            for line in re.sub(r"\\\n\s*", "", block).split("\n"):
                found = re.match(r"(?:\S*/bin/)?synthassay(?: +(.*))?$", line.partition("   ")[0].strip())
                if found:
                    yield pytest.param(found[1] or "", id=f"{page.name}: {line[:60].strip()}")


@pytest.mark.parametrize("line", [*typed()])
def test_a_command_is_parsed_and_not_run(line):
    arguments = shlex.split(line.partition(" #")[0])
    if arguments == ["--help"] or not arguments:
        return
    if "[" in line:  # a synopsis: its options must be there
        options = {name for each in COMMANDS.commands[arguments[0]].params for name in each.opts}
        assert {*re.findall(r"--[a-z-]+", line)} <= options
        return
    name, command, rest = COMMANDS.resolve_command(click.Context(COMMANDS), arguments)
    command.make_context(name, list(rest))  # raises where an option is unknown or a value is missing


@pytest.fixture
def names(tmp_path, monkeypatch):
    """What a page takes for granted: a file of patients, its schema, a cohort and a split; one attack."""
    rng = np.random.default_rng(0)
    table = pd.DataFrame(
        {
            "id": [f"p{row}" for row in range(100)],
            "age": rng.integers(18, 90, 100),
            "sex": rng.choice(["f", "m"], 100),
            "stage": rng.choice(["1", "2", "3", "4"], 100),
            "bili": rng.lognormal(size=100).round(1),
        }
    )
    table.to_csv(tmp_path / "patients.csv", index=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(registry, "DEFAULT", ("exact_copies",))
    (tmp_path / "schema.yaml").write_text(schema_yaml(sa.draft_schema(table)), encoding="utf-8")
    cohort = sa.read("patients.csv", schema="schema.yaml")
    return {"sa": sa, "cohort": cohort, "split": cohort.split(holdout=0.5, seed=0)}


@pytest.mark.parametrize(("page", "block"), python(named=False))
def test_python_runs_with_one_attack_on_100_patients(names, page, block):
    exec(compile(block, page.name, "exec"), names)
    if "report" in names:
        assert names["report"].verdict.criteria


@pytest.mark.parametrize(("page", "block"), python(named=True))
def test_python_that_takes_minutes_is_held_against_the_names_and_arguments_that_there_are(page, block):
    tree = ast.parse(block)
    known = {
        f"sa.{name}": {*inspect.signature(getattr(sa, name)).parameters} - {"options"} for name in sa.__all__
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            known |= {each.name: _arguments(node.module, each.name) for each in node.names}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    assert any(ast.unparse(node.func) in known for node in calls)
    for node in calls:
        called = ast.unparse(node.func)
        if called in known and called != "sa.synthesizer":  # whose options are its generator's
            assert {each.arg for each in node.keywords} <= known[called]


def _arguments(module, name):
    """What a function takes, read and not imported: torch takes seconds to load."""
    source = (ROOT / module.replace(".", "/")).with_suffix(".py").read_text(encoding="utf-8")
    (found,) = [
        node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    taken = found.args
    return {each.arg for each in (*taken.posonlyargs, *taken.args, *taken.kwonlyargs)}
