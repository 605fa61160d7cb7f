"""What a column's name says about it, in English and Chinese."""

import re
from enum import Enum


class Meaning(Enum):
    """What a column's name says that it holds; the values are the words that say so."""

    ROW_NUMBER = "rownames rowname row index rownum rownumber 序号 行号"
    PERSON = (
        "surname forename firstname lastname fullname givenname familyname patientname email mail phone "
        "telephone tel mobile fax address street 姓名 名字 电话 手机 联系方式 邮箱 地址 住址"
    )
    IDENTITY = (
        "id ids uid uuid guid usubjid subjid patid patient patientid subject subjectid participant person "
        "personid pid record recordid case caseid accession barcode ssn nhs nhsno nhsnumber passport mrn "
        "编号 患者 病人 病例号 受试者 档案号 身份证 护照 病历号 住院号 门诊号 病案号 医保号 社保号 就诊卡"
    )
    AGE = "age ages agey 年龄 岁数"
    DATE = (
        "date dt dtc dob birthdate birthday birth diag onset entry admission discharge enrolment enrollment "
        "日期 出生 生日"
    )
    DEMOGRAPHIC = (
        "sex gender race ethnic ethnicity nationality religion marital maritalstatus education occupation "
        "profession language birthyear yob 性别 民族 种族 国籍 宗教 婚姻 学历 教育 职业"
    )
    PLACE = (
        "region province state county country city town district zip zipcode postcode postal site siteid "
        "center centre centerid hospital clinic ward "
        "地区 省 省份 市 城市 区 县 邮编 国家 医院 中心 籍贯 出生地"
    )
    TIME = (
        "time futime survtime followup fu os pfs dfs efs rfs survival days months tte "
        "生存时间 生存期 随访时间 随访天数"
    )
    EVENT = "status event fustat death died dead deceased censor censored 结局 死亡 事件 生存状态"
    SENSITIVE = "diagnosis icd icd9 icd10 disease hiv genotype mutation karyotype 诊断 疾病 基因型 突变"


_WORDS = {word: meaning for meaning in Meaning for word in meaning.value.split()}
_LOOSE = (Meaning.AGE, Meaning.DEMOGRAPHIC, Meaning.PLACE)
_PREPOSITIONS = {"at", "of", "in", "to", "for", "from", "since", "by", "until"}
_QUALIFIERS = {"unit", "units", "type", "group", "code", "num", "number", "no"}
_QUALIFIERS |= {"year", "years", "yrs", "month", "months", "day", "days", "weeks"}
_OWNERS = {
    "patient",
    "subject",
    "participant",
    "person",
    "first",
    "last",
    "full",
    "given",
    "family",
    "middle",
}
_SURVIVAL = {"to", "overall", "progression", "free", "last", "follow", "up", "vital", "total"}
_SPLIT = re.compile(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[\W_]+")
_CHINESE = re.compile("[\u4e00-\u9fff]")


def meaning(name: str) -> Meaning | None:
    """What a column's name says that it holds, None where it says nothing.

    The last word decides (``death_date`` is a date, ``date_of_death`` too); words for age,
    traits and places count anywhere, since missing a quasi-identifier is the worse mistake.
    """
    if _CHINESE.search(name):
        return _chinese_meaning(name)
    words = _words(name)
    if not words:
        return None
    joined = _WORDS.get("".join(words))
    if joined is not None:
        return joined
    if words[-1] in ("name", "names"):
        return Meaning.PERSON if len(words) == 1 or _OWNERS & set(words) else _loose(words)
    head = _WORDS.get(words[-1])
    loose = _loose(words)
    # The number of a site names a place, not a person.
    return loose if head is None or (head is Meaning.IDENTITY and loose is not None) else head


def concerns_survival(name: str) -> bool:
    """Whether a name for a time or an event says nothing else, as ``smoking_status`` does."""
    if _CHINESE.search(name):
        return True
    pair = {word for word, what in _WORDS.items() if what in (Meaning.TIME, Meaning.EVENT)}
    return all(word in pair | _SURVIVAL | _QUALIFIERS for word in _words(name, whole=True))


def _words(name: str, *, whole: bool = False) -> list[str]:
    words = [word.lower() for word in _SPLIT.split(name) if word]
    if whole:
        return words
    stop = next((place for place, word in enumerate(words) if place and word in _PREPOSITIONS), len(words))
    words = words[:stop]
    while len(words) > 1 and words[-1] in _QUALIFIERS:
        words.pop()
    return words


def _loose(words: list[str]) -> Meaning | None:
    return next((_WORDS[word] for word in reversed(words) if _WORDS.get(word) in _LOOSE), None)


def _chinese_meaning(name: str) -> Meaning | None:
    """The word that ends last decides; a single character only where it ends the name."""
    found = [
        (name.rfind(word) + len(word), len(word), word)
        for word in _WORDS
        if word in name and (len(word) > 1 or name.endswith(word)) and _CHINESE.search(word)
    ]
    return _WORDS[max(found)[2]] if found else None
