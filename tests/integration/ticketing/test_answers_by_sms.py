"""Accepting, declining and leaving by a word from a phone: by the same rules, and never an error."""

import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from shared.ids import new_id
from tests.conftest import At
from tests.integration.ticketing.scene import API, BEFORE, EXHIBITION, Fair
from tests.kit.tree import ROOT

EXAMPLE = json.loads((ROOT / "tests" / "contracts" / "answer.received.v1.json").read_text())["example"]


def said(response: Any) -> dict[str, Any]:
    found: dict[str, Any] = response.get_json()
    return found


class Line:
    """The twelve seats of W1 taken, and whoever waits for one of them."""

    def __init__(self, fair: Fair) -> None:
        self.fair = fair
        self.seated = [self._book(fair.person()) for _ in range(12)]

    def _book(self, who: dict[str, str], **body: Any) -> tuple[str, dict[str, str]]:
        return said(self.fair.book("W1", who, **body))["reference"], who

    def join(self, **body: Any) -> UUID:
        """Somebody more in line; their person's id."""
        person_id = uuid4()
        self._book(self.fair.person(person_id), **body)
        return person_id

    def free(self, seats: int = 1) -> None:
        """Seats are given back."""
        for _ in range(seats):
            self.fair.cancel(*self.seated.pop())

    def answer(self, person_id: UUID, answer: str, message_id: UUID | None = None) -> str | None:
        """What notifications tells of an answer."""
        told = self.booking_of(person_id)
        body = {"person_id": str(person_id), "booking_id": str(told["subject_id"]), "answer": answer}
        return self.fair.service.receive(
            "answer.received.v1",
            body,
            subject_id=told["subject_id"],
            exhibition_id=EXHIBITION,
            id=message_id or new_id(),
        )

    def booking_of(self, person_id: UUID) -> dict[str, Any]:
        """What ticketing told last of somebody's booking."""
        told = [one for one in self.fair.service.published() if one["body"].get("person_id") == str(person_id)]
        return max(told, key=lambda one: int(one["subject_version"]))

    def state_of(self, person_id: UUID) -> str:
        """How somebody's booking stands."""
        found = said(self.fair.service.client.get(f"{API}/bookings", headers=self.fair.person(person_id)))
        return str(found["bookings"][0]["state"])


@pytest.fixture
def line(fair: Fair) -> Line:
    return Line(fair)


def test_yes_takes_the_seat_and_twice_changes_nothing(line: Line) -> None:
    one, message_id = line.join(), new_id()
    line.free()
    assert line.state_of(one) == "offered"
    assert line.answer(one, "yes", message_id) == "done"
    assert line.state_of(one) == "confirmed"
    version = line.booking_of(one)["subject_version"]
    assert [line.answer(one, "yes", message_id), line.answer(one, "yes")] == ["done", "done"]
    assert (line.state_of(one), line.booking_of(one)["subject_version"]) == ("confirmed", version)


def test_no_hands_the_seat_to_the_next_in_the_same_transaction(line: Line) -> None:
    one, two = line.join(), line.join()
    line.free()
    assert line.answer(one, "no") == "done"
    assert (line.state_of(one), line.state_of(two)) == ("cancelled", "offered")
    assert line.booking_of(one)["body"]["cancelled_by"] == "person"


def test_leave_gives_up_the_place_in_line_and_the_others_move_up(line: Line) -> None:
    one, two = line.join(), line.join()
    assert line.answer(one, "leave") == "done"
    assert line.state_of(one) == "cancelled"
    line.free()
    assert line.state_of(two) == "offered"


def test_too_late_changes_nothing_and_is_no_error(line: Line, at: At) -> None:
    one, two = line.join(), line.join()
    line.free()
    at(BEFORE + timedelta(hours=24))
    assert line.answer(one, "yes") == "done"
    assert (line.state_of(one), line.state_of(two)) == ("lapsed", "offered")


@pytest.mark.parametrize("word", ["yes", "no"])
def test_who_waits_without_an_offer_is_not_moved_by_yes_or_no(line: Line, word: str) -> None:
    one = line.join()
    assert line.answer(one, word) == "done"
    assert line.state_of(one) == "waitlisted"


@pytest.mark.parametrize("word", ["no", "leave"])
def test_a_seat_once_taken_is_not_given_back_by_a_word(line: Line, word: str) -> None:
    one = line.join()
    line.free()
    line.answer(one, "yes")
    assert line.answer(one, word) == "done"
    assert line.state_of(one) == "confirmed"


def test_of_those_asked_at_once_the_first_to_say_yes_has_the_seat(line: Line, at: At) -> None:
    one, two = line.join(), line.join()
    starts = line.fair.service.client.get(f"{API}/sessions/W1").get_json()["starts_at"]
    at(BEFORE.fromisoformat(starts) - timedelta(minutes=90))
    line.free()
    assert (line.state_of(one), line.state_of(two)) == ("offered", "offered")
    assert [line.answer(two, "yes"), line.answer(one, "yes")] == ["done", "done"]
    assert (line.state_of(one), line.state_of(two)) == ("waitlisted", "confirmed")


def test_nobody_answers_for_somebody_else(line: Line) -> None:
    one, two = line.join(), line.join()
    line.free()
    booking_id = line.booking_of(one)["subject_id"]
    body = {"person_id": str(two), "booking_id": str(booking_id), "answer": "yes"}
    told = line.fair.service.receive("answer.received.v1", body, subject_id=booking_id, exhibition_id=EXHIBITION)
    assert told == "done"
    assert (line.state_of(one), line.state_of(two)) == ("offered", "waitlisted")


def test_the_example_is_understood_though_nobody_has_that_booking(fair: Fair) -> None:
    booking_id = UUID(EXAMPLE["booking_id"])
    told = fair.service.receive("answer.received.v1", EXAMPLE, subject_id=booking_id, exhibition_id=EXHIBITION)
    assert told == "done", fair.service.last_error()
