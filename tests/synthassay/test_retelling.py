"""Sentences of the evidence, written once in English, in the language of who reads them."""

import pytest

from synthassay.language import speaking
from synthassay.retelling import retell


def chinese(text):
    with speaking("zh_CN"):
        return retell(text)


def test_english_is_told_as_it_stands():
    assert (
        retell("Meets policy public; a person must decide.") == "Meets policy public; a person must decide."
    )


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("no formal guarantee", "没有形式化保证"),
        ("Meets policy public; a person must decide.", "符合政策 public；须由人来决定。"),
        (
            "Cannot tell at this size. More patients would narrow the interval.",
            "以此样本量无法判断。更多患者会使区间变窄。",
        ),
        ("Cannot tell. Run the primary attacks.", "无法判断。请运行主要攻击。"),
        ("attempt 7; earlier: 5 not met, 1 cannot tell", "第 7 次尝试；此前：5 次不符合、1 次无法判断"),
        ("show age in bands of 5 years", "把 age 以 5 年分段显示"),
        (
            "Not yet: Run the primary attacks. More patients would narrow the interval.",
            "尚未：请运行主要攻击。更多患者会使区间变窄。",
        ),
    ],
)
def test_sentences_are_found_with_their_values_and_one_within_another(written, told):
    assert chinese(written) == told


@pytest.mark.parametrize(
    "unknown",
    ["", "trees", "Nobody ever wrote this.", "age, sex", "12 of 300 patients", "a {brace} and 100 %"],
)
def test_what_is_not_known_stays_as_it_is(unknown):
    assert chinese(unknown) == unknown


def test_of_several_sentences_the_known_ones_are_told():
    told = chinese("Run the primary attacks. Nobody ever wrote this. No picture of mine.")
    assert told == "请运行主要攻击。Nobody ever wrote this. No picture of mine."
