from privacy.ceiling import ceiling


def test_five_of_a_hundred_is_near_the_edge_and_more_is_easy():
    assert 0.3 < ceiling(train=100, control=100, share=0.05) < 0.75
    assert ceiling(train=100, control=100, share=0.01) < 0.2
    assert ceiling(train=100, control=100, share=0.1) == 1


def test_equal_seeds_give_equal_ceilings():
    assert ceiling(train=50, control=20, share=0.1, seed=2) == ceiling(
        train=50, control=20, share=0.1, seed=2
    )
