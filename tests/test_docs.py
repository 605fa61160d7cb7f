"""README and pages say what is there, and there is a page for what is."""

import ast
import re
from dataclasses import fields
from pathlib import Path

import pytest
import yaml

from cohort.demo import DEMOS
from privacy.attacks.registry import ATTACKS
from privacy.images.registry import IMAGE_ATTACKS
from synth.registry import REFERENCES, SYNTHESIZERS, configured
from synthassay.cli import app
from synthassay.config_reader import config_from_dict
from synthassay.generators import AUTO
from synthassay.images.config import GENERATORS as IMAGE_GENERATORS
from synthassay.policy import policy_names
from synthassay.quantities import CRITERIA

ROOT = Path(__file__).parents[1]
BESIDE = ("README", "CONTRIBUTING", "SECURITY", "CHANGELOG")
PAGES = [*(ROOT / f"{name}.md" for name in BESIDE), *sorted((ROOT / "docs").rglob("*.md"))]
GENERATED = {ROOT / "docs" / f"{name.lower()}.md": ROOT / f"{name}.md" for name in BESIDE}  # docs/hooks.py
EVERY_ATTACK = ATTACKS | IMAGE_ATTACKS
ROOMS = ("cohort", "synth", "gan_images", "utility", "privacy", "synthassay")


def _page(name):
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


def _links(page):
    """Where a page's links lead, in the checkout."""
    found = re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text(encoding="utf-8"))
    places = [(page.parent / link).resolve() for link in found]
    return [GENERATED.get(place, place) for place in places]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page):
    assert [place for place in _links(page) if not place.exists()] == []


def test_every_page_is_reached_from_the_readme():
    reached, waiting = set(), [PAGES[0]]
    while waiting:
        page = waiting.pop()
        if page not in reached and page in PAGES:
            reached.add(page)
            waiting += _links(page)
    assert [page.name for page in PAGES if page not in reached] == []


def test_every_page_has_its_place_in_the_menu():
    menu = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("\nnav:\n")[2]
    named = re.findall(r"([\w/-]+\.md)$", menu, flags=re.MULTILINE)
    pages = [page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")]
    assert len(named) == len(set(named))
    assert {*named} == {*pages, "contributing.md", "security.md", "changelog.md"}


@pytest.mark.parametrize("name", EVERY_ATTACK)
def test_every_attack_has_a_page_with_its_threat_and_a_source(name):
    page, attack = _page(f"attacks/{name}"), EVERY_ATTACK[name]
    assert page.startswith(f"# `{name}`\n\n{attack.threat}\n")
    assert f"A *{attack.role.value.replace('_', ' ')}* attack of the family *{attack.family}*." in page
    assert ("needs a control" in page) is attack.needs_control
    parts = ("**A hit.**", "**Definition.**", "**Cost.**", "**What it cannot show.**", "**Source.**")
    assert [part for part in parts if part not in page] == []
    assert "<https://doi.org/10." in page or "None is needed" in page


@pytest.mark.parametrize("name", [AUTO, *SYNTHESIZERS, *IMAGE_GENERATORS, *REFERENCES])
def test_every_generator_has_a_page_with_its_options_and_a_source(name):
    page = _page(f"generators/{name}")
    assert page.startswith(f"# `{name}`\n")
    parts = ("**Idea.**", "**Cost.**", "**What it cannot do.**", "**Source.**")
    assert [part for part in parts if part not in page] == []
    assert "<https://doi.org/10." in page or "None is needed" in page
    if name in SYNTHESIZERS and name != "copulagan":  # whose options are ctgan's
        options = fields(configured(name, {"epsilon": 1.0} if name.startswith("dp_") else {}))
        assert [each.name for each in options if each.name != "learn" and f"`{each.name}" not in page] == []


def test_there_is_no_page_of_an_attack_or_a_generator_that_is_gone():
    assert {page.stem for page in (ROOT / "docs" / "attacks").iterdir()} == {*EVERY_ATTACK}
    known = {AUTO, *SYNTHESIZERS, *IMAGE_GENERATORS, *REFERENCES}
    assert {page.stem for page in (ROOT / "docs" / "generators").iterdir()} == known


def test_every_finding_is_explained():
    page, codes = _page("findings"), {*_codes()}
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []
    assert codes >= {"no_holdout", "constant_column", "helped", "capped"}


def _codes():
    """The code of every finding in the source: given by keyword, or first to one of the makers."""
    for path in (path for room in ROOMS for path in (ROOT / room).rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "Finding" in text:
            yield from _codes_in(ast.parse(text))


def _codes_in(tree):
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        given = [each.value for each in node.keywords if each.arg == "code"]
        if isinstance(node.func, ast.Name) and node.func.id in ("_left_out", "_finding"):
            given += node.args[:1]
        for value in given:
            if isinstance(value, ast.Constant) and re.fullmatch(r"[a-z_]+", str(value.value)):
                yield value.value


@pytest.mark.parametrize(
    ("english", "chinese"), [(f"doors/{name}", f"zh/{name}") for name in ("steward", "board")]
)
def test_the_chinese_pages_have_the_parts_of_the_english_ones(english, chinese):
    one, other = _page(english), _page(chinese)
    assert one.count("\n## ") == other.count("\n## ")
    assert re.findall(r"^synthassay.*$", one, flags=re.MULTILINE) == re.findall(
        r"^synthassay.*$", other, flags=re.MULTILINE
    )


def test_every_command_has_help_and_stands_in_readme_or_docs():
    text = PAGES[0].read_text(encoding="utf-8") + _page("runs")
    for command in app.registered_commands:
        assert command.callback.__doc__
        assert f"synthassay {command.callback.__name__}" in text


def test_every_generator_attack_policy_criterion_and_cohort_has_its_page():
    wanted = {
        "generators": [AUTO, *SYNTHESIZERS, *IMAGE_GENERATORS, *REFERENCES],
        "attacks": EVERY_ATTACK,
        "policies": [*policy_names(), *CRITERIA],
        "registry": DEMOS,
    }
    for page, names in wanted.items():
        text = _page(page)
        assert [name for name in names if f"`{name}`" not in text and f"**{name}**" not in text] == []


def test_every_config_in_the_pages_can_be_read():
    blocks = [
        block
        for page in (PAGES[0], ROOT / "docs" / "runs.md")
        for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    ]
    assert len(blocks) >= 2
    for block in blocks:
        assert config_from_dict(yaml.safe_load(block), folder=ROOT).candidates


def test_every_make_target_of_the_readme_exists():
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))
    text = "".join(_page.read_text(encoding="utf-8") for _page in PAGES if _page.stem != "CHANGELOG")
    named = set(re.findall(r"^make ([a-z-]+)|`make ([a-z-]+)", text, flags=re.MULTILINE))
    assert {"demo", "test", "docs", "bundle"} <= {one or other for one, other in named} <= targets
