"""When somebody may register, how long keys verify, who staff are."""

from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.registration.exhibitions.domain import Phase, first_friday, nearness, phase
from services.registration.staff import domain
from services.registration.visitors.domain import phone_codes, places
from services.registration.visitors.domain.people import ExhibitionOver, RegistrationClosed, check_open

FIRST, LAST = date(2026, 12, 4), date(2026, 12, 23)


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2026, 12, 3), Phase.AHEAD),
        (FIRST, Phase.ON),
        (LAST, Phase.ON),
        (date(2026, 12, 24), Phase.OVER),
    ],
)
def test_the_last_day_is_still_on(today: date, expected: Phase) -> None:
    assert phase(FIRST, LAST, today) is expected


def test_what_is_on_is_nearer_than_what_comes_and_what_comes_than_what_is_over() -> None:
    today = date(2026, 12, 10)
    fairs = {
        "a fair on now": (date(2026, 12, 4), date(2026, 12, 23)),
        "a permanent one": (date(2026, 1, 1), date(2026, 12, 31)),
        "at the new year": (date(2027, 1, 8), date(2027, 1, 10)),
        "next year": (date(2027, 12, 3), date(2027, 12, 22)),
        "over since yesterday": (date(2026, 12, 1), date(2026, 12, 9)),
        "last year": (date(2025, 12, 4), date(2025, 12, 23)),
    }
    shuffled = sorted(fairs)
    assert sorted(shuffled, key=lambda name: nearness(*fairs[name], today)) == list(fairs)


def test_one_registers_until_the_last_day_included() -> None:
    check_open(is_open=True, last_day=LAST, today=LAST)
    with pytest.raises(ExhibitionOver):
        check_open(is_open=True, last_day=LAST, today=LAST + timedelta(days=1))
    with pytest.raises(RegistrationClosed):
        check_open(is_open=False, last_day=LAST, today=FIRST)


@given(st.dates(min_value=date(2026, 1, 1), max_value=date(2030, 1, 1)))
def test_the_fair_begins_on_a_friday_ten_to_sixteen_days_ahead(today: date) -> None:
    first = first_friday(today, at_least_days=10)
    assert first.weekday() == 4
    assert 10 <= (first - today).days <= 16


def test_a_key_verifies_until_its_last_exhibition_has_been_over_for_thirty_days() -> None:
    retired = datetime(2026, 11, 1, tzinfo=UTC)
    assert domain.verifies_until(retired, []) == retired + timedelta(days=30)
    until = domain.verifies_until(retired, [date(2026, 10, 1), LAST])
    assert until.date() == LAST + timedelta(days=30)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" Organiser@Moussem.Example ", "organiser@moussem.example"),
        ("06 12 34 56 78", "+212612345678"),
        ("٠٦١٢٣٤٥٦٧٨", "+212612345678"),
        ("Fatima2", "fatima2"),
    ],
)
def test_a_login_is_the_same_however_it_is_typed(typed: str, kept: str) -> None:
    assert domain.tidy_login(typed) == kept


def test_roles_given_everywhere_count_at_every_exhibition() -> None:
    here, there = UUID(int=1), UUID(int=2)
    roles = {str(here): ["steward"], "*": ["viewer"]}
    assert domain.roles_at(roles, here) == {"steward", "viewer"}
    assert domain.roles_at(roles, there) == {"viewer"}
    assert domain.roles_at(roles, None) == {"viewer"}


def test_a_short_password_is_refused() -> None:
    domain.check_password("ten-letter")
    with pytest.raises(domain.PasswordTooShort):
        domain.check_password("short")


def test_codes_have_six_digits_and_may_be_typed_in_any_script() -> None:
    assert all(len(phone_codes.new_code()) == 6 for _ in range(50))
    assert phone_codes.tidy_code(" ١٢٣ 456 ") == "123456"


def test_a_stored_code_says_nothing_without_the_secret_and_belongs_to_one_phone() -> None:
    one = phone_codes.hash_code(b"a" * 32, UUID(int=1), "+212612345678", "123456")
    assert one != phone_codes.hash_code(b"b" * 32, UUID(int=1), "+212612345678", "123456")
    assert one != phone_codes.hash_code(b"a" * 32, UUID(int=1), "+212612345679", "123456")
    assert one != phone_codes.hash_code(b"a" * 32, UUID(int=2), "+212612345678", "123456")


def test_the_twelve_regions_and_the_countries() -> None:
    assert len(places.REGIONS) == 12
    assert all(map(places.is_country, (*places.OFFERED_COUNTRIES, places.ELSEWHERE, places.HOME_COUNTRY)))
    assert not places.is_country("XX1")
    assert places.split_home("MA-08") == ("MA", "MA-08")
    assert places.split_home("FR") == ("FR", None)
    assert places.join_home("MA", "MA-08") == "MA-08"
