import numpy as np
import pandas as pd
import pytest

from privacy.attacks import target as module
from privacy.estimates import AttackRole


def test_known_answers(known_answers):
    _, loud = known_answers("exact_copies", at_least=1.0)
    assert loud.role is AttackRole.DIAGNOSTIC
    assert loud.p_adjusted is None


def test_every_copy_is_counted_even_where_persons_are_drawn(make_split, attack_once, monkeypatch):
    monkeypatch.setattr(module, "MOST_ATTACKED", 25)
    split, fresh = make_split(80)
    release = pd.concat([fresh, split.train.released.iloc[[3, 17, 60]]], ignore_index=True)
    risk = attack_once("exact_copies", release, split)
    assert risk.n == 80
    assert risk.train * risk.n == pytest.approx(3)


def test_one_copied_row_of_several_is_a_copied_person(make_split, attack_once):
    split, fresh = make_split(40, visits=4)
    release = pd.concat([fresh, split.train.released.iloc[[0, 1, 9]]], ignore_index=True)
    assert attack_once("exact_copies", release, split).train * 40 == pytest.approx(2)


def test_a_nearly_equal_number_is_no_exact_copy(make_split, attack_once):
    split, _ = make_split(40)
    release = split.train.released.copy()
    release["marker"] = np.nextafter(release["marker"], np.inf)
    assert attack_once("exact_copies", release, split).train == 0
