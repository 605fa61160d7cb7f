"""The catalogues: whole, compiled as they stand, and with the values of every sentence."""

import pytest
from babel.messages.catalog import Catalog

from catalogue import files
from catalogue.collect import collect
from synthassay.language import LANGUAGES


@pytest.mark.parametrize("language", files.TRANSLATED)
def test_every_sentence_is_translated_with_its_values(language):
    assert list(files.faults(language)) == []


@pytest.mark.parametrize("language", files.TRANSLATED)
def test_what_gettext_reads_is_what_translators_wrote(language):
    compiled = files.source(language).with_suffix(".mo").read_bytes()
    assert compiled == files.compiled(files.read(language))


@pytest.mark.parametrize("language", files.TRANSLATED)
def test_a_translation_can_be_filled_in(language):
    for message in files.read(language):
        for told in message.string if isinstance(message.string, tuple) else (message.string,):
            if message.id and "%%" in str(message.id):
                assert "%%" in told
                assert told % dict.fromkeys([name[2:-2] for name in files.names(told)], "x")


def test_every_language_but_english_has_a_catalogue():
    assert {*files.TRANSLATED, "en"} == set(LANGUAGES)
    assert all(files.source(language).is_file() for language in files.TRANSLATED)


def test_sentences_of_code_of_engines_of_pages_and_of_policies_are_collected():
    places = {place for message in collect() for place, _ in message.locations}
    for wanted in ("dashboard/views/decide.py", "privacy/attacks/copy_scan.py", "synthassay/policy.py",
                   "synthassay/templates/report/tried.html.j2", "configs/policies/public.yaml"):  # fmt: skip
        assert wanted in places


@pytest.mark.parametrize(
    ("sentence", "translation", "fault"),
    [
        ("{n} rows", "", "not translated"),
        ("{n} rows", "行", "other names"),
        ("{n} rows", "{m} 行", "other names"),
        ("%(n)s rows", "%(m)s 行", "other names"),
        ("Nothing new", "没有", "said nowhere any more"),
    ],
)
def test_faults_are_named(tmp_path, monkeypatch, sentence, translation, fault):
    held, said = (Catalog(locale="zh_CN", charset="utf-8") for _ in range(2))
    held.add(sentence, translation)
    if fault != "said nowhere any more":
        said.add(sentence)
    monkeypatch.setattr(files, "LOCALE", tmp_path)
    monkeypatch.setattr(files, "collect", lambda: said)
    files.write("zh_CN", held)
    assert [each for each in files.faults("zh_CN") if fault in each]
    assert len(list(files.faults("zh_CN"))) == 1


def test_a_new_sentence_is_empty_and_an_old_one_keeps_its_translation(tmp_path, monkeypatch):
    held, said = (Catalog(locale="zh_CN", charset="utf-8") for _ in range(2))
    held.add("known", "已知", context="record")
    held.add("gone", "已去")
    said.add("known", context="record")
    said.add(("{count} row", "{count} rows"))
    monkeypatch.setattr(files, "LOCALE", tmp_path)
    monkeypatch.setattr(files, "collect", lambda: said)
    files.write("zh_CN", held)
    fresh = {message.id: message.string for message in files.update("zh_CN") if message.id}
    assert fresh == {"known": "已知", ("{count} row", "{count} rows"): ("", "")}
