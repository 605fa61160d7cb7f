import pytest

from cohort.vocabulary import Meaning, concerns_survival, meaning


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ("age AGE Age_Years ageAtOnset age.at.diagnosis onset_age age_group 年龄 诊断年龄", Meaning.AGE),
        ("dob date_of_birth DeathDate entry.dt 诊断日期 死亡日期 出生日期", Meaning.DATE),
        ("sex Gender marital_status education_num 性别 民族", Meaning.DEMOGRAPHIC),
        ("zip zip_code PostalCode state site_id hospital_name 省 所在省 居住城市 邮编 出生地", Meaning.PLACE),
        ("id patient_id USUBJID subject MRN nhs_number 患者编号 身份证号 住院号", Meaning.IDENTITY),
        ("name patient_name first_name Phone email_address 姓名 患者姓名 手机号 家庭住址", Meaning.PERSON),
        ("time futime survival_time follow_up_days os_days 生存时间", Meaning.TIME),
        ("status event vital_status death hospital_death 结局", Meaning.EVENT),
        ("rownames 序号", Meaning.ROW_NUMBER),
    ],
)
def test_what_a_name_says(names, expected):
    assert {name: meaning(name) for name in names.split()} == dict.fromkeys(names.split(), expected)


@pytest.mark.parametrize(
    "name", ["stage", "average", "image", "usage", "drug_name", "patient_weight", "valid", "", "..."]
)
def test_words_inside_words_say_nothing(name):
    assert meaning(name) is None


def test_survival_and_other_states():
    assert all(map(concerns_survival, ["status", "os_status", "time_to_event", "followUpDays", "death"]))
    assert not any(map(concerns_survival, ["smoking_status", "admission_time", "hospital_death"]))
