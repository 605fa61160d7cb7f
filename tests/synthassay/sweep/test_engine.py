"""Who carries the runs out."""

import pytest

from cohort.errors import ConfigError
from synthassay.sweep import engine as engines
from synthassay.sweep.engine import engine, jobs_that_fit


def test_one_process_for_each_core_unless_told():
    assert engine("local", jobs=None, cores=3).jobs == 3
    assert engine("local", jobs=2, cores=3).jobs == 2


@pytest.mark.parametrize(
    ("name", "jobs", "said"),
    [
        ("ray://x", None, "no engine"),
        ("local", 0, "below 1"),
        ("dask://127.0.0.1:1", None, "no Dask scheduler"),
    ],
)
def test_an_engine_that_is_not_there_says_so(monkeypatch, name, jobs, said):
    monkeypatch.setattr(engines, "_SECONDS_TO_ANSWER", 0.2)
    with pytest.raises(ConfigError, match=said):
        engine(name, jobs=jobs, cores=2)


def test_no_more_runs_at_once_than_memory_holds(monkeypatch):
    monkeypatch.setattr(engines, "_free_megabytes", lambda: 1000.0)
    assert [jobs_that_fit(8, megabytes=each) for each in (50.0, 200.0, 5000.0, None)] == [8, 4, 1, 8]
