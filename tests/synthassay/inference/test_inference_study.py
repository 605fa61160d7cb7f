import json
import sys
from dataclasses import replace

import pytest

from cohort.errors import ConfigError
from cohort.release import Guarantee
from synth.registry import synthesizer
from synthassay import api, pipeline
from synthassay.config_reader import config_from_dict, read_config
from synthassay.inference.config import InferenceStudy
from synthassay.inference.study import study
from synthassay.runs import Evidence, read_run


@pytest.fixture(scope="module")
def studied(tmp_path_factory, inputs):
    """A run that asked, and what it said on standard error."""
    folder = tmp_path_factory.mktemp("inference")
    state, said = pytest.MonkeyPatch(), []
    state.setenv("SYNTHASSAY_STATE", str(tmp_path_factory.mktemp("state")))
    state.setattr(sys.stderr, "write", said.append)
    path = inputs(folder, rows=160, references=[], attacks=[], inference={"releases": 5},
                  candidates=[{"synth": "trees", "leaf": 10}])  # fmt: skip
    run = read_run(pipeline.run(read_config(path), out=folder / "runs"))
    state.undo()
    return run, "".join(said)


def test_the_cost_is_announced_and_the_evidence_holds_the_study(studied):
    run, said = studied
    assert "inference: 4 further fits" in said
    told = run.of("trees").inference
    assert told["releases"] == 5
    for analysis in told["analyses"]:
        assert analysis["answer"] in ("may", "may_not", "cannot_tell")
        assert analysis["coefficients"]


def test_no_release_but_the_first_is_written(studied):
    run, _ = studied
    assert [path.name for path in (run.folder / "releases").iterdir()] == ["trees"]
    assert len(list(run.folder.rglob("data.csv"))) == 1


def test_the_internal_report_tells_all_and_the_public_one_no_coefficient(studied):
    run, _ = studied
    internal, public = ((run.folder / name).read_text() for name in ("report.html", "report.public.html"))
    analysis = run.of("trees").inference["analyses"][0]
    for page in (internal, public):
        assert "May coefficients be analysed" in page
        assert "are no patients" in page
    assert analysis["sentence"][:60] in internal.replace("&#39;", "'")
    assert "standard errors of the patients" not in public
    assert "Off by, standard errors" in internal
    assert "Off by, standard errors" not in public
    assert analysis["short"] in public


def test_evidence_without_a_study_does_not_speak_of_one():
    assert "inference" not in Evidence(candidate="trees", made_by="trees").to_dict()


def test_where_it_cannot_be_asked_the_reason_is_told(table, schema_content):
    cohort = api.read(table(80), schema=api.Schema.from_dict(schema_content))
    generator = synthesizer("trees")
    split = cohort.split(holdout=0.5, seed=0)
    release = generator.fit(split.train, seed=0).sample(40, seed=1)

    def reason(release, split):
        told = study(generator, release, split, asked=InferenceStudy(releases=5), seed=0, seconds=0.1)
        return told["reason"]

    private = replace(release, guarantee=Guarantee(epsilon=1.0, delta=1e-5))
    assert "spend the privacy budget again" in reason(private, split)
    assert "cross-fitted" in reason(release, cohort.split(folds=2, seed=0))
    assert "coarsened" in reason(replace(release, levels={"age": 1}), split)
    assert json.dumps(reason(replace(release, table=release.table.head(1)), split))


def test_what_the_config_says_is_checked_and_repeated():
    content = {"cohort": {"demo": "registry"}, "inference": {"releases": 7}}
    assert config_from_dict(content, folder=None).resolved()["inference"] == {"releases": 7}
    assert config_from_dict({"cohort": {"demo": "registry"}}, folder=None).inference is None
    assert config_from_dict({**content, "inference": {}}, folder=None).inference == InferenceStudy()
    for wrong in ({"releases": 4}, {"releases": True}, {"m": 5}, 5):
        with pytest.raises(ConfigError, match="inference"):
            config_from_dict({**content, "inference": wrong}, folder=None)
