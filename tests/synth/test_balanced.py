import numpy as np
import pytest

from synth.balanced import balanced


def coins(rng):
    def draw(scores, leaning):
        heads = rng.random(len(leaning)) < 1 / (1 + np.exp(-leaning[:, 0]))
        share = 1 / (1 + np.exp(-scores[:, 0]))
        return heads, ((heads - share) / (share * (1 - share)).mean())[:, None]

    return draw


def surplus(marks, scores, draw):
    share = 1 / (1 + np.exp(-scores))
    return marks.T @ (draw - share) / np.sqrt((share * (1 - share)).sum())


def test_draws_make_up_for_one_another():
    rng = np.random.default_rng(0)
    found = []
    for _ in range(40):
        marks = rng.normal(size=(600, 4))
        scores = marks[:, 0] - 1
        found.append(surplus(marks, scores, balanced(coins(rng), scores[:, None], marks)))
    assert np.std(found) < 0.5  # independent draws: 1


def test_each_row_follows_its_own_scores():
    rng = np.random.default_rng(1)
    marks = rng.normal(size=(400, 3))
    scores = 1.5 * marks[:, 0] - 1
    rate = np.mean([balanced(coins(rng), scores[:, None], marks) for _ in range(300)], axis=0)
    share = 1 / (1 + np.exp(-scores))
    for low, high in ((0, 0.2), (0.2, 0.5), (0.5, 1)):
        some = (share >= low) & (share < high)
        assert rate[some].mean() == pytest.approx(share[some].mean(), abs=0.01)


@pytest.mark.parametrize("n", [1, 2, 17])
def test_few_rows_and_columns_that_do_not_vary(n):
    drawn = balanced(coins(np.random.default_rng(0)), np.zeros((n, 1)), np.ones((n, 2)))
    assert drawn.shape == (n,)
