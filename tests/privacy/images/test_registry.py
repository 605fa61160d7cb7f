import re
from pathlib import Path

import pytest

from cohort.errors import ConfigError
from privacy.images.registry import IMAGE_ATTACKS, find_image_attacks

ROOT = Path(__file__).parents[3]
SUPPORT = {"__init__", "registry", "target", "assay", "planted", "near", "space", "sides", "by_class"}


def test_registry_files_and_documentation_agree():
    files = {path.stem for path in (ROOT / "privacy" / "images").glob("*.py")} - SUPPORT
    page = (ROOT / "docs" / "attacks.md").read_text(encoding="utf-8").split("\n## Images\n")[1]
    rows = re.findall(
        r"^\| \[`(\w+)`\]\(attacks/\1\.md\) \| ([\w ]+) \| ([\w ]+) \|", page, flags=re.MULTILINE
    )
    assert set(IMAGE_ATTACKS) == files
    assert rows == [(each.name, each.family, each.role.value) for each in IMAGE_ATTACKS.values()]


def test_every_attack_has_its_own_test_file_and_a_threat_of_one_sentence():
    for name, attack in IMAGE_ATTACKS.items():
        assert (Path(__file__).parent / f"test_{name}.py").exists()
        assert attack.threat.count(".") == 1
        assert attack.threat.endswith(".")


def test_an_unknown_attack_is_answered_with_the_names():
    with pytest.raises(ConfigError, match="'telepathy'") as caught:
        find_image_attacks(["telepathy"])
    assert all(name in str(caught.value) for name in IMAGE_ATTACKS)
    assert [attack.name for attack in find_image_attacks(["ct_test"])] == ["ct_test"]
