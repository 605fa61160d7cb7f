"""The Python API of the design, as a notebook uses it."""

import pandas as pd
import pytest

import synthassay as sa
from cohort.errors import ConfigError
from synthassay.runs import read_run


@pytest.fixture(scope="module")
def split(table, schema_content):
    from cohort.schema import Schema

    return sa.read(table(120), schema=Schema.from_dict(schema_content)).split(holdout=0.5, seed=0)


@pytest.fixture(scope="module")
def report(split):
    release = sa.synthesizer("trees").fit(split.train, seed=0).sample(50, conditions={"worse": "yes"}, seed=1)
    return sa.assay(release, split, policy="controlled", attacks=["exact_copies", "copy_scan"])


def test_a_condition_holds(report):
    assert set(report.release.table["worse"]) == {"yes"}


def test_risks_and_utility_are_tables(report):
    assert list(report.risks["attack"]) == ["exact_copies", "copy_scan"]
    assert {"excess", "low", "high", "control", "detectable"} <= set(report.risks)
    assert {"metric", "value", "reference", "low", "high"} <= set(report.utility)


def test_a_report_reads_itself_out(report):
    assert report.verdict.judgement.value in repr(report)
    assert "<table" in report._repr_html_()


def test_a_report_is_saved_as_a_run_folder(report, tmp_path):
    run = read_run(report.save(tmp_path / "runs"))
    assert run.of("release").to_dict() == report.evidence.to_dict()
    assert (run.folder / "report.html").is_file()
    assert "data.csv" in {path.name for path in run.folder.rglob("*")}


def test_a_frame_from_elsewhere_is_assayed(split, table):
    foreign = table(60, seed=3)
    before = foreign.copy()
    found = sa.assay(foreign, split, attacks=["exact_copies"])
    assert found.evidence.made_by == "another tool"
    pd.testing.assert_frame_equal(foreign, before)


def test_a_schema_is_drafted_from_a_frame(table):
    drafted = sa.draft_schema(table())
    assert drafted["age"].role == "quasi_identifier"
    assert set(drafted.unconfirmed) == set(drafted.names)


def test_an_unknown_generator_is_named_with_the_known_ones():
    with pytest.raises(ConfigError, match="trees"):
        sa.synthesizer("oracle")


def test_a_config_runs_from_python(inputs, tmp_path):
    run = sa.run(inputs(tmp_path, references=[], attacks=["exact_copies"]), out=tmp_path / "runs")
    assert run.of("trees").verdict is not None


def test_a_cross_fitted_cohort_is_assayed_with_a_release_of_each_half(table, schema_content, tmp_path):
    from cohort.schema import Schema

    split = sa.read(table(120), schema=Schema.from_dict(schema_content)).split(folds=2, seed=0)
    minted = [sa.synthesizer("trees").fit(fold.train, seed=0).sample(60, seed=1) for fold in split.folds]
    report = sa.assay(minted, split, attacks=["exact_copies", "copy_scan"])
    assert list(report.risks["n"]) == list(report.risks["n_control"]) == [120, 120]
    assert len(report.release) == report.evidence.rows == 120
    run = read_run(report.save(tmp_path / "runs"))
    assert run.cohort["cross_fitted"]
    for alone in (minted[0], table(60)):
        with pytest.raises(ConfigError, match=r"split\.folds"):
            sa.assay(alone, split)
