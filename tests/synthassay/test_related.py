"""A related cohort from the config to the evidence: read under one schema, and told of."""

import json
from pathlib import Path

import pytest

from cohort.errors import InputError
from synth.registry import synthesizer
from synthassay import pipeline
from synthassay.config_reader import config_from_dict, read_config
from synthassay.load import load_for_run
from synthassay.related import related_findings, with_related
from synthassay.runs import read_run


@pytest.fixture
def config(inputs, tmp_path, monkeypatch):
    """A config beside a related file of 200 persons."""
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path / "state"))
    others = tmp_path / "others"
    others.mkdir()
    inputs(others, rows=200)
    (others / "patients.csv").rename(tmp_path / "related.csv")
    return read_config(
        inputs(
            tmp_path,
            rows=80,
            candidates=[{"synth": "trees", "related": "related.csv"}, {"synth": "trees", "name": "cold"}],
            references=[],
            attacks=[],
        )
    )


def test_its_path_is_relative_to_the_config_and_the_resolved_config_repeats_it(config, tmp_path):
    path = config.candidates[0].options["related"]
    assert path == tmp_path / "related.csv"
    content = json.loads(json.dumps(config.resolved()))
    again = config_from_dict(content, folder=Path("/elsewhere"), name="small")
    assert again.candidates == config.candidates


def test_a_run_learns_from_it_and_says_that_its_persons_were_not_attacked(config, tmp_path):
    run = read_run(pipeline.run(config, out=tmp_path / "runs"))
    warm, cold = run.of("trees"), run.of("cold")
    assert (warm.failure, cold.failure) == ("", "")
    told = {finding.code for finding in warm.findings} - {finding.code for finding in cold.findings}
    assert told == {"related_not_assayed"}
    releases = [tmp_path.joinpath(run.folder, "releases", name, "data.csv") for name in ("trees", "cold")]
    assert len({path.read_bytes() for path in releases}) == 2


def test_other_related_rows_are_another_run(config, tmp_path):
    loaded, judge = load_for_run(config), pipeline._judge(config)
    before = pipeline._key(config, loaded, judge)
    path = tmp_path / "related.csv"
    path.write_text("\n".join(path.read_text().splitlines()[:-1]) + "\n")
    assert pipeline._key(config, loaded, judge) != before


def test_a_file_that_does_not_fit_the_schema_is_refused(config, tmp_path):
    (tmp_path / "related.csv").write_text("id,age\n1,30\n2,40\n")
    generator = synthesizer("trees", config.candidates[0].options)
    with pytest.raises(InputError, match="bili"):
        with_related(generator, load_for_run(config).cohort)


def test_a_generator_without_one_stays_as_it_is(config):
    generator = synthesizer("forest")
    assert with_related(generator, load_for_run(config).cohort) is generator
    assert related_findings(generator) == ()
