import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cohort.draft import draft_schema, reasons, schema_yaml
from cohort.readers import read_table
from cohort.schema import Column, Kind, Role, Schema
from cohort.screen import screen
from cohort.typed import typed_table

ROWS = 40
CLINIC = pd.DataFrame(
    {
        "rownames": range(1, ROWS + 1),
        "patient_id": [f"P{n:03}" for n in range(ROWS)],
        "surname": [f"Name{n % 37}" for n in range(ROWS)],
        "sex": ["f", "m"] * (ROWS // 2),
        "AgeAtDiagnosis": [20 + n % 30 for n in range(ROWS)],
        "birth.date": [f"19{50 + n}-03-04" for n in range(ROWS)],
        "diagnosis": ["C20", "C22", "D01", "G10"] * (ROWS // 4),
        "zip": [f"{n % 9:05}" for n in range(ROWS)],
        "bili": [n / 7 for n in range(ROWS)],
        "stage": [1, 2, 3, 4] * (ROWS // 4),
        "os_days": [100 + 13 * n for n in range(ROWS)],
        "vital_status": [1, 2] * (ROWS // 2),
        "comment": [f"Seen by the doctor on day {n}, feels well" for n in range(ROWS)],
        "ferritin": ["?", *map(str, range(100, 100 + 3 * (ROWS - 1), 3))],
    }
)
DRAFTED = {
    "rownames": ("identifier", "category"),
    "patient_id": ("identifier", "category"),
    "surname": ("identifier", "category"),
    "sex": ("quasi_identifier", "category"),
    "AgeAtDiagnosis": ("quasi_identifier", "integer"),
    "birth.date": ("quasi_identifier", "date"),
    "diagnosis": ("sensitive", "category"),
    "zip": ("quasi_identifier", "category"),
    "bili": ("other", "number"),
    "stage": ("other", "category"),
    "os_days": ("time", "integer"),
    "vital_status": ("event", "category"),
    "comment": ("identifier", "text"),
    "ferritin": ("other", "integer"),
}


def test_a_clinics_table_is_drafted():
    schema = draft_schema(CLINIC)
    assert {column.name: (column.role.value, column.kind.value) for column in schema.columns} == DRAFTED
    assert not any(column.confirmed for column in schema.columns)
    assert schema.person is None
    assert schema["vital_status"].occurred == ("2",)
    assert schema["AgeAtDiagnosis"].unit == "years"
    assert schema["ferritin"].missing == ("?",)
    typed = typed_table(CLINIC, schema, where="")
    assert "unconfirmed_columns" in {finding.code for finding in screen(schema, typed)}


def test_every_guess_has_a_reason_without_a_value():
    given_reasons = reasons(CLINIC)
    assert list(given_reasons) == list(CLINIC)
    said = " ".join(given_reasons.values())
    assert not any(str(cell) in said for cell in CLINIC["patient_id"])
    assert "free text" in given_reasons["comment"]
    assert "'vital_status'" in given_reasons["os_days"]


def test_a_chinese_table_is_drafted():
    raw = pd.DataFrame(
        {
            "序号": range(1, 31),
            "患者姓名": [f"张{chr(0x4E00 + n)}" for n in range(30)],
            "性别": ["男", "女"] * 15,
            "年龄": [30 + n for n in range(30)],
            "民族": ["汉族", "回族", "壮族"] * 10,
            "省": ["浙江", "江苏"] * 15,
            "邮编": [f"31{n % 4}000" for n in range(30)],
            "诊断日期": [f"2020年3月{n + 1}日" for n in range(30)],
            "电话": [f"138{n:08}" for n in range(30)],
            "白细胞": [3 + n / 7 for n in range(30)],
            "生存时间": [100 + 11 * n for n in range(30)],
            "结局": ["死亡", "存活"] * 15,
        }
    )
    schema = draft_schema(raw)
    roles = {name: [column.name for column in schema.with_role(name)] for name in Role}
    assert roles[Role.IDENTIFIER] == ["序号", "患者姓名", "电话"]
    assert roles[Role.QUASI_IDENTIFIER] == ["性别", "年龄", "民族", "省", "邮编", "诊断日期"]
    assert (roles[Role.TIME], roles[Role.EVENT]) == (["生存时间"], ["结局"])
    assert schema["诊断日期"].format == "%Y年%m月%d日"
    assert schema["结局"].occurred == ("死亡",)
    assert typed_table(raw, schema, where="")["诊断日期"].notna().all()


def test_rows_that_share_an_identity_are_one_person():
    raw = pd.DataFrame(
        {"rownames": range(60), "id": [n // 2 for n in range(60)], "eye": ["left", "right"] * 30}
    )
    schema = draft_schema(raw)
    assert schema.person == "id"
    assert schema["id"].role is Role.IDENTIFIER
    some_missing = raw.assign(id=[None, *raw["id"][1:]])
    assert draft_schema(some_missing).person is None
    few_codes = raw.assign(id=[n % 3 for n in range(60)])
    assert draft_schema(few_codes).person is None


def test_a_number_that_rises_within_every_person_orders_visits():
    raw = pd.DataFrame(
        {
            "rownames": range(60),
            "id": [n // 3 for n in range(60)],
            "bili": [n * 7 % 11 / 10 for n in range(60)],
            "day": [n % 3 * 180 + n for n in range(60)],
            "seen": [f"2020-0{n % 3 + 1}-11" for n in range(60)],
        }
    )
    schema = draft_schema(raw)
    assert (schema.person, schema.visit) == ("id", "day")
    assert "orders visits" in reasons(raw)["day"]
    assert draft_schema(raw.drop(columns="day")).visit == "seen"
    back = raw.assign(day=[*raw["day"][:59], 0]).drop(columns="seen")
    assert draft_schema(back).visit is None
    assert draft_schema(raw.assign(id=range(60))).visit is None


def test_a_status_alone_is_no_event():
    raw = pd.DataFrame({"status": [0, 1] * 20, "smoking_status": [0, 1] * 20})
    assert [column.role for column in draft_schema(raw).columns] == [Role.OTHER, Role.OTHER]
    timed = raw.assign(time=range(100, 140)).drop(columns="status")
    assert not draft_schema(timed).with_role(Role.EVENT, Role.TIME)


def test_an_empty_column_is_drafted():
    raw = pd.DataFrame({"a": [None, "NA"], "b": ["x", "x"]})
    assert draft_schema(raw)["a"].kind is Kind.CATEGORY


def _names():
    return st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=12)


def _columns():
    words = st.lists(
        _names() | st.sampled_from(["no", "yes", "1", "null", "2020-01-01", "a, b", "#", "'"]), max_size=3
    )
    return st.builds(
        Column,
        name=_names() | st.sampled_from(["no", "1", "y: x", "a b", "#", "?", "x" * 200]),
        kind=st.sampled_from(Kind),
        role=st.sampled_from([Role.OTHER, Role.IDENTIFIER, Role.SENSITIVE]),
        unit=st.none() | _names(),
        range=st.none() | st.tuples(st.integers(-9, 0), st.floats(0, 9)),
        categories=words.filter(bool).map(tuple) | st.none(),
        missing=words.map(tuple),
        format=st.none() | st.just("%d.%m.%Y"),
        confirmed=st.booleans(),
    )


@settings(max_examples=100, deadline=None)
@given(
    columns=st.lists(_columns(), min_size=1, max_size=4, unique_by=lambda column: column.name.strip()),
    missing=st.lists(_names(), max_size=2),
    why=_names(),
)
def test_a_schema_written_as_yaml_reads_back_equal(columns, missing, why, tmp_path_factory):
    schema = Schema(columns=tuple(columns), missing=tuple(missing), person=columns[0].name)
    path = tmp_path_factory.mktemp("schema") / "schema.yaml"
    path.write_text(schema_yaml(schema, reasons={columns[0].name: why}), encoding="utf-8")
    assert Schema.from_yaml(path) == schema


def test_the_yaml_has_a_line_a_column():
    schema = Schema(
        columns=(
            Column(name="id", kind=Kind.CATEGORY, role=Role.IDENTIFIER),
            Column(name="age", kind=Kind.INTEGER, role=Role.QUASI_IDENTIFIER, unit="years", range=(0, 110)),
            Column(name="answer", kind=Kind.CATEGORY, categories=("no", "yes"), confirmed=False),
        ),
        person="id",
        rules=("age <= 110",),
    )
    assert schema_yaml(schema, reasons={"age": "its name says age"}) == (
        "columns:\n"
        "  id:     {role: identifier, kind: category}\n"
        "  # its name says age\n"
        "  age:    {role: quasi_identifier, kind: integer, unit: years, range: [0, 110]}\n"
        "  answer: {role: other, kind: category, categories: ['no', 'yes'], confirmed: false}\n"
        "person: id\n"
        "rules: [age <= 110]\n"
        "missing: ['', NA]\n"
    )


REAL = {
    "pbc/pbc.csv": (["rownames", "id"], ["age", "sex"], None),
    "pbc/pbcseq.csv": (["rownames", "id"], ["age", "sex"], "id"),
    "retinopathy/retinopathy.csv": (["rownames", "id"], ["age"], "id"),
    "aids2_au/Aids2.csv": (["rownames"], ["state", "sex", "diag", "death", "age"], None),
    "sdmetrics_demo/student_placements_real.csv": (
        ["student_id"],
        ["gender", "start_date", "end_date"],
        None,
    ),
    "cdisc_pilot/dm.csv": (["rownames", "USUBJID", "SUBJID"], None, None),
    "cdisc_pilot/ae.csv": (["rownames", "USUBJID"], ["AEDTC", "AESTDTC", "AEENDTC"], "USUBJID"),
    "udca/udca.csv": (["rownames", "id"], None, None),
}


@pytest.mark.shared
@pytest.mark.parametrize("file", REAL)
def test_real_files_are_drafted(shared_data, file):
    identifiers, quasi_identifiers, person = REAL[file]
    raw = read_table(shared_data / file).table
    schema = draft_schema(raw)
    assert [column.name for column in schema.with_role(Role.IDENTIFIER)] == identifiers
    assert quasi_identifiers is None or list(schema.quasi_identifiers) == quasi_identifiers
    assert schema.person == person
    assert typed_table(raw, schema, where=file).shape == raw.shape
    if file.startswith("udca"):
        dates = [name for name in raw if name.endswith(".dt")]
        assert dates == list(schema.quasi_identifiers)
        assert {schema[name].kind for name in dates} == {Kind.DATE}
    if file.endswith("dm.csv"):
        known = {"SITEID", "BRTHDTC", "AGE", "SEX", "RACE", "ETHNIC", "COUNTRY", "RFSTDTC", "DMDTC"}
        assert known <= set(schema.quasi_identifiers)
