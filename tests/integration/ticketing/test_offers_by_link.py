"""An offer is answered from its message: the link acts for its one booking, looking at it changes nothing."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.ticketing.bookings.models import answer_link
from tests.conftest import At
from tests.integration.ticketing.scene import BEFORE, Fair
from tests.integration.ticketing.test_answers_by_sms import Line
from tests.integration.ticketing.test_pages import hidden
from tests.kit.world import rows_of


@pytest.fixture
def line(fair: Fair) -> Line:
    return Line(fair)


def link_of(line: Line, person_id: UUID) -> str:
    """The address that the message of somebody's offer carries."""
    told = line.fair.service.published("booking.offered.v1")
    (code,) = [one["body"]["answer_code"] for one in told if one["body"]["person_id"] == str(person_id)]
    return f"/fr/a/{code}"


def press(line: Line, link: str, answer: str) -> Any:
    """A browser that nobody knows opens the link and presses a button; what it shows then."""
    browser = line.fair.service.new_client()
    return browser.post(link, data=hidden(browser.get(link).text) | {"answer": answer}, follow_redirects=True)


def test_yes_takes_the_seat(line: Line) -> None:
    one = line.join()
    line.free()
    shown = press(line, link_of(line, one), "yes")
    assert "Votre place est réservée" in shown.text
    assert line.state_of(one) == "confirmed"


def test_no_leaves_it_to_the_next_and_never_gives_back_what_was_taken(line: Line) -> None:
    one, two = line.join(), line.join()
    line.free()
    press(line, link_of(line, one), "no")
    assert (line.state_of(one), line.state_of(two)) == ("cancelled", "offered")
    browser, link = line.fair.service.new_client(), link_of(line, two)
    form = hidden(browser.get(link).text)
    answers = [browser.post(link, data=form | {"answer": said}) for said in ("yes", "yes", "no")]
    assert [answer.status_code for answer in answers] == [303, 303, 303]
    assert line.state_of(two) == "confirmed"


def test_looking_changes_nothing_however_a_scanner_looks(line: Line) -> None:
    one = line.join()
    line.free()
    before, link, scanner = rows_of(line.fair.service), link_of(line, one), line.fair.service.new_client()
    for method in ("GET", "HEAD", "OPTIONS"):
        assert scanner.open(link, method=method).status_code == 200
    assert line.fair.service.new_client().post(link, data={"answer": "yes"}).status_code == 403, "no form of ours"
    assert rows_of(line.fair.service) == before
    assert line.state_of(one) == "offered"


def test_too_late_says_so_and_which_sessions_have_seats(line: Line, at: At) -> None:
    one, browser = line.join(), line.fair.service.new_client()
    line.free()
    link = link_of(line, one)
    form = hidden(browser.get(link).text)
    at(BEFORE + timedelta(hours=24))
    for shown in (browser.get(link), browser.post(link, data=form | {"answer": "yes"})):
        assert "Celles-ci ont des places libres" in shown.text
        assert "Oui, je les prends" not in shown.text
    assert shown.status_code == 410
    assert line.state_of(one) == "lapsed"


def test_only_a_hash_of_the_code_is_kept_and_a_wrong_one_opens_nothing(line: Line) -> None:
    one = line.join()
    line.free()
    code = link_of(line, one)[6:]
    with line.fair.service.reading() as db:
        (kept,) = db.execute(sa.select(answer_link.c.code_hash)).scalars()
    assert code.encode() not in kept
    assert line.fair.service.new_client().get("/fr/a/AAAAAAAAAAAAAAAAAAAAAA").status_code == 410
