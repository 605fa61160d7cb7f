"""A package tells what its reader needs and the public no more, and every change to it is found."""

import hashlib
import json
import re
import shutil
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cohort.errors import InputError
from synthassay.ledger.keys import trust
from synthassay.ledger.records import LEDGER, decisions, read_entries
from synthassay.ledger.verify import verify
from synthassay.package.build import _contents, _fill, release

PUBLIC = {
    "synthetic-data.csv", "card.html", "card.json", "checksums.sha256", "croissant.json", "decision.json",
    "ro-crate-metadata.json", "signature.json",
}  # fmt: skip
NOBODY = {"licence": "none", "publisher": "", "publisher_url": ""}
HOUSE = {"config.yaml", "run.json", "cohort.json", "evidence.json"}


@pytest.fixture
def packed(decided, accept, tmp_path):
    accept(decided.lenient, purpose="Teaching.", conditions=["No linkage."])
    return release(
        decided.lenient,
        candidate="trees",
        out=tmp_path / "package",
        public=True,
        publisher="The house",
        publisher_url="https://house.example",
    )


def _texts(folder):
    return {path.name: path.read_text(encoding="utf-8") for path in folder.rglob("*") if path.is_file()}


def test_a_package_holds_what_its_reader_needs(decided, packed, tmp_path):
    assert {path.name for path in packed.iterdir()} == PUBLIC
    house = release(decided.lenient, candidate="trees", out=tmp_path / "house")
    assert {path.name for path in house.iterdir()} == PUBLIC | HOUSE
    for folder in (packed, house):
        assert verify(folder).sound
        assert (folder / "synthetic-data.csv").read_bytes() == (
            decided.lenient / "releases" / "trees" / "data.csv"
        ).read_bytes()
    last = read_entries(decided.runs)[-1]
    assert (last.kind, last.body["public"]) == ("release", False)
    assert verify(decided.runs).sound


def test_every_file_says_that_it_is_synthetic(packed):
    for name, text in _texts(packed).items():
        assert "synthetic" in f"{name} {text}".lower() or name == "signature.json"


def test_the_card_answers_who_decided_and_what_it_is_not(packed):
    page = (packed / "card.html").read_text()
    for part in (
        "Dr. Decider (declared, not verified)",
        "Teaching.",
        "No linkage.",
        "Not detected is not safe",
    ):
        assert part in page
    card = json.loads((packed / "card.json").read_text())
    assert [each["name"] for each in card["datasheet"]["composition"]["columns"]][:2] == ["age", "sex"]
    assert card["access"] == "Anybody."


def test_linked_data_name_every_file_and_every_column(packed):
    crate = json.loads((packed / "ro-crate-metadata.json").read_text())["@graph"]
    known = {each["@id"] for each in crate}
    assert {each["@id"] for each in crate if each["@type"] == "File"} == PUBLIC - {
        "ro-crate-metadata.json", "checksums.sha256", "signature.json",
    }  # fmt: skip
    assert {
        "@id": "#publisher",
        "@type": "Organization",
        "name": "The house",
        "url": "https://house.example",
    } in crate
    linked = re.findall(r'\{"@id": "([^"]+)"\}', json.dumps(crate))
    assert {each for each in linked if not each.startswith("http")} <= known
    columns = json.loads((packed / "croissant.json").read_text())["recordSet"][0]["field"]
    header = (packed / "synthetic-data.csv").read_text().splitlines()[0]
    assert [each["source"]["extract"]["column"] for each in columns] == header.split(",")


def test_only_a_standing_acceptance_lets_a_release_go(decided, accept, tmp_path):
    out = tmp_path / "package"
    with pytest.raises(InputError, match="nobody has decided"):
        release(decided.lenient, candidate="trees", out=out)
    accept(decided.lenient)
    accept(decided.lenient, verdict="mitigate")
    with pytest.raises(InputError, match="decided mitigate"):
        release(decided.lenient, candidate="trees", out=out)
    accept(decided.lenient)
    data = decided.lenient / "releases" / "trees" / "data.csv"
    before = data.read_bytes()
    data.write_bytes(before + b"1,2,3,4,5\r\n")
    with pytest.raises(InputError, match=r"data\.csv was changed"):
        release(decided.lenient, candidate="trees", out=out)
    data.write_bytes(before)
    release(decided.lenient, candidate="trees", out=out)
    with pytest.raises(InputError, match="exists already"):
        release(decided.lenient, candidate="trees", out=out)
    assert list(tmp_path.glob(".*")) == []


def test_every_changed_byte_of_a_package_is_found(packed):
    rng = np.random.default_rng(0)
    for path in packed.iterdir():
        content = path.read_bytes()
        few = path.name not in ("signature.json", "checksums.sha256")
        for place in rng.choice(len(content), 15 if few else min(len(content), 200), replace=False):
            changed = bytearray(content)
            changed[place] ^= int(rng.integers(1, 256))
            path.write_bytes(bytes(changed))
            assert not verify(packed).sound, (path.name, place)
        for other in (content[:-1], content + b"\n", content[1:]):
            path.write_bytes(other)
            assert not verify(packed).sound, path.name
        path.write_bytes(content)
    assert verify(packed).sound


def test_every_removed_swapped_or_added_file_is_found(packed):
    files = sorted(packed.iterdir())
    contents = {path: path.read_bytes() for path in files}
    for path in files:
        path.unlink()
        assert not verify(packed).sound, path.name
        path.write_bytes(contents[path])
    for one, other in combinations(files, 2):
        one.write_bytes(contents[other])
        other.write_bytes(contents[one])
        assert not verify(packed).sound, (one.name, other.name)
        one.write_bytes(contents[one])
        other.write_bytes(contents[other])
    (packed / "more").mkdir()
    (packed / "more" / "data.csv").write_text("1")
    assert verify(packed).faults == ("more/data.csv was added.",)


def test_a_package_of_strangers_is_sound_once_their_key_is_trusted(packed, tmp_path, monkeypatch):
    monkeypatch.setenv("SYNTHASSAY_STATE", str(tmp_path / "reader"))
    assert "which is not known here" in verify(packed).faults[0]
    trust(json.loads((packed / "signature.json").read_text())["signer"], holder="the house")
    assert verify(packed).sound


def _guesses(decided, patients):
    """What somebody can compute who guesses the seed, the config and the last patient, all of them right."""
    run = decided.lenient
    inside = [path for path in run.rglob("*") if path.is_file() and path.name != "data.csv"]
    told = "".join(path.read_text(errors="ignore") for path in inside)
    kept = {each for each in re.findall(r"[0-9a-f]{8,}", told + run.name) if not each.isdigit()}
    files = [path.read_bytes() for path in (*inside, patients)]
    seeds = [str(seed).encode() for seed in (0, 1, 42, 10_000_019)]
    texts = [*files, *seeds, *(seed + content for seed in seeds for content in files)]
    return kept | {hash_(text).hexdigest() for text in texts for hash_ in (hashlib.sha256, hashlib.md5)}


def test_who_knows_all_patients_but_one_confirms_nothing_by_hash_or_seed(decided, packed, small):
    guesses = _guesses(decided, small / "patients.csv")
    assert json.loads((decided.lenient / "run.json").read_text())["input_hash"] in guesses
    for name, text in _texts(packed).items():
        assert not [each for each in guesses if each in text], name
        assert "10000019" not in text
        assert decided.lenient.name not in text


def test_the_ledger_confirms_nothing_by_plain_hash(decided, packed, small):
    """Its hashes are under keys: the installation's, or the salt of the run's folder."""
    text = (decided.runs / LEDGER).read_text()
    files = [path for path in decided.lenient.rglob("*") if path.is_file() and path.name != "hashes.json"]
    for path in (*files, small / "patients.csv"):
        assert hashlib.sha256(path.read_bytes()).hexdigest() not in text, path.name
    assert "10000019" not in text
    assert json.loads((decided.lenient / "hashes.json").read_text())["salt"] not in text


def _altered(content, factor):
    """Other counts everywhere."""
    if isinstance(content, dict):
        return {key: _altered(each, factor) for key, each in content.items()}
    if isinstance(content, list):
        return [_altered(each, factor) for each in content]
    return content + factor if type(content) is int and content > 0 else content


def test_another_seed_and_other_counts_make_the_same_public_files(decided, packed, tmp_path):
    """Two cohorts that differ in a patient, and of which the same release was made, cannot be told apart."""
    run = decided.lenient
    decision = decisions(decided.runs, run.name)[-1]
    about = json.loads((run / "run.json").read_text())
    changed = {"seed": 7, "input_hash": "0" * 64, "config_hash": "1" * 16, "peak_memory_mb": 1.5}
    (run / "run.json").write_text(json.dumps({**about, **changed}))
    cohort = json.loads((run / "cohort.json").read_text())
    counted = {key: cohort[key] for key in ("rows", "persons", "train_persons", "holdout_persons", "profile")}
    (run / "cohort.json").write_text(json.dumps({**cohort, **_altered(counted, 1)}))
    path = run / "evidence" / "trees.json"
    evidence = json.loads(path.read_text())
    for key in ("risks", "linkage", "exposure"):
        evidence[key] = _altered(evidence[key], 1)
    path.write_text(json.dumps(evidence))
    again = tmp_path / "again"
    again.mkdir()
    _fill(again, _contents(run, decision, public=True, house=_said(packed)), run)
    for name in PUBLIC - {"signature.json"}:
        assert (again / name).read_bytes() == (packed / name).read_bytes(), name


def _said(folder: Path):
    card = json.loads((folder / "card.json").read_text())
    return {key: card[key] for key in ("licence", "publisher", "publisher_url")}


def test_pictures_leave_without_the_list_of_them(decided, accept, tmp_path):
    accept(decided.lenient)
    decision = decisions(decided.runs)[-1]
    folder = decided.lenient / "releases" / "trees"
    shutil.rmtree(folder)
    for name in ("mel", "nv"):
        (folder / "images" / name).mkdir(parents=True)
        Image.new("RGB", (4, 4)).save(folder / "images" / name / "0001.png")
    (folder / "manifest.csv").write_text("file,seed,near_copy\n")
    (folder / "model").mkdir()
    (folder / "model" / "weights.safetensors").write_text("x")
    own = {"label": "Synthetic pictures", "images": 2, "size": 4, "classes": {"mel": 1, "nv": 1}}
    (folder / "card.json").write_text(json.dumps(own))
    out = tmp_path / "pictures"
    out.mkdir()
    about = _contents(decided.lenient, decision, public=True, house={**NOBODY, "licence": "CC-BY-4.0"})
    _fill(out, about, decided.lenient)
    found = {path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()}
    pictures = {f"synthetic-images/{name}/0001.png" for name in ("mel", "nv")}
    assert found == pictures | PUBLIC - {"signature.json", "synthetic-data.csv"}
    assert "2 pictures of 4 pixels" in (out / "card.html").read_text()


def test_coarsened_patients_are_not_called_synthetic(decided, accept, tmp_path):
    accept(decided.lenient)
    card = decided.lenient / "releases" / "trees" / "card.json"
    own = json.loads(card.read_text())
    card.write_text(json.dumps({**own, "label": "Coarsened patient records.", "levels": {"age": 1}}))
    out = tmp_path / "coarse"
    out.mkdir()
    decision = decisions(decided.runs)[-1]
    about = _contents(decided.lenient, decision, public=True, house=NOBODY)
    _fill(out, about, decided.lenient)
    assert (out / "coarsened-data.csv").is_file()
    assert not (out / "synthetic-data.csv").exists()
    for name in ("card.html", "croissant.json", "ro-crate-metadata.json"):
        assert "synthetic" not in (out / name).read_text().lower(), name


def test_beside_a_formal_guarantee_nothing_is_told_that_it_does_not_pay_for(decided, accept, tmp_path):
    accept(decided.strict, exception="The board asked for it.")
    path = decided.strict / "evidence" / "trees.json"
    promise = {"epsilon": 1.0, "delta": 1e-5, "rows": 60, "words": ["Whoever takes part is hidden."]}
    path.write_text(json.dumps({**json.loads(path.read_text()), "promise": promise}))
    out = tmp_path / "promised"
    out.mkdir()
    decision = decisions(decided.runs)[-1]
    about = _contents(decided.strict, decision, public=True, house=NOBODY)
    _fill(out, about, decided.strict)
    card = json.loads((out / "card.json").read_text())
    assert card["model_card"]["promise"] == promise["words"]
    assert (card["model_card"]["tested"], card["model_card"]["use"]) == ([], [])
    assert not {"attempt", "by_exception", "judged"} & set(card["decision"])
    assert not {"attempt", "by_exception", "judged"} & set(json.loads((out / "decision.json").read_text()))
    assert "exception" not in (out / "card.html").read_text()
