"""Phone numbers typed any way become one; e-mail addresses stay what they are."""

import pytest

from services.registration.visitors.domain.people import Refused, tidy_email, tidy_phone


@pytest.mark.parametrize(
    "typed",
    [
        "0612345678",
        "06 12 34 56 78",
        "06-12-34-56-78",
        "06.12.34.56.78",
        "+212612345678",
        "+212 (0)6 12 34 56 78",
        "00212612345678",
        "212612345678",
        "612345678",
        "٠٦١٢٣٤٥٦٧٨",
        "۰۶۱۲۳۴۵۶۷۸",
        " ٠٦ ١٢ ٣٤ ٥٦ ٧٨ ",
    ],
)
def test_every_way_to_write_a_moroccan_number_is_the_same_number(typed: str) -> None:
    assert tidy_phone(typed) == "+212612345678"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("+33 6 12 34 56 78", "+33612345678"), ("+91 98765 43210", "+919876543210"), ("05 24 88 23 45", "+212524882345")],
)
def test_numbers_from_elsewhere_and_land_lines_are_welcome(typed: str, kept: str) -> None:
    assert tidy_phone(typed) == kept


@pytest.mark.parametrize("typed", ["", "123", "abc", "0012345", "+999123456789", "06123456789012", "15", "0100000000"])
def test_a_number_that_no_phone_has_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        tidy_phone(typed)


def test_an_address_is_checked_without_asking_the_network() -> None:
    assert tidy_email(" Fatima@EXAMPLE.com ") == "Fatima@example.com"


@pytest.mark.parametrize("typed", ["fatima", "fatima@", "@example.com", "a b@example.com", "a@localhost"])
def test_an_impossible_address_is_refused(typed: str) -> None:
    with pytest.raises(Refused):
        tidy_email(typed)
