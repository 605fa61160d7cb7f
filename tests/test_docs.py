"""README and pages say what is there."""

import re
from pathlib import Path

import pytest
import yaml

from cohort.demo import DEMOS
from privacy.attacks.registry import ATTACKS
from synth.registry import SYNTHESIZERS
from synthassay.cli import app
from synthassay.config_reader import config_from_dict
from synthassay.policy import policy_names
from synthassay.quantities import CRITERIA

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]


def _page(name):
    return (ROOT / "docs" / f"{name}.md").read_text(encoding="utf-8")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_between_pages_leads_somewhere(page):
    links = re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
    missing = [link for link in links if not (page.parent / link).exists()]
    assert not missing


def test_every_page_is_reached_from_the_readme():
    readme = PAGES[0].read_text(encoding="utf-8")
    assert [page.name for page in PAGES[1:] if f"docs/{page.name}" not in readme] == []


def test_every_command_has_help_and_stands_in_readme_or_docs():
    text = PAGES[0].read_text(encoding="utf-8") + _page("runs")
    for command in app.registered_commands:
        assert command.callback.__doc__
        assert f"synthassay {command.callback.__name__}" in text


def test_every_generator_attack_policy_criterion_and_cohort_has_its_page():
    wanted = {
        "generators": SYNTHESIZERS,
        "attacks": ATTACKS,
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
    named = set(re.findall(r"make ([a-z-]+)", PAGES[0].read_text(encoding="utf-8")))
    assert {"demo", "test"} <= named <= targets
