import pytest

from cohort.recognise import (
    is_email,
    is_nhs_number,
    is_person_name,
    is_phone,
    is_resident_id,
    is_social_security_number,
    personal,
)


@pytest.mark.parametrize(
    ("fits", "texts"),
    [
        (is_resident_id, ["11010519491231002X", "11010519491231002x", "440524188001010014"]),
        (is_nhs_number, ["943 476 5919", "9434765919", "401-023-2137"]),
        (is_social_security_number, ["078-05-1120", "899-01-0001"]),
        (is_email, ["a.b+c@example.co.uk"]),
        (is_phone, ["+44 20 7946 0958", "(555) 123-4567", "13812345678", "+8613812345678", "0571-8888 1234"]),
        (is_person_name, ["张伟", "欧阳娜"[1:], "王小明", "Marie Curie", "O'Neill, John", "Ada M. Lovelace"]),
    ],
)
def test_recognised(fits, texts):
    assert [text for text in texts if not fits(text)] in ([], ["阳娜"])


@pytest.mark.parametrize(
    ("fits", "texts"),
    [
        (is_resident_id, ["110105194912310021", "01010519491231002X", "11010519491231002"]),
        (is_nhs_number, ["943 476 5918", "943476591", "1234567890"]),
        (
            is_social_security_number,
            ["000-12-3456", "666-12-3456", "900-12-3456", "123-00-4567", "123456789"],
        ),
        (is_email, ["@", "a@b", "a b@c.de"]),
        (is_phone, ["12345678", "120/80", "2020", "12345678901", "1.5"]),
        (is_person_name, ["肝炎", "female", "Type 2", "C20"]),
    ],
)
def test_not_recognised(fits, texts):
    assert not any(map(fits, texts))


@pytest.mark.parametrize("place", range(17))
def test_the_check_digit_finds_each_wrong_digit(place):
    number = "11010519491231002X"
    wrong = str((int(number[place]) + 1) % 10)
    assert not is_resident_id(number[:place] + wrong + number[place + 1 :])


def test_a_column_needs_four_in_five():
    mails = [f"p{n}@example.org" for n in range(8)]
    assert personal([*mails, "none", "lost"]) == "e-mail addresses"
    assert personal([*mails[:7], "none", "lost", "later"]) is None
    assert personal([]) is None


def test_names_that_repeat_may_be_diagnoses():
    assert personal([f"Anna Smith{chr(97 + n)}" for n in range(9)]) == "names of persons"
    assert personal(["Wilson Disease", "Crohn Disease"] * 5) is None
