"""Every combination of a config's lists."""

import pytest

from cohort.errors import ConfigError
from synthassay.sweep.cells import read_cells

SWEPT = """
name: small
cohort: {demo: registry}
seed: [0, 1]
rows: [1, 2]
candidates: [trees, {synth: dp_mst, epsilon: [0.5, 3]}, {synth: auto, among: [trees, forest]}]
"""


@pytest.fixture
def written(tmp_path):
    def write(text):
        path = tmp_path / "sweep.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_lists_of_numbers_are_crossed_and_what_an_option_takes_as_a_list_is_kept(written):
    cells = read_cells(written(SWEPT))
    assert len(cells) == 8
    assert len({each.label for each in cells}) == 8
    assert cells[0].label == "seed 0, rows 1, dp_mst epsilon 0.5"
    assert cells[-1].content["seed"] == 1
    assert cells[-1].content["candidates"][1] == {"synth": "dp_mst", "epsilon": 3}
    assert cells[-1].content["candidates"][2]["among"] == ["trees", "forest"]


def test_a_renamed_candidate_is_told_by_its_name(written):
    text = "cohort: {demo: registry}\ncandidates: [{synth: trees, name: fine, leaf: [5, 10]}]\n"
    assert [each.label for each in read_cells(written(text))] == ["fine leaf 5", "fine leaf 10"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("cohort: {demo: registry}\nseed: 3\n", "no list is to be crossed"),
        ("cohort: {demo: registry}\nseed: [1, 1]\n", "repeats itself"),
        ("cohort: {demo: registry}\nseed: []\n", "empty"),
        (f"cohort: {{demo: registry}}\nseed: {list(range(200))}\nrows: {list(range(1, 60))}\n", "10,000"),
        ("cohort: {demo: registry}\nseed: [0, no]\n", "seed 'no'|seed: 'no'"),
        ("cohort: {demo: registry}\nseed: [0, 1]\nsedes: 3\n", "unknown key 'sedes'"),
        ("- 1\n", "not a mapping"),
        ("{\n", "not YAML"),
    ],
)
def test_what_is_no_sweep_says_so_before_anything_starts(written, text, said):
    with pytest.raises(ConfigError, match=said):
        read_cells(written(text))


def test_a_file_that_is_not_there_says_so(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        read_cells(tmp_path / "absent.yaml")
