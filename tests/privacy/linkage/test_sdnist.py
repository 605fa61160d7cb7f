"""SDNist's counts on NIST's own releases, by our doors (doi:10.6028/NIST.TN.2271)."""

import gzip
import json
import re

import numpy as np
import pandas as pd
import pytest

from cohort.schema import Column, Kind, Schema
from cohort.typed import typed_table
from privacy.linkage.sample import sample_risk, unique_matches

pytestmark = pytest.mark.shared

CODES = ("PUMA", "INDP", "MSP")  # all else are numbers: one release writes a sex as 2.0
QUASI_IDENTIFIERS = ["EDU", "SEX", "MSP", "PUMA", "RAC1P", "INDP_CAT", "OWN_RENT", "HISP"]
RELEASES = {
    "cart_cf21": 654,
    "subsample_40pcnt_all": 10860,
    "mwem_pgm": 0,
    "sdv_ctgan_epochs1000": 0,
    "k_anonymity_k_6": 7073,
}


def typed(path):
    raw = pd.read_csv(path, dtype=str, keep_default_na=False).drop(columns="target", errors="ignore")
    columns = tuple(
        Column(name=name, kind=Kind.CATEGORY if name in CODES else Kind.NUMBER) for name in raw.columns
    )
    return typed_table(raw, Schema(columns=columns, missing=("N",)), where=path.name)


@pytest.fixture(scope="module")
def people(shared_data):
    return typed(shared_data / "nist_national2019" / "national2019.csv")


@pytest.fixture(scope="module", params=RELEASES)
def released(shared_data, request):
    return request.param, typed(shared_data / "nist_crc_A" / f"{request.param}.csv.gz")


@pytest.fixture(scope="module")
def printed(shared_data, released):
    """What SDNist's own report of the release says."""
    with gzip.open(shared_data / "nist_crc_A" / f"sdnist_{released[0]}.ui.json.gz", "rt") as file:
        text = json.dumps(json.load(file))

    def number(label):
        return int(re.search(re.escape(label) + r": -Highlight-(\d+)", text)[1])

    return number


def test_unique_exact_matches_to_the_count(people, released, printed):
    name, release = released
    names = [each for each in people.columns if each in release]
    # The release's repeated rows count once: SDNist asks whether a row is there, not whether it is alone.
    matched = unique_matches(people, release.drop_duplicates(), names, owners=np.arange(len(people)))
    assert matched.sum() == RELEASES[name]
    assert matched.sum() == printed("Number of unique Target Data records exactly matched in Deid. Data")
    uniques = sample_risk(people, names).uniques
    assert uniques == printed("Number of unique records in Target Data")


def test_apparent_matches_to_the_count(people, released, printed):
    _, release = released
    count = printed("Number of Target Data records exactly matched in Deid. Data on Quasi-Identifiers")
    if set(QUASI_IDENTIFIERS) <= set(release.columns):
        matched = unique_matches(people, release, QUASI_IDENTIFIERS, owners=np.arange(len(people)))
        assert matched.sum() == count > 0
    else:  # SDNist then looks for none
        assert count == 0
