"""Recognise values that name a person, by their shape and their check digits."""

import re
from collections.abc import Callable, Sequence

_MOSTLY = 0.8
_LOOKED_AT = 1000
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[A-Za-z]{2,}")
_SSN = re.compile(r"(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}", re.ASCII)
_NHS = re.compile(r"\d{3}[ -]?\d{3}[ -]?\d{4}", re.ASCII)
_RESIDENT = re.compile(r"[1-9]\d{16}[\dXx]", re.ASCII)
_RESIDENT_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHINESE_MOBILE = re.compile(r"(\+?86[ -]?)?1[3-9]\d[ -]?\d{4}[ -]?\d{4}", re.ASCII)
_PHONE = re.compile(r"\+\d{7,15}|(?=.*[ ()/-])\+?\(?\d{1,5}\)?([ /-]\(?\d{2,5}\)?){1,4}", re.ASCII)
_SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁"
    "任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
_CHINESE_NAME = re.compile(f"[{_SURNAMES}][\u4e00-\u9fff]{{1,2}}")
_WESTERN_NAME = re.compile(r"[A-ZÀ-Þ][\w'’-]+,? (?:[A-ZÀ-Þ]\.? )?[A-ZÀ-Þ][\w'’-]+")


def is_resident_id(text: str) -> bool:
    """Whether it is a Chinese resident identity number, 18 characters, by GB 11643's check digit."""
    if not _RESIDENT.fullmatch(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text[:17], _RESIDENT_WEIGHTS, strict=True))
    return text[17].upper() == "10X98765432"[total % 11]


def is_nhs_number(text: str) -> bool:
    """Whether it is a UK NHS number, ten digits, by its modulus-11 check digit."""
    if not _NHS.fullmatch(text):
        return False
    digits = [int(character) for character in text if character.isdigit()]
    check = 11 - sum(digit * (10 - place) for place, digit in enumerate(digits[:9])) % 11
    return digits[9] == check % 11


def is_social_security_number(text: str) -> bool:
    """Whether it is written as a US social security number, and none that is never issued."""
    return bool(_SSN.fullmatch(text))


def is_email(text: str) -> bool:
    """Whether it is an e-mail address."""
    return bool(_EMAIL.fullmatch(text))


def is_phone(text: str) -> bool:
    """Whether it is a telephone number: a Chinese mobile, or one written with + or separators."""
    digits = sum(character.isdigit() for character in text)
    return bool(_CHINESE_MOBILE.fullmatch(text) or (7 <= digits <= 15 and _PHONE.fullmatch(text)))


def is_person_name(text: str) -> bool:
    """Whether it reads as a Chinese name with a common surname, or as two capitalised words."""
    return bool(_CHINESE_NAME.fullmatch(text) or _WESTERN_NAME.fullmatch(text))


_SHAPES: dict[str, Callable[[str], bool]] = {
    "e-mail addresses": is_email,
    "Chinese identity numbers of persons": is_resident_id,
    "US social security numbers of persons": is_social_security_number,
    "UK NHS numbers of persons": is_nhs_number,
}
# A telephone number may also be a range, and two capitalised words a diagnosis; those repeat.
_RARE_SHAPES: dict[str, Callable[[str], bool]] = {
    "telephone numbers": is_phone,
    "names of persons": is_person_name,
}


def personal(values: Sequence[str]) -> str | None:
    """What the values of a column are, where at least 80 % of the first thousand name a person.

    Parameters
    ----------
    values : sequence of str
        Those that are not missing.

    Returns
    -------
    str or None
        Such as ``telephone numbers``; the numbers that one person alone has end in ``numbers
        of persons``.
    """
    distinct = list(dict.fromkeys(value.strip() for value in values))
    if not distinct:
        return None
    rare = len(values) > 2 and 2 * len(distinct) > len(values)
    shapes = {**_SHAPES, **_RARE_SHAPES} if rare else _SHAPES
    looked_at = distinct[:_LOOKED_AT]
    for what, fits in shapes.items():
        if sum(map(fits, looked_at)) >= _MOSTLY * len(looked_at):
            return what
    return None
