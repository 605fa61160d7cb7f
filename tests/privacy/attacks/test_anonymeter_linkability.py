import numpy as np
import pandas as pd
import pytest
from anonymeter.evaluators import LinkabilityEvaluator
from anonymeter.neighbors.mixed_types_kneighbors import gower_distance

from cohort.cohort import Cohort
from cohort.schema import Column, Kind, Schema
from cohort.split import Split
from privacy.attacks.anonymeter_linkability import _halves
from privacy.attacks.anonymeter_tables import keep_compiled, plain_tables
from privacy.estimates import Outcome


def test_known_answers(known_answers):
    known_answers("anonymeter_linkability", at_least=0.3)


@pytest.mark.filterwarnings("ignore:Attack is as good or worse as baseline")
def test_the_naive_rate_is_exact_where_the_librarys_is_drawn_unseeded(make_split, attack_once):
    split, fresh = make_split(60)
    columns = [c for c in split.train.schema.released if c.name in ("age", "marker", "stage", "drug")]
    ori, syn = plain_tables([split.train.released, fresh], columns)[0]
    keep_compiled()
    halves = (["x0", "x2"], ["x1", "x3"])
    drawn = set()
    for _ in range(8):
        np.random.seed(0)  # noqa: NPY002
        library = LinkabilityEvaluator(ori=ori, syn=syn.iloc[:4], aux_cols=halves, n_attacks=60)
        drawn.add(library.evaluate(n_jobs=1).results().baseline_rate.value)
    assert len(drawn) > 1
    assert attack_once("anonymeter_linkability", fresh, split).naive == pytest.approx(1 / 60)


@pytest.mark.usefixtures("global_source_left_alone")
def test_equal_seeds_give_equal_results_and_leave_the_global_source_alone(make_split, attack_once):
    split, fresh = make_split(60, visits=2)
    one, other = (attack_once("anonymeter_linkability", fresh, split, seed=4) for _ in range(2))
    assert one == other


def test_more_attacks_than_persons_are_never_asked_for(make_split, attack_once):
    split, fresh = make_split(30)
    ori, syn, control = plain_tables(
        [split.train.released, fresh, split.holdout.released], split.train.schema.released
    )[0]
    halves = (list(ori.columns[:3]), list(ori.columns[3:]))
    library = LinkabilityEvaluator(ori=ori, syn=syn, aux_cols=halves, n_attacks=500, control=control)
    with pytest.raises(ValueError, match="larger sample"):
        library.evaluate(n_jobs=1)
    assert attack_once("anonymeter_linkability", fresh, split).n == 30


def test_missing_numbers_do_not_hide_a_person(make_split):
    """In the library a missing number makes a row the farthest of all, or different from itself."""
    gap = np.array([np.nan, 1.0])
    assert np.isnan(gower_distance(gap, np.array([1.0, 1.0]), 2))
    assert gower_distance(gap, gap, 2) == 1
    split, _ = make_split(40)
    (table,), _ = plain_tables([split.train.released], split.train.schema.released)
    assert split.train.released.isna().any().any()
    assert not table.isna().any().any()


def test_halves_are_what_the_schema_calls_quasi_identifiers_and_the_rest(make_split):
    split, _ = make_split(30)
    known, rest = _halves(split.train.schema)
    assert known == ["age", "sex", "region"]
    assert set(known) | set(rest) == {column.name for column in split.train.schema.released}
    nobody = Schema(columns=tuple(Column(name=name, kind=Kind.NUMBER) for name in "abcde"))
    assert _halves(nobody) == (["a", "c", "e"], ["b", "d"])


def test_one_column_has_no_halves(make_split, attack_once):
    schema = Schema(columns=(Column(name="a", kind=Kind.NUMBER),))
    side = Cohort(schema=schema, table=pd.DataFrame({"a": np.arange(30.0)}))
    risk = attack_once("anonymeter_linkability", side.table, Split(train=side, holdout=side))
    assert risk.outcome is Outcome.NOT_APPLICABLE
