"""Files handed in from a page: checked, kept for the owner's eyes alone, and deleted whole."""

import io
import stat
import zipfile

import numpy as np
import pytest
import yaml

from cohort.errors import InputError
from cohort.schema import Kind, Role
from dashboard import hand_in
from dashboard.hand_in import HandIn, Origin, Upload
from synthassay.config_reader import read_config


def table(n=60, seed=0):
    rng = np.random.default_rng(seed)
    rows = [f"P{i},{rng.integers(20, 80)},{'fm'[i % 2]},{rng.normal(5, 1):.2f}" for i in range(n)]
    return "\n".join(["patient_id,age,sex,marker", *rows]).encode()


REAL, SYNTHETIC = Upload(name="real data.csv", content=table()), Upload(name="s.CSV", content=table(seed=1))


def save(**changes) -> HandIn:
    known = {"name": "registry 2026", "real": REAL, "synthetic": SYNTHETIC, "origin": Origin.UNKNOWN}
    return hand_in.save(**{**known, **changes})


def roles(found):
    return {column.name: (column.role, column.kind) for column in found.draft.columns}


def test_files_are_kept_under_names_of_our_own_for_the_owner_alone():
    found = save(real=Upload(name="../../etc/passwd.csv", content=table()))
    assert sorted(each.name for each in found.folder.iterdir()) == [
        "hand_in.json",
        "real.csv",
        "synthetic.csv",
    ]
    assert {stat.S_IMODE(each.stat().st_mode) for each in found.folder.iterdir()} == {0o600}
    assert stat.S_IMODE(found.folder.stat().st_mode) == 0o700
    assert (found.name, found.rows, found.persons) == ("registry-2026", 60, 60)


def test_what_was_handed_in_is_found_again_by_its_id_and_by_nothing_else(state):
    found = save()
    assert hand_in.find(found.folder.name) == found
    assert hand_in.hand_ins() == [found]
    for name in (
        "",
        "..",
        "../configs",
        f"{found.folder.name}/../{found.folder.name}",
        "20260101T000000-00000000",
    ):
        assert hand_in.find(name) is None


def test_deleting_leaves_nothing():
    found = save()
    hand_in.delete(found)
    assert not found.folder.exists()
    assert hand_in.hand_ins() == []


def bomb():
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/sheet.xml", b"0" * (hand_in._UNPACKED_MB * 2**20 + 1))
    return content.getvalue()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"name": "…/"}, "the study has no name"),
        ({"real": Upload(name="real.exe", content=table())}, "of a kind that cannot be read"),
        ({"real": Upload(name="real", content=table())}, "of a kind that cannot be read"),
        ({"real": Upload(name="real.csv", content=b"")}, "is empty"),
        ({"real": Upload(name="real.xlsx", content=table())}, "real.xlsx"),
        ({"synthetic": Upload(name="s.parquet", content=b"\x89PNG")}, "synthetic.parquet"),
        ({"origin": Origin.THESE}, "the file that tells the rows apart is missing"),
    ],
)
def test_what_cannot_be_read_is_refused_and_leaves_nothing(state, changes, told):
    with pytest.raises(InputError, match=told):
        save(**changes)
    assert not list(state.glob("configs/*"))


def test_a_file_above_the_limit_and_a_workbook_that_unpacks_to_one_are_refused(state, monkeypatch):
    monkeypatch.setattr(hand_in, "_UNPACKED_MB", 1)
    with pytest.raises(InputError, match="would unpack to more than 1 MB"):
        save(real=Upload(name="real.xlsx", content=bomb()))
    monkeypatch.setattr(hand_in, "LIMIT_MB", 0)
    with pytest.raises(InputError, match="larger than 0 MB"):
        save()


@pytest.mark.parametrize(
    ("origin", "told"),
    [
        (Origin.THESE, {"trained_on": "rows.csv"}),
        (Origin.OTHERS, {"holdout": "rows.csv", "trained_on": "all"}),
        (Origin.ALL, {"trained_on": "all"}),
        (Origin.UNKNOWN, {"trained_on": "unknown"}),
    ],
)
def test_the_config_says_which_rows_were_used_and_the_command_line_reads_it(origin, told):
    found = save(origin=origin, rows=Upload(name="x.csv", content=table(n=20)))
    assert ("rows" in found.files) is origin.needs_file
    schema = hand_in.confirmed(found.draft, roles(found), person=found.draft.person)
    config = hand_in.write(found, schema, policy="public", population=240, persons=60)
    content = yaml.safe_load(config.read_text())
    assert content["cohort"] == {"data": "real.csv", "schema": "schema.yaml", **told}
    read = read_config(config)
    assert read.cohort.data == found.folder / "real.csv"
    assert (read.policy, read.population.fraction) == ("public", 0.25)
    assert stat.S_IMODE(config.stat().st_mode) == 0o600


def test_a_cohort_larger_than_the_estimate_holds_everybody_and_no_estimate_says_nothing():
    found = save()
    schema = hand_in.confirmed(found.draft, roles(found), person=None)
    many = hand_in.write(found, schema, policy="public", population=10, persons=60)
    assert read_config(many).population.fraction == 1.0
    none = hand_in.write(found, schema, policy="public", population=0, persons=60)
    assert read_config(none).population is None


def test_every_column_is_confirmed_and_a_corrected_one_keeps_no_guess_of_the_old_kind():
    found = save()
    said = roles(found) | {"sex": (Role.GROUP, Kind.CATEGORY), "marker": (Role.SENSITIVE, Kind.NUMBER)}
    schema = hand_in.confirmed(found.draft, said, person=None)
    assert schema.unconfirmed == ()
    assert schema["sex"].role is Role.GROUP
    assert hand_in.check(found, schema).n_persons == 60


def test_a_release_with_other_columns_is_refused_before_anybody_waits():
    found = save(synthetic=Upload(name="s.csv", content=b"age,sex\n30,f\n"))
    schema = hand_in.confirmed(found.draft, roles(found), person=None)
    with pytest.raises(InputError, match="its columns are not the cohort's"):
        hand_in.check(found, schema)


def test_a_correction_that_contradicts_the_table_quotes_no_cell():
    found = save()
    said = roles(found) | {"sex": (Role.OTHER, Kind.NUMBER)}
    with pytest.raises(InputError) as told:
        hand_in.check(found, hand_in.confirmed(found.draft, said, person=None))
    assert "sex" in str(told.value)
    assert "'f'" not in str(told.value)
