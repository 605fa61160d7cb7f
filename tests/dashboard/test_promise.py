"""A candidate with a formal guarantee: what it is worth, and what it does not cover."""

import json

from privacy.dp.words import in_words


def test_the_page_of_a_candidate_tells_what_its_guarantee_is_worth(app, golden):
    path = golden / "evidence" / "trees.json"
    content = json.loads(path.read_text())
    promise = {"epsilon": 1.0, "delta": 1e-5, "rows": 200, "words": list(in_words(1.0, 1e-5, rows=200))}
    path.write_text(json.dumps({**content, "promise": promise}))
    at = app("views/candidate.py", run=golden.name, candidate="trees")
    assert "out of 100 people" in "\n".join(each.value for each in at.markdown)
    assert "covers the release and nothing else on this page" in "\n".join(each.value for each in at.warning)


def test_a_candidate_without_one_says_nothing_of_it(app, golden):
    at = app("views/candidate.py", run=golden.name, candidate="trees")
    assert not any("covers the release" in each.value for each in at.warning)
