"""Sentences in the language of who reads them."""

from synthassay.language import LANGUAGES, say, say_count, speak, speaking, spoken


def test_values_stand_in_the_sentence():
    assert say("Runs in {folder}", folder="/runs") == "Runs in /runs"


def test_one_thing_and_many():
    told = [say_count("{count} patient", "{count} patients", count) for count in (1, 2)]
    assert told == ["1 patient", "2 patients"]


def test_a_language_is_spoken_within_its_block_and_no_longer():
    with speaking("zh_CN"):
        assert spoken() == "zh_CN"
    assert spoken() == "en"


def test_an_unknown_language_is_english():
    with speaking("zh_CN"):
        speak("tlh")
        assert spoken() == "en"
    assert set(LANGUAGES) == {"en", "zh_CN"}
