import pytest

from dashboard.whatif import Ask, ask, now, options, problem_of

CHOICES = [
    {
        "column": "age",
        "levels": [{"text": "0", "words": "as it stands"}, {"text": "10", "words": "in bands of 10 years"}],
        "at": 0,
    },
    {"column": "sex", "levels": [{"text": "0", "words": "as it stands"}], "at": None},
]


def test_a_column_can_be_kept_made_coarser_or_left_out():
    assert options(CHOICES[0]) == ["as it stands", "in bands of 10 years", "leave out"]
    assert [now(each) for each in CHOICES] == [0, 1]


@pytest.mark.parametrize(
    ("chosen", "asked"),
    [
        ({"age": 1, "sex": 1}, Ask(drop=(), coarsen={"age": "10"})),
        ({"age": 2, "sex": 0}, Ask(drop=("age",), coarsen={"sex": "0"})),
        ({"age": 0, "sex": 1}, Ask(drop=(), coarsen={})),
    ],
)
def test_only_what_changes_is_asked_for(chosen, asked):
    assert ask(CHOICES, chosen) == asked


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"age": 2, "sex": 1}, "keep at least one"),
        ({"age": 0, "sex": 1}, "Nothing has been changed"),
        ({"age": 1, "sex": 1}, ""),
    ],
)
def test_nothing_is_asked_where_nothing_can_be_told(chosen, problem):
    told = problem_of(CHOICES, chosen)
    assert problem in told
    assert bool(told) is bool(problem)
