import numpy as np
import pandas as pd

from privacy.linkage.columns import disguised_identifiers


def test_a_column_that_numbers_persons_is_an_identifier_in_disguise():
    table = pd.DataFrame({"stamp": np.arange(40), "age": np.arange(40) // 2, "sex": [0, 1] * 20})
    assert disguised_identifiers(table, ["stamp", "age", "sex"]) == ("stamp",)
    twice = pd.concat([table, table], ignore_index=True)
    assert disguised_identifiers(twice, ["stamp", "age"]) == ()
    owners = np.tile(np.arange(40), 2)
    assert disguised_identifiers(twice, ["stamp", "age"], persons=owners) == ("stamp",)


def test_few_persons_are_all_different_by_chance():
    assert disguised_identifiers(pd.DataFrame({"age": np.arange(19)}), ["age"]) == ()
