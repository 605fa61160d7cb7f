"""Every sentence for people, with where it stands: what code says, what engines write, what pages hold."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import cast

import yaml
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir

from catalogue.engine import engine_sentences
from privacy.attacks.registry import ATTACKS
from privacy.estimates import Outcome
from privacy.images.registry import IMAGE_ATTACKS
from synthassay.retelling import RECORD
from synthassay.verdicts import Judgement

ROOT = Path(__file__).parents[1]
SPEAKING = ("dashboard", "synthassay")
"""The rooms that say sentences themselves."""
KNOWN = (
    *("years", "days", "year", "quarter", "month", "(rare, pooled)", "there are none", "release"),
    *("by year", "by quarter", "by month", "5 years", "10 years", "6 to 10", "11 to 20"),
    *("kind", "started", "ended", "seed", "config hash", "input hash", "peak memory mb"),
    *("auc ratio", "auc domias", "auc classifier", "auc density", "auc colour", "share of untied"),
    *("tpr at 1 fpr", "tpr at 10 fpr", "meaningful disclosure", "meaningful disclosure of fresh persons"),
    *("agreement of matches", "agreement of matches of fresh persons", "C T of fresh pictures"),
    *("exposed", "person", "Benedetti Franconi"),
)
"""Code names that pages show as words: of facts of a run, figures of attacks, columns of private files."""
Key = str | tuple[str, str]


@cache
def collect() -> Catalog:
    """All of them, without translations."""
    catalogue = Catalog(charset="utf-8")
    for context, sentences in ((None, _own()), (RECORD, _recorded())):
        found: dict[Key, list[str]] = {}
        for key, where in sentences:
            found.setdefault(key, []).append(where)
        for key, places in found.items():
            catalogue.add(key, locations=[_place(each) for each in sorted(set(places))], context=context)
    return catalogue


def _own() -> Iterator[tuple[Key, str]]:
    """What is said where it is shown."""
    yield from _said()
    yield from _heads()
    yield from _pages()


def _recorded() -> Iterator[tuple[Key, str]]:
    """What stands in a record, and is translated when it is shown."""
    yield from engine_sentences(ROOT)
    yield from _policies()
    yield from _names()


def _names() -> Iterator[tuple[str, str]]:
    """Names that stand in sentences as values: of attacks and verdicts, and of what levels are told in."""
    for name in (*ATTACKS, *IMAGE_ATTACKS, *Judgement, *Outcome):
        yield name.replace("_", " "), "catalogue/collect.py:1"
    for name in KNOWN:
        yield name, "catalogue/collect.py:1"


def _said() -> Iterator[tuple[Key, str]]:
    """What stands in a call of `say`, `say_count` or `to_say`."""
    for where, tree in _trees():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.args:
                key = _key(node.func.id, node.args)
                if key:
                    yield key, f"{where}:{node.lineno}"


def _key(called: str, arguments: list[ast.expr]) -> Key | None:
    literals = [each.value for each in arguments[:2] if isinstance(each, ast.Constant)]
    sentences = [each for each in literals if isinstance(each, str) and each]
    if called == "say_count" and len(sentences) == 2:
        return sentences[0], sentences[1]
    return sentences[0] if called in ("say", "to_say") and sentences else None


def _heads() -> Iterator[tuple[str, str]]:
    """The heads of tables: the names of the columns of a picture's numbers and of rows for a page."""
    for where, tree in _trees():
        for node in ast.walk(tree):
            for rows in _tables(node):
                for each in ast.walk(rows):
                    if isinstance(each, ast.Dict):
                        yield from ((key, f"{where}:{each.lineno}") for key in _literal(each.keys))


def _tables(node: ast.AST) -> list[ast.AST]:
    if isinstance(node, ast.FunctionDef) and node.name.endswith(("row", "before_and_after")):
        return [node]
    if isinstance(node, ast.keyword) and node.arg == "table":
        return [node.value]
    if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("table"):
        return list(node.args)
    return []


def _literal(keys: list[ast.expr | None]) -> list[str]:
    values = [key.value for key in keys if isinstance(key, ast.Constant)]
    return [value for value in values if isinstance(value, str) and value]


def _pages() -> Iterator[tuple[Key, str]]:
    """What stands in the templates between ``{% trans %}`` and ``{% endtrans %}``."""
    folder = ROOT / "synthassay" / "templates"
    methods = [("**.j2", "jinja2")]
    options = {"**.j2": {"newstyle_gettext": "true", "trimmed": "true", "silent": "false"}}
    for name, line, message, _, _ in extract_from_dir(folder, methods, options):
        yield cast(Key, message), f"synthassay/templates/{name}:{line}"


def _policies() -> Iterator[tuple[str, str]]:
    """Where the bundled policies take their thresholds from."""
    for path in sorted((ROOT / "configs" / "policies").glob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        for each in [
            *content["criteria"],
            *(content[key] for key in ("attempts", "valid_days") if key in content),
        ]:
            yield each["source"].replace("{", "{{").replace("}", "}}"), f"configs/policies/{path.name}:1"


def _trees() -> Iterator[tuple[str, ast.Module]]:
    for room in SPEAKING:
        for path in sorted((ROOT / room).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text(encoding="utf-8"))


def _place(where: str) -> tuple[str, int]:
    path, _, line = where.rpartition(":")
    return path, int(line)
