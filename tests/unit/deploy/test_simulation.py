"""The simulator's plan, books and checks: the same people from the same seed, and a checker that can fail."""

import json
import socket
import threading
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from datetime import UTC, date, datetime
from typing import Any

import pytest

from deploy.simulate.books import Books, Entry, Known, Morning, Read, Seat, count, hear
from deploy.simulate.checks import check
from deploy.simulate.population import Artisan, Sizes, Slot, Visitor, plan_artisans, plan_visitors
from deploy.simulate.snapshot import Snapshot
from deploy.simulate.wire import Wire
from shared.ids import new_id

SIZES = Sizes(artisans=40, visitors=400, days=5)
PROGRAMME = [Slot(f"T{day}", day, 12) for day in range(5)]
DAY = date(2026, 12, 4)


def artisans() -> list[Artisan]:
    return plan_artisans(12, SIZES)


def visitors(seed: int = 12) -> list[Visitor]:
    return plan_visitors(seed, SIZES, PROGRAMME, 4)


def test_the_same_seed_thinks_up_the_same_people() -> None:
    assert visitors() == visitors()
    assert artisans() == plan_artisans(12, SIZES)
    assert visitors() != visitors(13)


def test_every_kind_of_behaviour_is_in_a_small_fair() -> None:
    people = visitors()
    wishes = [wish for one in people for wish in one.wishes]
    assert {one.language for one in people} == {"ar", "fr", "en", "zgh"}
    assert {wish.gives_back for wish in wishes} == {"never", "at once", "later"}
    assert sum(wish.party for wish in wishes) > 2 * sum(slot.capacity for slot in PROGRAMME)
    assert any(one.loses_on is not None for one in people)
    assert any(one.shares is not None and one.phone == _phone_of(people, one.shares) for one in people)
    assert any(len(passages) == 4 for one in people for _, passages in one.visits)
    assert {one.kind for one in artisans()} >= {"artisan", "maalem", "association", "cooperative"}
    assert all(day < SIZES.days for one in people for day, _ in one.visits)


def _phone_of(people: list[Visitor], number: int) -> str:
    return next(one.phone for one in people if one.number == number)


def read(minute: int, *, is_in: bool = True, gate: str = "A", person: str = "p", is_void: bool = False) -> Read:
    at = datetime(2026, 12, 4, 9 + minute // 60, minute % 60)
    return Read(str(new_id()), person, "visitor", gate, is_in, at, is_void)


def test_the_books_count_a_day_as_defined() -> None:
    day = [
        *(read(0), read(5, gate="B")),  # in, and once more with the same badge: refused
        *(read(30, is_in=False, gate="B"), read(60), read(90, is_in=False)),  # out, back, out
        read(120, is_in=False),  # going out without having come in counts nothing
        read(10, is_void=True),  # a badge that had been replaced
    ]
    counts = count([*day, read(3, person="q", gate="C")]).days[DAY]
    assert (counts.visits, counts.ins, counts.outs) == (
        Counter(A=1, C=1), Counter(A=2, C=1), Counter(A=1, B=1),
    )  # fmt: skip
    assert counts.arrivals == {"09:00": 2}
    said = Counter(hear(day).values())
    assert said == {"admitted": 2, "left": 3, "refused already-inside": 1, "refused replaced": 1}


def story() -> tuple[Snapshot, Books]:
    """One applicant, one visitor with a confirmed seat, one waiting, one visit: told twice, by services and books."""
    books, snapshot = Books(places=1, welcomed=True), Snapshot()
    person, waiting, artisan = (str(new_id()) for _ in range(3))
    entry = Entry(artisans()[0], artisan, "APP", "confirmed", acts=["begin", "submit", "confirm"])
    books.entries["APP"] = entry
    for number, who in enumerate((person, waiting)):
        tokens = {"ticketing": "token"}
        until = datetime(2026, 12, 4, tzinfo=UTC)
        books.known[number] = Known(visitors()[number], who, "MSM:", "REF", tokens, until, number == 0, "REF")
    books.seats["ONE"] = Seat("ONE", "T1", person, 0, 2, "confirmed", "confirmed", "never")
    books.seats["TWO"] = Seat("TWO", "T1", waiting, 1, 1, "waitlisted", "waitlisted", "never")
    books.read(read(0, person=person), "admitted")
    books.stands["APP"] = "A1"
    snapshot.sessions["T1"] = {"seats": {"capacity": 2, "left": 0, "waiting": 1}}
    snapshot.bookings["T1"] = [
        _booking("ONE", person, 2, "confirmed"),
        _booking("TWO", waiting, 1, "waitlisted") | {"place_in_line": 1},
    ]
    books.mornings = [Morning(DAY, "T1", 2, deepcopy(snapshot.bookings["T1"]))]
    snapshot.allocations = [{"reference": "APP", "stand": "A1", "days": ["2026-12-04"]}]
    snapshot.dossiers["APP"] = {"state": "confirmed", "changes": [
        _change("begin", "person", None, "draft"), _change("submit", "person", "draft", "submitted"),
        _change("offer", "staff", "accepted", "offered"), _change("confirm", "person", "offered", "confirmed"),
    ]}  # fmt: skip
    gate = {"gate": "A", "visits": 1, "ins": 1, "outs": 0, "inside": 1}
    arrivals = [{"quarter": "09:00", "arrivals": 1}]
    snapshot.counts[DAY] = {"visits": 1, "visitors": 1, "gates": [gate], "arrivals": arrivals, "not_visitors": []}
    told = [(artisan, "application_submitted"), (artisan, "application_offered"), (artisan, "application_confirmed")]
    told += [(person, "welcome"), (person, "booking_confirmed"), (waiting, "waitlist_joined")]
    snapshot.notices = [_notice(who, kind) for who, kind in told]
    snapshot.arrived = [{"key": one["id"], "times": 1} for one in snapshot.notices]
    return snapshot, books


def _booking(reference: str, person: str, party: int, state: str) -> dict[str, Any]:
    said = {"reference": reference, "session": "T1", "person_id": person, "party_size": party, "state": state}
    return said | {"place_in_line": None, "was_waitlisted": False}


def _change(act: str, by_kind: str, before: str | None, after: str) -> dict[str, Any]:
    return {"act": act, "by_kind": by_kind, "before": before, "after": after}


def _notice(person: str, kind: str) -> dict[str, Any]:
    said = {"id": str(new_id()), "person_id": person, "kind": kind, "channel": "sms"}
    return said | {"state": "accepted", "reason": ""}


def broken(snapshot: Snapshot, books: Books) -> set[str]:
    return {one.name for one in check(snapshot, books) if not one.holds}


def test_where_services_and_books_agree_everything_holds() -> None:
    assert broken(*story()) == set()


Plant = Callable[[Snapshot, Books], Any]
FAULTS: dict[str, tuple[str, Plant]] = {
    "a seat too many": (
        "no seat is promised twice",
        lambda said, books: said.bookings["T1"][1].update(state="confirmed"),
    ),
    "a person with two bookings": (
        "no seat is promised twice",
        lambda said, books: said.bookings["T1"][1].update(person_id=said.bookings["T1"][0]["person_id"]),
    ),
    "a free seat while somebody waits": (
        "no seat is free while somebody waits",
        lambda said, books: books.mornings[0].bookings.pop(0),
    ),
    "a lost booking": (
        "every acknowledged booking is there, as its person last heard",
        lambda said, books: said.bookings["T1"].pop(),
    ),
    "a booking nobody made": (
        "every acknowledged booking is there, as its person last heard",
        lambda said, books: books.seats.pop("TWO"),
    ),
    "a lost application": (
        "every acknowledged act of an application is in its trail, and no other",
        lambda said, books: said.dossiers.pop("APP"),
    ),
    "an act nobody did": (
        "every acknowledged act of an application is in its trail, and no other",
        lambda said, books: books.entries["APP"].acts.pop(),
    ),
    "a place too many": (
        "no exhibitor's place is given twice, none is empty while the reserve waits",
        lambda said, books: setattr(books, "places", 0),
    ),
    "an empty place while the reserve waits": (
        "no exhibitor's place is given twice, none is empty while the reserve waits",
        lambda said, books: said.dossiers["APP"].update(state="reserve"),
    ),
    "a stand twice": (
        "no stand is promised twice",
        lambda said, books: said.allocations.append(said.allocations[0] | {"reference": "OTHER"}),
    ),
    "a visit too many": (
        "visits, ways in and out equal the books, day by day and gate by gate",
        lambda said, books: said.counts[DAY].update(visits=2),
    ),
    "a way out too many": (
        "visits, ways in and out equal the books, day by day and gate by gate",
        lambda said, books: said.counts[DAY]["gates"][0].update(outs=1),
    ),
    "a visitor too many": (
        "visitors of the whole fair equal the books",
        lambda said, books: said.counts[DAY].update(visitors=2),
    ),
    "a lost notice": (
        "every change has its notice, and no notice stands twice",
        lambda said, books: said.notices.pop(2),
    ),
    "a notice twice": (
        "every change has its notice, and no notice stands twice",
        lambda said, books: said.notices.append(said.notices[4] | {"id": str(new_id())}),
    ),
    "a notice delivered twice": (
        "every notice was delivered once",
        lambda said, books: said.arrived[0].update(times=2) if said.arrived else None,
    ),
    "a notice that never arrived": (
        "every notice was delivered once",
        lambda said, books: said.arrived.pop() if said.arrived else None,
    ),
    "a notice that failed": (
        "every notice was delivered once",
        lambda said, books: said.notices[0].update(state="failed", reason="too-late"),
    ),
    "a wrong word at the gate": ("every scan heard what it must", lambda said, books: books.surprises.append("forged")),
    "a message given up": (
        "nothing is on its way any more and nothing was given up",
        lambda said, books: said.waiting.update({"ticketing outbox_dead": 1.0}),
    ),
    "a server error": ("no server error was shown", lambda said, books: said.server_errors.append("500")),
}  # fmt: skip


@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_breaks_its_invariant(fault: str) -> None:
    name, plant = FAULTS[fault]
    snapshot, books = deepcopy(story())
    plant(snapshot, books)
    assert name in broken(snapshot, books)


class Mute:
    """A server that hangs up on the first request and answers the second, and remembers what it was sent."""

    def __init__(self) -> None:
        self.heard: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        for answers in (False, True):
            connection, _ = self._socket.accept()
            with connection:
                self.heard.append(connection.recv(65536))
                body = json.dumps({"reference": "ABCD"}).encode()
                head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
                if answers:
                    connection.sendall(head.encode() + body)

    def close(self) -> None:
        self._thread.join()
        self._socket.close()


def test_a_lost_answer_is_asked_for_again_with_the_same_key() -> None:
    server, wire = Mute(), None
    try:
        wire = Wire(server.url)
        said = wire.ask("POST", "/bookings", {"party_size": 1})
    finally:
        server.close()
        if wire:
            wire.close()
    assert (said.status, said.body, wire.tally.repeated) == (201, {"reference": "ABCD"}, 1)
    assert server.heard[0] == server.heard[1]
    assert b"Idempotency-Key: " in server.heard[0]
