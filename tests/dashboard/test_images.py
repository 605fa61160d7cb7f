"""A folder of images opens as a table's does, without a picture in the page."""

from dataclasses import replace

import pytest

from synthassay.runs import read_run
from synthassay.store import write_json
from utility.scores import Direction, UtilityScore


def _of_images(evidence):
    names = {"copy_scan": "orbit_copies", "qi_match": "image_membership", "exact_copies": "exact_images"}
    known = [risk for risk in evidence.risks if risk.attack in names]
    scores = [
        ("auroc_cnn", "", 0.8),
        ("auroc_cnn", "df", 0.7),
        ("recall_cnn", "df", 0.4),
        ("kid_cnn", "", 3.2),
    ]
    return replace(
        evidence,
        risks=tuple(replace(risk, attack=names[risk.attack]) for risk in known),
        linkage={},
        exposure={},
        utility=tuple(
            UtilityScore(
                metric=metric,
                group=group,
                value=value,
                reference=0.9,
                low=value - 0.1,
                high=value + 0.1,
                n=40,
                direction=Direction.LOWER if metric.startswith("kid") else Direction.HIGHER,
            )
            for metric, group, value in scores
        ),
    )


@pytest.fixture
def of_images(golden):
    """The golden run as one of images."""
    run = read_run(golden)
    for each in run.evidence:
        if not each.failure:
            write_json(golden / "evidence" / f"{each.candidate}.json", _of_images(each).to_dict())
    cohort = {
        **run.cohort,
        "kind": "images",
        "schema": {},
        "profile": {},
        "size": 32,
        "classes": ["df", "nv"],
    }
    write_json(golden / "cohort.json", cohort)
    frontier = {
        **run.frontier,
        "risk_attack": "orbit_copies",
        "utility_metric": "auroc_cnn",
        "utility_group": "",
    }
    write_json(golden / "frontier.json", frontier)
    return golden


def test_both_pages_open(app, of_images):
    page = app("views/frontier.py")
    assert not page.exception
    page = app("views/candidate.py", candidate="trees")
    assert not page.exception
    told = "\n".join(str(each.value) for each in (*page.markdown, *page.caption))
    assert "orbit copies" in told
    assert "Not drawn" in told
    assert "data:image" not in told
