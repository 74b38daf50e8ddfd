"""What must hold through nginx with several processes of each service; each returns what was seen or fails."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import requests
import sqlalchemy as sa

from services.ticketing.bookings.models import booking
from services.ticketing.programme.models import session
from shared.db import Database
from shared.ids import new_id
from tests.concurrency.crowd import at_once
from tests.faults.checker import check, settle
from tests.faults.crowd import Crowd
from tests.kit.browsing import read
from tests.kit.running import FAIR, Answer, Running
from tests.kit.waiting import wait_until
from tests.stack.machine import Machine

PEOPLE, SEATS, WAITING, STEWARDS, CLICKS = 200, 20, 30, 40, 20
OPENING_HOUR = "T09:12:00+00:00"


class Guest(Running):
    """The caller of the embedded system's APIs, at a stack that somebody else started."""

    def __init__(self, machine: Machine) -> None:
        self.machine, self.data, self.url = machine, machine.folder / "data", machine.url

    def messages_to(self, recipient: str) -> list[dict[str, Any]]:
        """What the gateway and the mail server accepted for somebody, from their own books."""
        return [message for message in self.machine.arrived() if message["to"] == recipient]


@dataclass
class Hall:
    """The stack, the people in it, and what they remember."""

    machine: Machine
    guest: Guest
    crowd: Crowd

    def sell(self, reference: str, seats: int, waiting: int) -> None:
        """Give a session another size."""
        database = Database(self.machine.database_url("ticketing"), "ticketing")
        with database.transaction() as db:
            sizes = {"capacity": seats, "waiting_limit": waiting}
            db.execute(sa.update(session).where(session.c.reference == reference).values(**sizes))
        database.dispose()

    def trainings(self) -> list[str]:
        """References of trainings, smallest first."""
        found = sorted(self.guest.sessions(kind="training"), key=lambda one: one["seats"]["capacity"])
        return [one["reference"] for one in found]

    def audit(self) -> None:
        """Wait until nothing is under way; then nothing may be lost, doubled or untrue."""
        wrong = settle(self.machine, 90) + check(self.machine, self.crowd.books)
        assert not wrong, wrong


def nobody_comes_into_another_database(hall: Hall) -> str:
    """Each role owns its own database and enters no other."""
    assert hall.machine.foreign_doors() == []
    return "three roles, three databases, no other door opens"


def a_crowd_registers(hall: Hall) -> str:
    """Everybody through nginx, eight at a time."""
    begun = time.monotonic()
    hall.crowd.register(PEOPLE)
    return f"{PEOPLE} people registered in {time.monotonic() - begun:.1f} s"


def a_freed_seat_goes_to_the_next_who_is_told(hall: Hall) -> str:
    """Fill a training, two wait, one cancels: by day, the first in line hears of it and takes the seat."""
    reference = hall.trainings()[1]
    seats = hall.guest.session(reference)["seats"]["capacity"]
    people = hall.crowd.people[: seats + 2]
    for one in people:
        hall.crowd.book([one], reference)
    mine = {said["person"].phone: name for name, said in hall.crowd.books.booked.items()}
    states = [hall.crowd.books.booked[mine[one.phone]]["state"] for one in people]
    assert states == ["confirmed"] * seats + ["waitlisted"] * 2, states
    hall.crowd.cancel([mine[people[0].phone]])
    promoted = people[seats]
    begun = time.monotonic()
    wait_until(lambda: len(hall.guest.messages_to(promoted.phone)) >= 3, 30)
    seconds = time.monotonic() - begun
    path = f"/ticketing/v1/exhibitions/{FAIR}/bookings/{mine[promoted.phone]}"
    said = hall.guest.call("GET", path, token=promoted.token).body
    assert said["state"] == "offered", said
    said = hall.guest.call("POST", f"{path}/acceptance", {}, token=promoted.token).body
    assert (said["state"], said["was_waitlisted"]) == ("confirmed", True), said
    hall.audit()
    return f"{seats} seats, 2 wait, 1 cancels: the next had their SMS {seconds:.1f} s later"


def a_visitor_walks_by_forms(hall: Hall) -> str:
    """Register and book as a browser without scripts does; each form may meet another process than its page."""
    browser = requests.Session()
    browser.headers["Accept"] = "text/html"
    home = f"{hall.machine.url}/fr/{FAIR}"
    _send_form(browser, f"{home}/visit", name="Aïcha ⴰⵎⵖⵔⴰⵔ", phone="06 98 76 54 32", email="aicha@fair.example")
    for name, kind in (("badge.png", "image/png"), ("badge.pdf", "application/pdf")):
        answer = browser.get(f"{home}/me/{name}", timeout=20)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, kind), name
    reference = hall.trainings()[0]
    _send_form(browser, f"{home}/programme/{reference}", party_size="1")
    mine = browser.get(f"{home}/programme/mine", timeout=20).text
    assert f"/fr/{FAIR}/programme/mine/" in mine
    wait_until(lambda: hall.guest.messages_to("aicha@fair.example"), 30)
    listed = hall.guest.messages_to("+212698765432")
    assert listed, "no SMS came"
    _remember(hall, reference)
    return f"registered and booked by forms, badge as PNG and PDF, {len(listed)} SMS and an e-mail"


def _send_form(browser: requests.Session, page: str, **typed: str) -> None:
    """Fill the form of a page that has these fields, and send it."""
    form = next(one for one in read(browser.get(page, timeout=20).text, page).forms if set(typed) <= set(one.fields))
    answer = browser.post(urljoin(page, form.action), data=form.fields | typed, timeout=20)
    assert answer.status_code == 200, (answer.status_code, answer.text[:500])


def _remember(hall: Hall, reference: str) -> None:
    """The visitor's booking, from the book itself: the auditor knows only what people were told."""
    database = Database(hall.machine.database_url("ticketing"), "ticketing")
    with database.reading() as db:
        of_it = sa.select(booking.c.reference).join(session, session.c.id == booking.c.session_id)
        found = db.execute(of_it.where(session.c.reference == reference)).scalars().one()
    database.dispose()
    hall.crowd.books.booked[found] = {"state": "confirmed"}


def two_hundred_at_once_for_twenty_seats(hall: Hall) -> str:
    """Exactly twenty are confirmed, thirty wait, the others hear that the list is closed."""
    return _rush(hall, hall.trainings()[2], lambda: None)


def the_same_while_a_web_process_and_a_worker_are_killed(hall: Hall) -> str:
    """kill -9 in the middle: people press again with the same key, and nothing is lost or doubled."""

    def kill() -> None:
        time.sleep(0.15)
        hall.machine.kill_one_process("ticketing-web")
        hall.machine.kill("ticketing-worker")
        hall.machine.kill("notifications-worker")

    return _rush(hall, hall.trainings()[3], kill)


def the_same_while_the_whole_web_container_and_nginx_are_killed(hall: Hall) -> str:
    """kill -9 of everything that answers for ticketing."""

    def kill() -> None:
        time.sleep(0.15)
        hall.machine.kill("ticketing-web")
        hall.machine.kill_nginx()

    return _rush(hall, hall.trainings()[4], kill)


def _rush(hall: Hall, reference: str, meanwhile: Callable[[], None]) -> str:
    hall.sell(reference, SEATS, WAITING)
    before, refused = set(hall.crowd.books.booked), len(hall.crowd.books.refused)
    turned_away = hall.machine.turned_away()
    fault = threading.Thread(target=meanwhile)
    begun = time.monotonic()
    fault.start()
    hall.crowd.book(hall.crowd.people[:PEOPLE], reference)
    seconds = time.monotonic() - begun
    fault.join()
    booked = hall.crowd.books.booked
    said = Counter(booked[name]["state"] for name in booked.keys() - before)
    closed = hall.crowd.books.refused[refused:].count("/problems#waiting-list-closed")
    assert (said, closed) == ({"confirmed": SEATS, "waitlisted": WAITING}, PEOPLE - SEATS - WAITING), (said, closed)
    hall.audit()
    away = hall.machine.turned_away() - turned_away
    return f"{dict(said)}, {closed} closed; all answered in {seconds:.1f} s, {away} asked to try again"


def a_double_click_books_once(hall: Hall) -> str:
    """The same key twenty times at once, on both web processes: one booking, the same bytes."""
    person, reference, key = hall.crowd.people[0], hall.trainings()[5], str(new_id())
    address = f"{hall.machine.url}/ticketing/v1/exhibitions/{FAIR}/sessions/{reference}/bookings"
    headers = {"Authorization": f"Bearer {person.token}", "Idempotency-Key": key}

    def click() -> requests.Response:
        return requests.post(address, json={"party_size": 1}, headers=headers, timeout=20)

    answers = at_once([click] * CLICKS)
    assert {answer.status_code for answer in answers} == {201}, Counter(answer.text for answer in answers)
    assert len({answer.content for answer in answers}) == 1
    said = answers[0].json()
    hall.crowd.books.booked[said["reference"]] = said | {"phone": person.phone, "person": person}
    hall.audit()
    return f"{CLICKS} clicks, one booking, one answer"


def one_badge_at_forty_gates_is_admitted_once(hall: Hall) -> str:
    """The fair's first day comes; forty stewards read one badge; the counts say one visit."""
    said = hall.guest.register("Fatima Aït Ali", "0712345678")
    first_day = hall.guest.call("GET", f"/registration/v1/exhibitions/{FAIR}").body["first_day"]
    settle(hall.machine, 30)
    hall.guest.set_clock(datetime.fromisoformat(first_day + OPENING_HOUR))
    time.sleep(1.5)  # every process looks at the rehearsal's clock again within a second
    steward = hall.guest.staff_tokens("steward")["ticketing"]
    code = said["badge"]["code"]

    def scan(gate: str) -> Answer:
        path = f"/ticketing/v1/exhibitions/{FAIR}/gates/{gate}/scans"
        return hall.guest.call("POST", path, {"id": str(new_id()), "code": code}, token=steward)

    begun = time.monotonic()
    answers = at_once([lambda g=g: scan(g) for g in "ABCD" * (STEWARDS // 4)])  # type: ignore[misc]
    seconds = time.monotonic() - begun
    words = Counter(answer.body.get("word", answer.status) for answer in answers)
    assert words == {"admitted": 1, "refused": STEWARDS - 1}, words
    again = scan("A").body
    assert again["reason"] == "already-inside", again
    counts = hall.guest.call("GET", f"/ticketing/v1/exhibitions/{FAIR}/counts", token=steward).body
    assert (counts["visits"], counts["inside"]) == (1, 1), counts
    return f"{STEWARDS} stewards in {seconds:.1f} s: 1 admitted, {STEWARDS - 1} refused; the counts say 1 visit"


CLAIMS: tuple[Callable[[Hall], str], ...] = (
    nobody_comes_into_another_database,
    a_crowd_registers,
    a_freed_seat_goes_to_the_next_who_is_told,
    a_visitor_walks_by_forms,
    two_hundred_at_once_for_twenty_seats,
    the_same_while_a_web_process_and_a_worker_are_killed,
    the_same_while_the_whole_web_container_and_nginx_are_killed,
    a_double_click_books_once,
    one_badge_at_forty_gates_is_admitted_once,
)
