import subprocess
import sys
from pathlib import Path

import pytest

from cohort.errors import ConfigError, GenerationError
from synth.registry import REFERENCES, SYNTHESIZERS, configured, synthesizer

ROOT = Path(__file__).parents[2]


NEEDED = {"dp_mst": {"epsilon": 1.0}, "dp_aim": {"epsilon": 1.0}}


@pytest.mark.parametrize("name", [*SYNTHESIZERS, *REFERENCES])
def test_every_name_leads_to_a_generator(name):
    assert callable(configured(name, NEEDED.get(name)).fit)


def test_references_are_no_candidates():
    assert not SYNTHESIZERS.keys() & REFERENCES.keys()


def test_options_reach_the_generator():
    assert configured("trees", {"leaf": 7}).leaf == 7
    assert configured("ctgan", {"steps": 3}).steps == 3


def test_an_unknown_name_lists_the_candidates():
    with pytest.raises(ConfigError, match=r"Known generators: trees, .*cgan, ctgan, tvae"):
        synthesizer("tree")


def test_unknown_options_are_all_named_with_the_known_ones():
    with pytest.raises(ConfigError) as error:
        synthesizer("ctgan", {"epochs": 3, "size": 1})
    assert len(error.value.problems) == 2
    assert "Options of ctgan: steps, batch_size" in str(error.value)


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("trees", {"leaf": 0}),
        ("trees", {"leaf": "15"}),
        ("ctgan", {"steps": 0}),
        ("ctgan", {"batch_size": 25}),
        ("gaussian_copula", {"distribution": "cauchy"}),
    ],
)
def test_a_bad_value_is_refused_before_anything_is_learnt(name, options):
    with pytest.raises(ConfigError):
        synthesizer(name, options)


def test_cgan_needs_torch_alone(monkeypatch):
    monkeypatch.setitem(sys.modules, "sdv", None)
    assert synthesizer("cgan")
    monkeypatch.setitem(sys.modules, "torch", None)
    with pytest.raises(GenerationError, match=r"install synthassay\[gan\]"):
        synthesizer("cgan")
    assert configured("cgan")


@pytest.mark.parametrize("name", ["gaussian_copula", "ctgan", "tvae", "copulagan"])
@pytest.mark.parametrize("library", ["sdv", "ctgan", "torch"])
def test_a_missing_extra_says_what_to_install(monkeypatch, name, library):
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(GenerationError, match=r"install synthassay\[sdv\]"):
        synthesizer(name)
    assert configured(name)


def test_the_light_generators_load_nothing_heavy():
    code = (
        "import sys; from synth.registry import *\n"
        "for name in [*SYNTHESIZERS, *REFERENCES]:\n"
        "    configured(name, {'epsilon': 1.0} if name.startswith('dp_') else {})\n"
        "sys.exit(sorted({'torch', 'sdv', 'ctgan'} & set(sys.modules)) or 0)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True)
