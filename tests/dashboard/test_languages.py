"""Every page in Chinese: chosen beside the menu, asked by the address, and without an English sentence."""

import json

import pytest

from dashboard import pages
from synthassay.language import speaking

HIDDEN = ("id", "form_id", "element_id", "url", "page_script_hash", "spec", "query_string")
UNDRAWN = ("template", "family", "customdata", "hovertemplate")


def strings(message):
    """All text of a protocol message that a browser may show."""
    for field, value in message.ListFields():
        for each in value if field.is_repeated else [value]:
            if isinstance(each, str) and field.name not in HIDDEN:
                yield each
            elif hasattr(each, "ListFields"):
                yield from strings(each)


def drawn(value):
    """All text inside a picture."""
    if isinstance(value, str):
        yield value
    children = (
        value.items() if isinstance(value, dict) else enumerate(value if isinstance(value, list) else ())
    )
    for key, each in children:
        if key not in UNDRAWN:
            yield from drawn(each)


def shown(at):
    """What a page says, files that it shows left out."""
    for element in at._tree:
        proto = getattr(element, "proto", None)
        if hasattr(proto, "ListFields") and element.type != "code":
            yield from strings(proto)
            if spec := getattr(proto, "spec", ""):
                yield from drawn(json.loads(spec))


@pytest.mark.parametrize("page", [page.path for page in pages.PAGES])
def test_no_page_speaks_english_where_chinese_is_asked_for(app, golden, look, english, page):
    look()
    at = app(page, language="zh_CN", run=golden.name if page != pages.RISK else "")
    assert not english(*shown(at))
    assert "无法绘制" not in "".join(shown(at))


def test_english_is_spoken_unless_something_else_is_asked_for(app, golden):
    at = app()
    assert at.sidebar.radio(key="language").value == "en"
    assert at.title[0].value == "Cases"


def test_the_choice_beside_the_menu_holds_on_every_page(app, golden):
    at = app()
    at.sidebar.radio(key="language").set_value("zh_CN").run()
    assert at.title[0].value == "案例"
    with speaking("zh_CN"):  # AppTest names the options of lists itself, as a browser does not
        at.switch_page(pages.FRONTIER).run()
        assert at.title[0].value == "可用性与风险"
        at.sidebar.radio(key="language").set_value("en").run()
    assert at.title[0].value == "Use against risk"


@pytest.mark.parametrize(("locale", "title"), [("zh-CN", "案例"), ("zh", "案例"), ("de-DE", "Cases")])
def test_the_browsers_language_is_spoken_where_there_is_a_catalogue(app, golden, monkeypatch, locale, title):
    monkeypatch.setattr("streamlit.runtime.context.ContextProxy.locale", locale)
    assert app().title[0].value == title


def test_an_unknown_language_in_the_address_is_english(app, golden):
    assert app(language="tlh").title[0].value == "Cases"
