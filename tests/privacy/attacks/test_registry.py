import re
from pathlib import Path

import pytest

from cohort.errors import ConfigError
from privacy.attacks.registry import ATTACKS, find_attacks

ROOT = Path(__file__).parents[3]
SUPPORT = {"__init__", "registry", "target", "anonymeter_tables", "secrets", "densities", "predicates"}


def test_registry_files_and_documentation_agree():
    files = {path.stem for path in (ROOT / "privacy" / "attacks").glob("*.py")} - SUPPORT
    page = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8").split("\n## Images\n")[0]
    rows = re.findall(
        r"^\| \[`(\w+)`\]\(attacks/\1\.md\) \| ([\w ]+) \| ([\w ]+) \|", page, flags=re.MULTILINE
    )
    assert set(ATTACKS) == files
    assert [(name, family, role) for name, family, role in rows] == [
        (attack.name, attack.family, attack.role.value.replace("_", " ")) for attack in ATTACKS.values()
    ]


def test_every_attack_has_its_own_test_file():
    for name in ATTACKS:
        assert (ROOT / "tests" / "privacy" / "attacks" / f"test_{name}.py").exists()


def test_a_threat_is_one_sentence():
    for attack in ATTACKS.values():
        assert attack.threat.count(".") == 1
        assert attack.threat.endswith(".")


def test_an_unknown_attack_is_answered_with_the_names():
    with pytest.raises(ConfigError, match="'telepathy'") as caught:
        find_attacks(["copy_scan", "telepathy"])
    assert all(name in str(caught.value) for name in ATTACKS)
    assert [attack.name for attack in find_attacks(["qi_match", "copy_scan", "qi_match"])] == [
        "qi_match",
        "copy_scan",
    ]
    assert find_attacks([]) == ()
