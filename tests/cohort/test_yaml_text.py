"""YAML keeps the words that a registry uses."""

import pytest
import yaml

from cohort.yaml_text import load_yaml


def test_words_and_leading_zeros_stay_as_they_are_written():
    text = "categories: [no, yes, on, off, n, y, 01, 007]"
    assert load_yaml(text)["categories"] == ["no", "yes", "on", "off", "n", "y", "01", "007"]


def test_numbers_and_truth_values_are_read():
    content = load_yaml("{a: 0, b: -3, c: 1.5, d: true, e: False, f: null, g: 1.0e-5}")
    assert content == {"a": 0, "b": -3, "c": 1.5, "d": True, "e": False, "f": None, "g": 1e-05}


@pytest.mark.parametrize("text", ["a: [", "a: !!python/object/apply:os.getcwd []"])
def test_what_is_no_safe_yaml_is_refused(text):
    with pytest.raises(yaml.YAMLError):
        load_yaml(text)
