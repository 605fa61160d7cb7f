"""Sentences read off the source of engines."""

import ast

import pytest

from catalogue.engine import engine_sentences, template

NOTED = '''
"""A module."""

WORDS = {"few": "fewer than {n} persons", "unit": "mg"}

def told(found, schema):
    """What was found."""
    if found.bad:
        raise ConfigError(Problem(what="the config is wrong.", remedy="Write it again."))
    remedy = "Write something else."
    say("Said already, and collected there.")
    return Finding(title=f"{found.n} rows in {schema['name']}", explanation="Leave" " them {out}.")
'''


@pytest.mark.parametrize(
    ("written", "held"),
    [
        ("f'{risk.n} of {len(rows)} rows'", "{n} of {rows} rows"),
        ("f'{low:.2f} to {self.high:.2f}'", "{low} to {high}"),
        ("f'{a.n} in {b.n}'", "{n} in {n_2}"),
        ("f\"{told['rows']} rows\"", "{rows} rows"),
        ("'Meets {policy}'", "Meets {policy}"),
        ("'Write rare: {treatment: pool}'", "Write rare: {{treatment: pool}}"),
        ("f'{{x}} is {x}'", "{{x}} is {x}"),
        ("'one ' + f'{n} two'", "one {n} two"),
    ],
)
def test_a_string_is_held_with_a_name_for_each_value(written, held):
    assert template(ast.parse(written, mode="eval").body) == held


def test_only_what_ends_in_a_record_is_collected(tmp_path):
    room = tmp_path / "utility"
    room.mkdir()
    (room / "measure.py").write_text(NOTED, encoding="utf-8")
    found = dict(engine_sentences(tmp_path))
    assert set(found) == {"fewer than {n} persons", "{n} rows in {name}", "Leave them {out}."}
    assert found["{n} rows in {name}"].startswith("utility/measure.py:")
