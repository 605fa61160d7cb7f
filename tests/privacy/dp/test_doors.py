"""Noise is the one thing of privacy that generators may use, and noise knows neither of the two."""

import ast
from pathlib import Path

ROOT = Path(__file__).parents[3]


def _imports(folder):
    for path in (ROOT / folder).rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            names += [each.name for each in node.names] if isinstance(node, ast.Import) else []
            yield from ((path.relative_to(ROOT), name) for name in names)


def _within(name, *modules):
    return any(name == module or name.startswith(f"{module}.") for module in modules)


def test_synth_imports_nothing_of_privacy_but_dp():
    found = [each for each in _imports("synth") if _within(each[1], "privacy")]
    assert [each for each in found if not _within(each[1], "privacy.dp")] == []


def test_dp_imports_no_attack_and_no_other_room():
    others = ("synth", "utility", "privacy.attacks", "privacy.linkage", "synthassay", "gan_images")
    assert [each for each in _imports("privacy/dp") if _within(each[1], *others)] == []
