from dashboard.charts import frontier_picture
from dashboard.pareto_charts import front_line, seeds_picture


def point(name, use, risk, *, reference=False, pareto=None):
    figures = {
        "utility": {"value": use, "low": use, "high": use},
        "risk": {"value": risk, "low": 0, "high": 1},
    }
    return {"candidate": name, "reference": reference, "verdict": None, "pareto": pareto, **figures}


def test_the_line_joins_those_that_nobody_beats_and_no_reference_point():
    points = [
        point("a", 0.6, -0.1), point("b", 0.5, 0.0), point("c", 0.8, 0.2), point("d", 0.7, 0.3),
        point("copy", 0.9, 0.0, reference=True),
    ]  # fmt: skip
    line = front_line(points)
    assert list(zip(line.x, line.y, strict=True)) == [(0.0, 0.6), (0.2, 0.8)]
    assert front_line(points[:1]) is None
    assert front_line(points[-1:]) is None


def test_how_often_each_stands_there_is_told_and_an_older_run_tells_nothing_of_it(golden_frontier):
    older = frontier_picture(golden_frontier)
    assert "how often each" not in older.sentence
    points = [{**each, "pareto": None if each["reference"] else 0.78} for each in golden_frontier["points"]]
    picture = frontier_picture({**golden_frontier, "points": points})
    assert "how often each" in picture.sentence
    assert {row["on the front"] for row in picture.table} == {"78%", "–"}
    assert any("78%" in text for trace in picture.figure.data for text in trace.text or ())


def test_each_candidate_has_a_dot_a_seed():
    by_seed = {0: [point("a", 0.6, 0.1), point("b", 0.5, 0.0)], 1: [point("a", 0.7, 0.2)]}
    picture = seeds_picture(by_seed, own=1, axis="utility")
    others, own = picture.figure.data
    assert (list(others.x), list(own.x)) == ([0.6, 0.5], [0.7])
    assert picture.table[0] == {"candidate": "a", "seeds": 2, "least": 0.6, "most": 0.7, "this run": 0.7}
    assert picture.table[1]["this run"] is None
