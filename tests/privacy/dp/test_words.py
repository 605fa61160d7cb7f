import math

import pytest

from privacy.dp.words import NEIGHBOURS, in_words, posterior, right_guesses


def test_the_share_of_right_guesses_is_the_best_test_of_randomised_response():
    for epsilon in (0.1, 1.0, 3.0):
        truth = math.exp(epsilon) / (1 + math.exp(epsilon))
        assert right_guesses(epsilon) == pytest.approx(truth)
    assert right_guesses(1e-9) == pytest.approx(0.5)
    assert right_guesses(1.0, 0.1) == pytest.approx((math.e + 0.1) / (1 + math.e))
    assert right_guesses(800.0, 1e-5) == 1.0


def test_odds_grow_by_exp_epsilon():
    after = posterior(0.01, 1.0)
    assert after / (1 - after) == pytest.approx(math.e * 0.01 / 0.99)
    assert (posterior(0.0, 1.0), posterior(1.0, 1.0)) == (0.0, 1.0)


def test_a_board_reads_odds_delta_times_n_and_who_is_protected():
    odds, suspicion, failure, neighbours = in_words(1.0, 1e-5, rows=2_000)
    assert "out of 100 people" in odds
    assert "more than 74 right" in odds
    assert "1 % can grow to 2.7 %" in suspicion
    assert "about 2,000 rows (δ·n) that is 0.02 persons" in failure
    assert neighbours == NEIGHBOURS


def test_a_large_epsilon_is_called_empty():
    assert "by itself excludes nothing" in in_words(10.0, 1e-5)[0]


def test_without_a_number_of_rows_none_is_told():
    assert in_words(1.0, 1e-5)[2].endswith("may fail for a person.")
    assert "no chance" in in_words(1.0, 0.0)[2]
