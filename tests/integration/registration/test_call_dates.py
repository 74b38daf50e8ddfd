"""When a call is open: dates that can be are proposed, dates that cannot are refused, and exhibitors read both."""

from collections.abc import Callable
from datetime import date, datetime

import pytest

from services.registration.applications.domain.calls import CallOver, check_closing, closing_day
from services.registration.staff.domain import EVERYWHERE, Role
from tests.integration.registration.conftest import Browser, Fair, text_of
from tests.integration.registration.test_opening import FORM, NEW
from tests.integration.registration.test_team import open_account, signed_in

CALL = "/fr/taznakht-4/office/call"
TYPED = {"title_fr": "Appel", "criteria": "craft; 2; Savoir-faire", "places-": ""}
NOW = datetime(2027, 5, 6, 10, 30)

At = Callable[..., datetime]


@pytest.mark.parametrize(
    ("today", "proposed"),
    [
        (date(2027, 3, 1), date(2027, 5, 5)),
        (date(2027, 5, 4), date(2027, 5, 5)),
        (date(2027, 5, 5), date(2027, 5, 6)),
        (date(2027, 5, 6), date(2027, 5, 7)),
        (date(2027, 5, 10), date(2027, 5, 11)),
    ],
)
def test_a_call_is_never_proposed_to_close_in_the_past(today: date, proposed: date) -> None:
    assert closing_day(date(2027, 5, 7), today, 2) == proposed


@pytest.mark.parametrize(
    ("closes_at", "kept_until", "is_refused"),
    [
        (datetime(2027, 5, 5), None, True),
        (NOW, None, True),
        (datetime(2027, 5, 7), None, False),
        (datetime(2027, 5, 5), datetime(2027, 5, 4), True),
        (datetime(2027, 5, 5), datetime(2027, 5, 5), False),
        (datetime(2027, 5, 5), datetime(2027, 5, 7), False),
    ],
    ids=["new", "new, now", "new, later", "opened again", "over and left so", "ended at once"],
)
def test_only_a_call_that_nobody_could_answer_is_refused(
    closes_at: datetime, kept_until: datetime | None, is_refused: bool
) -> None:
    try:
        check_closing(closes_at, NOW, kept_until)
    except CallOver:
        assert is_refused
    else:
        assert not is_refused


@pytest.fixture
def organiser(fair: Fair, at: At) -> Browser:
    """Has opened the fair of Taznakht, 7 to 16 May 2027; it is the day before."""
    browser = signed_in(fair, open_account(fair, "all@example.com", {EVERYWHERE: (Role.ORGANISER,)}))
    assert browser.post(NEW, **FORM).status_code == 303
    at(NOW)
    return signed_in(fair, open_account(fair, "late@example.com", {EVERYWHERE: (Role.ORGANISER,)}))


def dates(opens: str, closes: str) -> dict[str, str]:
    return TYPED | {"opens_wall": opens, "closes_wall": closes}


def test_a_call_that_would_be_closed_at_once_is_refused_with_its_reason(organiser: Browser) -> None:
    proposed = organiser.get(CALL).text
    assert 'value="2027-05-06T00:00"' in proposed
    assert 'value="2027-05-07T18:00"' in proposed
    late = organiser.post(CALL, **dates("2027-05-04T00:00", "2027-05-05T18:00"))
    assert late.status_code == 422
    assert 'href="#f-closes_wall"' in late.text
    assert "Ce moment est passé" in text_of(late)
    assert "Ouvrir l’appel" in text_of(late), "nothing was kept"
    assert organiser.post(CALL, **dates("2027-05-06T00:00", "2027-05-07T18:00")).status_code == 303


def test_exhibitors_and_the_office_read_when_it_opens_and_when_it_closed(
    fair: Fair, at: At, organiser: Browser
) -> None:
    organiser.post(CALL, **dates("2027-05-06T14:00", "2027-05-07T18:00"))
    public = fair.browser()
    for shown in (public.get("/fr/taznakht-4/apply"), organiser.get(CALL)):
        said = text_of(shown)
        assert "pas encore ouvertes" in said
        assert "reçues du jeudi 6 mai 2027, 14:00, au vendredi 7 mai 2027, 18:00" in said
    assert 'name="shows"' not in public.get("/fr/taznakht-4/apply").text
    assert "<h2>Applications are not taken yet.</h2>" in public.get("/en/taznakht-4/apply").text
    at(datetime(2027, 5, 6, 14, 0))
    opened = public.get("/fr/taznakht-4/apply")
    assert 'name="shows"' in opened.text
    assert "reçus jusqu’au vendredi 7 mai 2027, 18:00" in text_of(opened)
    at(datetime(2027, 5, 7, 18, 0))
    assert "étaient reçues jusqu’au vendredi 7 mai 2027, 18:00" in text_of(public.get("/fr/taznakht-4/apply"))
