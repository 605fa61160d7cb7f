"""Somebody who knows all patients but one learns nothing of the last from the public report, nor its PDF.

Two cohorts that differ in a patient, and of which the same was found, have the same public report: whatever
else differs, seed, hashes and every count, is not in it.
"""

import hashlib
import re
from dataclasses import replace

import pytest

from synthassay.public import public_run
from synthassay.report import render
from synthassay.runs import Evidence, read_run

_COUNTED = ("utility", "risks", "linkage", "exposure", "rows", "quantities")


def _altered(content, by):
    """Other counts everywhere."""
    if isinstance(content, dict):
        return {key: _altered(each, by) for key, each in content.items()}
    if isinstance(content, list):
        return [_altered(each, by) for each in content]
    return content + by if type(content) is int and content > 0 else content


def _neighbour(run, by):
    """The same findings from other counts of patients, under another seed."""
    about = {"seed": 7, "input_hash": "0" * 64, "config_hash": "1" * 16, "peak_memory_mb": 1.5, "stages": {}}
    rare = _altered(run.about["rare"], by) if "rare" in run.about else {}
    told = [each.to_dict() for each in run.evidence]
    told = [{**each, **{key: _altered(each[key], by) for key in _COUNTED}} for each in told]
    kept = {key: run.cohort[key] for key in ("schema", "minimum_count")}
    return replace(
        run,
        about={**run.about, **about, **({"rare": {**run.about["rare"], **_counts(rare)}} if rare else {})},
        cohort={**_altered(run.cohort, by), **kept},
        evidence=tuple(Evidence.from_dict(each) for each in told),
    )


def _counts(rare):
    return {key: rare[key] for key in ("columns", "levels", "persons")}


def _public(run, *, printed):
    """The public page, without the random names that plotly gives to its figures."""
    page = render(public_run(run), public=True, printed=printed)
    return re.sub(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", "", page)


@pytest.mark.parametrize(("printed", "by"), [(False, 1), (True, -1)])
def test_other_counts_and_another_seed_make_the_same_report(finished, printed, by):
    assert _public(_neighbour(finished, by), printed=printed) == _public(finished, printed=printed)


def test_the_internal_report_does_tell(finished):
    assert render(_neighbour(finished, 1), printed=True) != render(finished, printed=True)


def test_no_count_of_patients_stands_in_it(finished):
    page = re.sub(
        r"<style.*?</style>|<svg.*?</svg>",
        "",
        render(public_run(finished), public=True, printed=True),
        flags=re.DOTALL,
    )
    words = re.sub(r"<[^>]+>", " ", page)
    counts = {finished.cohort[key] for key in ("rows", "persons", "train_persons", "holdout_persons")}
    assert counts == {160, 80}
    assert not re.findall(r"\b(?:160|80)\b(?! %)", words)


def test_no_hash_that_somebody_could_compute_stands_in_it(decided, small):
    run = read_run(decided.lenient)
    inside = [path for path in decided.lenient.rglob("*") if path.is_file() and path.name != "data.csv"]
    told = "".join(path.read_text(errors="ignore") for path in inside)
    kept = {each for each in re.findall(r"[0-9a-f]{8,}", told + decided.lenient.name) if not each.isdigit()}
    contents = [path.read_bytes() for path in (*inside, small / "patients.csv")]
    seeds = [str(seed).encode() for seed in (0, 1, 42, 10_000_019)]
    texts = [*contents, *seeds, *(seed + content for seed in seeds for content in contents)]
    guesses = kept | {hash_(text).hexdigest() for text in texts for hash_ in (hashlib.sha256, hashlib.md5)}
    for printed in (False, True):
        page = re.sub(
            r"<script.*?</script>", "", render(public_run(run), public=True, printed=printed), flags=re.DOTALL
        )
        assert not [each for each in guesses if each in page]
        assert "10000019" not in page
        assert decided.lenient.name not in page
