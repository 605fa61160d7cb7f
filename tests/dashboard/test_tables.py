import xml.etree.ElementTree as ET

from dashboard.tables import html_steps, html_table


def test_the_first_column_names_its_row_and_a_missing_cell_stays_empty():
    table = ET.fromstring(html_table([{"attack": "copies", "p": "0.2"}, {"attack": "match"}]))
    heads = [(each.text, each.get("scope")) for each in table.iter("th")]
    assert heads == [("attack", "col"), ("p", "col"), ("copies", "row"), ("match", "row")]
    assert [each.text for each in table.iter("td")] == ["0.2", None]


def test_what_a_cell_says_is_text_and_nothing_else():
    sent = html_table([{"<b>": "<script>alert(1)</script> & more"}])
    assert "<script>" not in sent
    assert ET.fromstring(sent).find(".//tbody//th").text == "<script>alert(1)</script> & more"


def test_the_keyboard_reaches_a_table_that_a_phone_has_to_scroll():
    group = ET.fromstring(html_table([{"a": "1"}, {"a": "2"}]))
    assert (group.get("tabindex"), group.get("role"), group.get("aria-label")) == (
        "0",
        "group",
        "Table of 2 rows",
    )


def test_steps_are_a_list_in_their_order_and_text_and_nothing_else():
    steps = ET.fromstring(
        html_steps([("Use case", "✓ policy <b>"), ("Decision", "– not begun")]).replace("<br>", "")
    )
    assert [["".join(part.itertext()) for part in step] for step in steps] == [["Use case"], ["Decision"]]
    assert ["".join(step.itertext()) for step in steps] == ["Use case✓ policy <b>", "Decision– not begun"]
