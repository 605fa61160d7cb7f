import numpy as np
from sklearn.tree import DecisionTreeRegressor

from synth.cuts import cuts_of, nodes_of


def test_cuts_lead_to_the_leaves_of_the_tree_and_hold_no_row():
    rng = np.random.default_rng(0)
    x = rng.normal(size=(300, 4)).astype(np.float32)
    tree = DecisionTreeRegressor(max_depth=4).fit(x, x[:, 0] * x[:, 1])
    cuts = cuts_of(tree)
    fresh = rng.normal(size=(500, 4)).astype(np.float32)
    np.testing.assert_array_equal(cuts.apply(fresh), tree.apply(fresh))
    np.testing.assert_array_equal(nodes_of(tree, fresh), tree.apply(fresh))
    assert set(vars(cuts)) == {"feature", "threshold", "left", "right"}


def test_a_tree_without_a_question_has_one_leaf():
    cuts = cuts_of(DecisionTreeRegressor().fit(np.zeros((5, 1)), np.ones(5)))
    assert cuts.apply(np.arange(3.0)[:, None]).tolist() == [0, 0, 0]
