"""What of a cohort may be shown."""

from synthassay.profile import profile, suppressed


def test_small_categories_are_pooled_until_the_pool_may_be_shown():
    counts = {"a": 200, "b": 40, "c": 6, "d": 6}
    assert suppressed(counts, minimum=11) == {"a": 200, "b": 40, "(rare, pooled)": 12}


def test_one_small_category_takes_the_next_with_it():
    shown = suppressed({"a": 200, "b": 40, "c": 3}, minimum=11)
    assert shown == {"a": 200, "(rare, pooled)": 43}


def test_where_all_is_small_nothing_is_shown():
    assert suppressed({"a": 3, "b": 4}, minimum=11) == {"(rare, pooled)": None}


def test_nothing_small_nothing_pooled():
    assert suppressed({"a": 30, "b": 40}, minimum=11) == {"b": 40, "a": 30}


def test_a_total_never_gives_a_hidden_category_away():
    total = 243
    shown = suppressed({"a": 200, "b": 40, "c": 3}, minimum=11)
    known = sum(count for name, count in shown.items() if name != "(rare, pooled)" and count)
    assert total - known >= 11


def test_no_extreme_value_and_no_small_count_is_described(finished):
    described = finished.cohort["profile"]
    assert set(described) == {"age", "sex", "bili", "stage", "worse"}
    assert described["bili"]["missing"] == 12
    assert len(described["age"]["quartiles"]) == 3
    assert all(count is None or count >= 11 for count in described["stage"]["counts"].values())


def test_few_values_have_no_quartiles(finished, table):
    from cohort.readers import cohort_from_frame
    from cohort.schema import Schema

    schema = Schema.from_dict(finished.cohort["schema"])
    cohort = cohort_from_frame(table(40), schema, name="few")
    assert profile(cohort, minimum=11)["age"]["quartiles"] is None
