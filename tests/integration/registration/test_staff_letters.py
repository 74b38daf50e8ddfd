"""Links for staff by e-mail or SMS, from the office and for who forgot their password."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.registration.staff.domain import EVERYWHERE, Act, Role
from services.registration.staff.models import staff_link
from services.registration.staff.operations import accounts, second_step
from shared import clock, limits
from tests.integration.registration.conftest import Browser, Fair, text_of
from tests.integration.registration.test_team import NEW, OFFICE, acts, link_in, open_account, signed_in

FORGOTTEN = "/fr/office/forgotten"


@pytest.fixture(autouse=True)
def _fresh_limits() -> None:
    limits.configure("memory://")


@pytest.fixture
def organiser(fair: Fair, staff_id: UUID) -> Browser:
    """The first organiser, signed in."""
    return signed_in(fair, staff_id)


def letters(fair: Fair) -> list[dict[str, Any]]:
    """What notifications was asked to bring to staff."""
    return fair.service.published("person.staff_link_issued.v1")


def path_in(letter: dict[str, Any]) -> str:
    return "/fr/office/join/" + str(letter["body"]["link"]).rpartition("/")[2]


def forget(fair: Fair, login: str) -> Any:
    return fair.browser().post(FORGOTTEN, login=login)


def test_an_invitation_is_sent_to_who_is_invited_and_nobody_else(fair: Fair, organiser: Browser) -> None:
    made = organiser.post(f"{OFFICE}/staff/invitations", login="06 12 34 56 78", roles="desk")
    place = made.headers["Location"]
    shown = organiser.get(place).text
    assert "L’envoyer par SMS au" in shown
    assert organiser.post(f"{place}/sending", address="thief@example.com").status_code == 404
    for _ in range(2):  # pressed twice, sent once
        sent = organiser.post(f"{place}/sending", address="+212612345678", idempotency_key="pressed")
        assert (sent.status_code, sent.headers["Location"]) == (303, f"{place}?sent=1")
    assert "est parti" in text_of(organiser.get(f"{place}?sent=1"))
    (letter,) = letters(fair)
    assert letter["exhibition_id"] == fair.exhibition.id
    said = letter["body"]
    assert (said["purpose"], said["channel"], said["address"]) == ("invite", "sms", "+212612345678")
    assert path_in(letter) == link_in(shown)
    assert acts(fair) == [Act.STAFF_INVITED, Act.STAFF_LINK_SENT]


def test_only_who_made_a_link_sends_it(fair: Fair, organiser: Browser) -> None:
    place = organiser.post(f"{OFFICE}/staff/invitations", login="a@example.com", roles="desk").headers["Location"]
    other = signed_in(fair, open_account(fair, "other@example.com", {EVERYWHERE: (Role.ORGANISER,)}))
    assert other.post(f"{place}/sending", address="a@example.com").status_code == 404
    assert letters(fair) == []


def test_an_address_gets_few_letters_an_hour(fair: Fair, organiser: Browser) -> None:
    place = organiser.post(f"{OFFICE}/staff/invitations", login="a@example.com", roles="desk").headers["Location"]
    answers = [organiser.post(f"{place}/sending", address="a@example.com").status_code for _ in range(6)]
    assert answers == [303] * 5 + [429]
    assert len(letters(fair)) == 5


def test_the_answer_is_the_same_whether_the_account_exists_or_not(fair: Fair) -> None:
    open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.DESK,)})
    closed = open_account(fair, "gone@example.com", {fair.exhibition.id: (Role.DESK,)})
    with fair.service.writing() as db:
        accounts.close_account(db, closed)
    names = ("omar@example.com", "gone@example.com", "nobody@example.com", "nobody at all")
    answers = [forget(fair, name) for name in names]
    assert {(answer.status_code, answer.headers["Location"], answer.text) for answer in answers} == {
        (303, f"{FORGOTTEN}?asked=1", answers[0].text)
    }
    (letter,) = letters(fair)
    assert (letter["body"]["address"], letter["body"]["name"]) == ("omar@example.com", "omar@example.com")
    again = [forget(fair, name).status_code for name in names * 3]
    assert again == [303] * 8 + [429] * 4, "three an hour for each name, whether anybody has it or not"


def test_a_forgotten_password_is_set_once_within_the_hour(fair: Fair, at: Callable[..., datetime]) -> None:
    open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.DESK,)})
    forget(fair, "OMAR@example.com")
    forget(fair, "omar@example.com")
    first, second = (path_in(letter) for letter in letters(fair))
    omar = fair.browser()
    assert omar.post(first, password=NEW).headers["Location"] == "/fr/office/"
    assert omar.get(f"{OFFICE}/").status_code == 200
    assert fair.browser().post(first, password=NEW).status_code == 410
    assert fair.browser().post(second, password=NEW).status_code == 410, "a set password ends the other links"
    assert acts(fair) == [Act.PASSWORD_FORGOTTEN, Act.PASSWORD_FORGOTTEN, Act.PASSWORD_RESET]
    forget(fair, "omar@example.com")
    late = path_in(letters(fair)[-1])
    at(clock.now() + timedelta(hours=1))
    assert fair.browser().get(late).status_code == 410
    assert fair.browser().post(late, password=NEW).status_code == 410


def test_who_knows_a_name_ends_no_link_of_the_office(fair: Fair, organiser: Browser) -> None:
    staff_id = open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.DESK,)})
    made = organiser.post(f"{OFFICE}/staff/{staff_id}/reset").headers["Location"]
    handed_over = link_in(organiser.get(made).text)
    forget(fair, "omar@example.com")
    assert fair.browser().get(handed_over).status_code == 200


def test_a_second_step_is_asked_for_after_the_new_password_too(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    staff_id = open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.DESK,)})
    monkeypatch.setattr(second_step, "is_on", lambda _db, asked: asked == staff_id)
    forget(fair, "omar@example.com")
    omar = fair.browser()
    done = omar.post(path_in(letters(fair)[0]), password=NEW)
    assert (done.status_code, done.headers["Location"]) == (303, "/fr/office/sign-in")
    assert not omar.client.get_cookie("staff_registration")
    with fair.service.reading() as db:
        assert accounts.is_password(accounts.find_account(db, "omar@example.com"), NEW)


def test_who_works_at_several_fairs_hears_of_none_and_a_nickname_is_no_address(fair: Fair) -> None:
    both: dict[UUID, tuple[Role, ...]] = {fair.exhibition.id: (Role.DESK,), UUID(int=7): (Role.DESK,)}
    with fair.service.writing() as db:
        new = accounts.NewStaff("Omar", ("omar", "+212612345678", "omar@example.com"), "a-long-password", both)
        accounts.open_account(db, new)
    open_account(fair, "nick", {fair.exhibition.id: (Role.DESK,)})
    for login in ("nick", "omar", "06 12 34 56 78"):
        assert forget(fair, login).status_code == 303
    told = letters(fair)
    assert [letter["body"]["address"] for letter in told] == ["omar@example.com", "+212612345678"]
    assert {letter["exhibition_id"] for letter in told} == {EVERYWHERE}
    fair.browser().post(path_in(told[0]), password=NEW)
    assert acts(fair)[-1] == Act.PASSWORD_RESET, "each of their fairs has it in its log"


def test_a_name_that_nobody_has_costs_the_same_work_and_leaves_no_link(fair: Fair) -> None:
    """Else the time of the answer would tell who signs in here."""
    open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.DESK,)})
    work = {name: writes_of(fair, name) for name in ("omar@example.com", "nobody@example.com")}
    assert work["omar@example.com"] == work["nobody@example.com"]
    assert len(work["omar@example.com"]) >= 4, "log, link, message, delivery"
    assert [letter["body"]["address"] for letter in letters(fair)] == ["omar@example.com"]
    with fair.service.reading() as db:
        assert db.scalar(sa.select(sa.func.count()).select_from(staff_link)) == 1


def writes_of(fair: Fair, login: str) -> list[str]:
    """Into which tables something is written when somebody forgot their password."""
    seen: list[str] = []

    def note(_db: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("INSERT INTO "):
            seen.append(statement.split()[2])

    sa.event.listen(fair.service.database.engine, "before_cursor_execute", note)
    assert forget(fair, login).status_code == 303
    sa.event.remove(fair.service.database.engine, "before_cursor_execute", note)
    return seen
