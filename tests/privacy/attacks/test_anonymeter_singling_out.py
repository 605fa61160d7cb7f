import subprocess
import sys

import numpy as np
import pandas as pd
import polars as pl
import pytest
from anonymeter.evaluators import SinglingOutEvaluator
from anonymeter.evaluators.singling_out_evaluator import multivariate_singling_out_queries
from scipy.sparse import csr_matrix

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Role, Schema
from cohort.split import Split
from privacy.attacks.anonymeter_singling_out import _rates, count
from privacy.attacks.anonymeter_tables import plain_tables
from privacy.attacks.target import build_target
from privacy.estimates import Outcome


def test_known_answers(known_answers):
    known_answers("anonymeter_singling_out", at_least=0.4)


def test_equal_sizes_silence_the_alarm_of_a_small_control(make_split, attack_once):
    ours, theirs = [], []
    for seed in range(5):
        split, fresh = make_split(200, control=50, seed=200 + seed)
        ours.append(attack_once("anonymeter_singling_out", fresh, split, seed=seed).low > 0)
        ori, syn, control = plain_tables(
            [split.train.released, fresh, split.holdout.released], split.train.schema.released
        )[0]
        library = SinglingOutEvaluator(ori=ori, syn=syn, control=control, n_attacks=200, seed=seed)
        theirs.append(library.evaluate().risk().ci[0] > 0)
    assert sum(theirs) >= 4  # the fault that the guard is for
    assert sum(ours) <= 1


def test_the_mean_over_all_subsamples_is_that_of_many(make_split):
    split, fresh = make_split(60, control=20)
    found = build_target(fresh, split, seed=0)
    rng = np.random.default_rng(0)
    fits = csr_matrix(rng.random((30, 80)) < 0.05, dtype=float)
    train, control = _rates(fits, found.is_train[None, :])
    dense = fits.toarray()
    drawn = [(dense[:, rng.choice(60, 20, replace=False)].sum(axis=1) == 1).mean() for _ in range(4000)]
    assert train[0] == pytest.approx(np.mean(drawn), abs=0.01)
    assert control[0] == pytest.approx((dense[:, 60:].sum(axis=1) == 1).mean())


@pytest.mark.filterwarnings("ignore:Attack is as good or worse as baseline")
def test_rates_divide_by_the_queries_issued():
    """The library divides by the queries asked for, so that asking for more makes a risk smaller."""
    words = pd.DataFrame({name: pd.Series([f"{name}{i}" for i in range(60)], dtype=object) for name in "ab"})
    columns = tuple(Column(name=name, kind=Kind.CATEGORY) for name in "ab")
    side = Cohort(schema=Schema(columns=columns), table=words)
    split = Split(train=side.rows(np.arange(30)), holdout=side.rows(np.arange(30, 60)))
    release = words.iloc[:5]
    tally = count(build_target(release, split, seed=0), seed=0)
    assert (tally.train, tally.control, tally.trials) == (1, 0, 5)
    hits = []
    for asked in (100, 1000):
        library = SinglingOutEvaluator(ori=words, syn=release, n_attacks=asked, n_cols=2, max_attempts=200)
        hits.append(library.evaluate().results().n_success / asked)
    assert hits == [0.05, 0.005]


def test_queries_never_outnumber_persons(make_split):
    split, fresh = make_split(60, control=30)
    tally = count(build_target(fresh, split, seed=0), seed=0)
    assert tally.trials <= 30
    assert (tally.n, tally.n_control) == (60, 30)


def test_quotes_do_not_hide_a_person():
    """The library escapes quotes in a query and then never finds the row."""
    names = [f"O'Neil {i}" for i in range(40)]
    table = pd.DataFrame({"a": pd.Series(names, dtype=object), "b": pd.Series(names[::-1], dtype=object)})
    rng = np.random.default_rng(0)
    assert not multivariate_singling_out_queries(pl.DataFrame(table), 20, 2, 1000, rng)
    columns = tuple(Column(name=name, kind=Kind.CATEGORY, role=Role.OTHER) for name in table)
    (cleaned,), _ = plain_tables([table], columns)
    assert len(multivariate_singling_out_queries(pl.DataFrame(cleaned), 20, 2, 1000, rng)) == 20


def test_a_description_of_a_crowd_isolates_nobody(attack_once):
    """The library drops repeated rows, and on few columns counts a crowd for one person."""
    crowd = pd.DataFrame({"a": pd.Series(["x"] * 30 + ["y"] * 30, dtype=object), "b": [1.0] * 60})
    library = SinglingOutEvaluator(ori=crowd, syn=crowd, n_attacks=10, n_cols=2, max_attempts=100, seed=0)
    with pytest.warns(UserWarning, match="baseline"):
        assert library.evaluate().results().n_success > 0
    columns = (Column(name="a", kind=Kind.CATEGORY), Column(name="b", kind=Kind.NUMBER))
    side = Cohort(schema=Schema(columns=columns), table=crowd)
    risk = attack_once("anonymeter_singling_out", crowd, Split(train=side, holdout=side))
    assert risk.outcome is Outcome.NOT_APPLICABLE
    assert "no query" in risk.reason


@pytest.mark.usefixtures("global_source_left_alone")
def test_equal_seeds_give_equal_results_and_leave_the_global_source_alone(make_split, attack_once):
    split, fresh = make_split(60)
    one, other = (attack_once("anonymeter_singling_out", fresh, split, seed=4) for _ in range(2))
    assert one == other


def test_the_librarys_warnings_are_not_printed_in_the_middle_of_a_run():
    code = (
        "import logging; import privacy.attacks.anonymeter_tables; "
        "logging.getLogger('anonymeter.evaluators').warning('noise')"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "noise" not in done.stderr
