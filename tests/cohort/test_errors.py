import pytest

from cohort.errors import (
    ConfigError,
    DataError,
    InputError,
    NotApplicable,
    Problem,
    SchemaError,
    SynthAssayError,
)


def test_a_problem_reads_as_a_sentence():
    assert str(Problem(what="is empty.", where="a.csv", remedy="Give data.")) == "a.csv: is empty. Give data."
    assert str(Problem(what="is empty.")) == "is empty."


@pytest.mark.parametrize("error", [DataError, SchemaError, ConfigError])
def test_input_errors_carry_every_problem(error):
    raised = error(Problem(what=f"problem {n}.") for n in range(3))
    assert isinstance(raised, InputError)
    assert str(raised) == "problem 0.\nproblem 1.\nproblem 2."
    assert len(raised.problems) == 3
    assert error(Problem(what="one.")).problems == (Problem(what="one."),)


def test_the_tree():
    assert issubclass(SynthAssayError, ValueError)
    assert issubclass(NotApplicable, SynthAssayError)
    assert not issubclass(NotApplicable, InputError)
