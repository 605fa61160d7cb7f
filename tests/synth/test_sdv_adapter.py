"""The guards around SDV: each test fails without its guard."""

import json
import logging
import os
import subprocess
import sys
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest
import torch

from cohort.errors import GenerationError
from cohort.schema import Kind
from synth.copulagan import CopulaGan
from synth.ctgan import Ctgan
from synth.gaussian_copula import GaussianCopula
from synth.sdv_adapter import guarded
from synth.tvae import Tvae

ROOT = Path(__file__).parents[2]


def test_the_global_generators_and_threads_come_back_even_after_an_error():
    np.random.seed(7)  # noqa: NPY002
    torch.manual_seed(7)
    threads = torch.get_num_threads()
    before = np.random.get_state()[1].copy(), torch.get_rng_state()  # noqa: NPY002
    with pytest.raises(ZeroDivisionError), guarded(3):
        np.random.random(torch.get_num_threads()) + torch.rand(1).numpy() + 1 // 0  # noqa: NPY002
    np.testing.assert_array_equal(np.random.get_state()[1], before[0])  # noqa: NPY002
    assert torch.equal(torch.get_rng_state(), before[1])
    assert torch.get_num_threads() == threads


def test_joblib_stays_in_this_process_and_thread():
    with guarded(0):
        pids = joblib.Parallel(n_jobs=-1)(joblib.delayed(os.getpid)() for _ in range(4))
    assert set(pids) == {os.getpid()}


@pytest.mark.parametrize("made", [GaussianCopula(), Ctgan(steps=5), Tvae(steps=5), CopulaGan(steps=5)])
def test_neither_metadata_nor_columns_shown_to_sdv_hold_a_value(registry, made):
    fitted = made.fit(registry(60), seed=0)
    metadata = fitted.model.metadata.to_dict()
    kinds = metadata["tables"]["train"]["columns"]
    assert all(set(kind) == {"sdtype"} for kind in kinds.values())
    assert all(name.startswith("c") for name in kinds)
    for word in ("north", "bili", "stage"):
        assert word not in json.dumps(metadata)


@pytest.mark.parametrize("made", [GaussianCopula(), Ctgan(steps=5), Tvae(steps=5), CopulaGan(steps=5)])
def test_nothing_is_printed_warned_or_logged(registry, made, capfd, recwarn, caplog):
    caplog.set_level(logging.INFO)
    made.fit(registry(60), seed=0).sample(30, seed=1)
    assert capfd.readouterr() == ("", "")
    assert not list(recwarn)
    assert not caplog.records


def test_sdv_s_alerts_are_printed_nowhere_and_one_thread_is_used(capfd):
    with guarded(0):
        print("PerformanceAlert")  # noqa: T201
        assert torch.get_num_threads() == 1
    assert capfd.readouterr() == ("", "")


def test_equal_rows_above_500_where_ctgan_would_start_processes(one_column):
    rng = np.random.default_rng(0)
    cohort = one_column(
        x=(Kind.NUMBER, rng.normal(size=520)),
        y=(Kind.NUMBER, rng.gamma(2, size=520)),
        z=(Kind.CATEGORY, rng.choice(list("abc"), 520)),
    )
    first, second = (Ctgan(steps=2).fit(cohort, seed=0).sample(40, seed=1).table for _ in range(2))
    pd.testing.assert_frame_equal(first, second)


def test_a_complaint_of_sdv_is_told_without_its_words(registry, monkeypatch):
    def complain(*_):
        raise ValueError("patient Jane Doe is 97")

    monkeypatch.setattr("sdv.single_table.GaussianCopulaSynthesizer.fit", complain)
    with pytest.raises(GenerationError, match="could not learn") as error:
        GaussianCopula().fit(registry(60), seed=0)
    assert "Jane" not in str(error.value)
    assert error.value.__cause__ is None


@pytest.mark.parametrize(
    ("rows", "wished", "batch"),
    [(30, 500, 20), (150, 500, 50), (300, 500, 100), (2000, 500, 500), (300, 50, 50)],
)
def test_batches_fit_the_cohort(rows, wished, batch):
    assert Ctgan(batch_size=wished).batch_for(rows) == batch


@pytest.mark.parametrize(("rows", "steps"), [(60, 31), (150, 10)])
def test_the_budget_is_in_steps(registry, rows, steps):
    made = Ctgan(steps=steps)
    fitted = made.fit(registry(rows), seed=0)
    epochs = len(fitted.model.get_loss_values())
    taken = epochs * max(rows // made.batch_for(rows), 1)
    assert steps <= taken < steps + rows // made.batch_for(rows)


def test_nothing_is_written_to_the_user_s_home(tmp_path):
    code = "from synth.sdv_adapter import load_sdv; load_sdv()"
    settings = {key: value for key, value in os.environ.items() if not key.startswith("XDG")}
    settings |= {"HOME": str(tmp_path), "USERPROFILE": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=settings, check=True)
    assert not [path for path in tmp_path.rglob("*") if "sdv" in path.name]
