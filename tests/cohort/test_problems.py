from cohort.errors import Problem
from cohort.problems import at, capped


def _group(name, size):
    return [Problem(what=f"{name}{n}") for n in range(size)]


def test_places():
    assert at("f.csv", row=3, column="age") == "f.csv, row 3, column 'age'"
    assert at("f.csv") == "f.csv"
    assert at("", row=1) == "row 1"


def test_few_problems_are_all_listed_in_order():
    assert capped([_group("a", 2), [], _group("b", 1)]) == [*_group("a", 2), *_group("b", 1)]
    assert capped([]) == []


def test_every_group_is_heard():
    said = [problem.what for problem in capped([_group("a", 9), _group("b", 1), _group("c", 9)], listed=5)]
    assert said == ["a0", "a1", "b0", "c0", "c1", "and 14 more."]
