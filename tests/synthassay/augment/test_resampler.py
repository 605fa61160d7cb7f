"""`sa.Augment` by imbalanced-learn's protocol."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone

import synthassay as sa
from cohort.errors import ConfigError, DataError, GenerationError
from cohort.schema import Column, Kind, Schema


def patients(common=90, rare=20, seed=0):
    rng = np.random.default_rng(seed)
    n = common + rare
    y = pd.Series(np.repeat([0, 1], [common, rare]), name="ill", index=np.arange(n) + 1000)
    x = pd.DataFrame(
        {
            "age": rng.integers(20, 90, n),
            "bili": rng.lognormal(0.5, 0.8, n).round(2) + y.to_numpy(),
            "grade": pd.Categorical(rng.choice(["low", "high"], n)),
            "smokes": rng.random(n) < 0.5,
            "seen": pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 900, n), unit="D"),
            "arm": rng.choice(np.array([1, 2], dtype=object), n),
        },
        index=y.index,
    )
    x.loc[x.index[:8], "bili"] = np.nan
    return x, y


def test_what_was_given_comes_first_and_unchanged():
    x, y = patients()
    more, labels = sa.Augment(label=1).fit_resample(x, y)
    pd.testing.assert_frame_equal(more.iloc[: len(x)], x.reset_index(drop=True))
    pd.testing.assert_series_equal(labels.iloc[: len(y)], y.reset_index(drop=True))
    assert set(labels.iloc[len(y) :]) == {1}
    assert list(more.dtypes) == list(x.dtypes)
    assert labels.dtype == y.dtype
    assert set(more["arm"].map(type)) == {int}
    assert more["seen"].iloc[len(x) :].notna().all()


def test_the_share_is_never_exceeded():
    x, y = patients()
    for share in (0.1, 0.3, 0.5):
        _, labels = sa.Augment(label=1, share=share).fit_resample(x, y)
        made = len(labels) - len(y)
        assert 0 < made / (made + 20) <= share


def test_as_many_as_the_largest_class_or_as_asked():
    x, y = patients(common=24)
    assert sa.Augment(label=1).fit_resample(x, y)[1].value_counts()[1] == 24
    assert sa.Augment(label=1, to=22).fit_resample(x, y)[1].value_counts()[1] == 22
    assert len(sa.Augment(label=1, to=5).fit_resample(x, y)[1]) == len(y)
    assert len(sa.Augment(label=0).fit_resample(x, y)[1]) == len(y)


def test_it_learns_from_what_it_is_given_alone():
    x, y = patients()
    far = x.assign(bili=x["bili"] + 1000)
    resampler = sa.Augment(label=1)
    resampler.fit_resample(far, y)
    again = resampler.fit_resample(x, y)[0]
    pd.testing.assert_frame_equal(again, sa.Augment(label=1).fit_resample(x, y)[0])
    assert again["bili"].max() < 500


def test_lineage_and_limits_are_told():
    x, y = patients()
    resampler = sa.Augment(label=1)
    _, labels = resampler.fit_resample(x, y)
    assert resampler.manifest_["kept"].sum() == len(labels) - len(y)
    assert [each.code for each in resampler.findings_] == ["not_patients", "capped"]


def test_scikit_learn_can_clone_and_set_it():
    resampler = sa.Augment(label="ill", share=0.2, options={"leaf": 10})
    copied = clone(resampler)
    assert copied is not resampler
    assert copied.get_params() == resampler.get_params()
    assert copied.set_params(share=0.4).share == 0.4
    with pytest.raises(ConfigError, match="unknown setting 'ratio'"):
        copied.set_params(ratio=1)


def test_text_classes_and_a_schemas_ranges():
    x, y = patients()
    schema = Schema(
        columns=(
            Column(name="age", kind=Kind.INTEGER, range=(20, 89)),
            Column(name="bili", kind=Kind.NUMBER),
        ),
        rules=("age >= 50",),
    )
    x, y = x.assign(age=x["age"].clip(lower=50)), y.map({0: "well", 1: "ill"})
    more, labels = sa.Augment(label="ill", schema=schema).fit_resample(x, y)
    assert (more["age"] >= 50).all()
    assert set(labels) == {"well", "ill"}


def test_no_column_is_changed_in_place():
    x, y = patients()
    before = x.copy(deep=True), y.copy(deep=True)
    sa.Augment(label=1).fit_resample(x, y)
    pd.testing.assert_frame_equal(x, before[0])
    pd.testing.assert_series_equal(y, before[1])


def test_the_pages_example_runs():
    page = (Path(__file__).parents[3] / "docs" / "augment.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"```python\n(.*?)```", page, flags=re.DOTALL)
    done = {}
    exec(compile(code, "docs/augment.md", "exec"), done)
    assert len(done["lineage"]) >= done["made"] > 0


@pytest.mark.parametrize(
    ("change", "options", "error", "words"),
    [
        (lambda x, y: (x.to_numpy(), y), {}, DataError, "set_output"),
        (lambda x, y: (x, y.to_numpy()), {}, DataError, "no Series"),
        (lambda x, y: (x, y.iloc[:-1]), {}, DataError, "differ in length"),
        (lambda x, y: (x, y), {"label": 7}, DataError, "no row of y has the class 7"),
        (lambda x, y: (x, y.mask(np.arange(len(y)) == 0, 7)), {"label": 7}, GenerationError, "fewer than 3"),
        (lambda x, y: (x, y), {"synth": "magic"}, ConfigError, "unknown generator"),
        (lambda x, y: (x, y), {"share": 2.0}, ConfigError, "not between 0 and 1"),
    ],
)
def test_bad_input_says_what_to_do(change, options, error, words):
    with pytest.raises(error, match=words):
        sa.Augment(**{"label": 1, **options}).fit_resample(*change(*patients()))
