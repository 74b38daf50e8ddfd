"""Orders heard before Flask get the very answers that the route gives, and what is unusual is left to the route."""

import io
import json
import re
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.datastructures import Headers as HttpHeaders
from werkzeug.test import Client, EnvironBuilder, TestResponse
from werkzeug.wrappers import Response

from services.ticketing.access.api import LATER, HotRoutes
from services.ticketing.bookings.api import orders as orders_api
from services.ticketing.bookings.operations import recent, tries
from services.ticketing.programme.models import session
from shared.ids import new_id
from tests.conftest import At
from tests.integration.ticketing.scene import API, OPENING, Fair
from tests.kit.waiting import wait_until

Headers = dict[str, str]
ONCE = re.compile(rb'\b[2-9A-HJ-NP-Z]{8}\b|("ends_at":|"booked_at":)"[^"]+"|("retry_after": )\d+')


def never(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    raise AssertionError("Flask was asked")


class Both:
    """One door to the hot routes with nothing behind them, one to the routes behind them."""

    def __init__(self, fair: Fair) -> None:
        hot = fair.service.app.wsgi_app
        assert isinstance(hot, HotRoutes)
        self.quick = Client(HotRoutes(never, fair.service.database, hot.headers[1:], hot.routes), Response)
        self.slow = Client(hot.inner, Response)

    def said(self, path: str, first: Headers, second: Headers, body: Any) -> TestResponse:
        """What the first hears before Flask, once the second has heard the same from the route."""
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        quick = self.quick.post(path, data=data, headers=_usual(first))
        slow = self.slow.post(path, data=data, headers=_usual(second))
        assert quick.status == slow.status
        assert ONCE.sub(b"", quick.data) == ONCE.sub(b"", slow.data)
        assert _lines(quick) == _lines(slow)
        assert quick.headers["X-Request-Id"]
        return quick


def _usual(headers: Headers) -> Headers:
    return {"Content-Type": "application/json", "Idempotency-Key": "k"} | headers


def _lines(response: TestResponse) -> set[tuple[str, str]]:
    return {(k, "" if k == "Retry-After" else v) for k, v in response.headers if k != "X-Request-Id"}


@pytest.fixture
def both(fair: Fair) -> Iterator[Both]:
    yield Both(fair)
    tries._first.clear()


BOOKINGS, HOLDS = "bookings", "holds"
Prepare = Callable[[Fair, Headers], Any]


def nothing(_fair: Fair, _person: Headers) -> None:
    """Somebody new."""


def has(reference: str, **body: Any) -> Prepare:
    """Somebody who has booked before."""
    return lambda fair, person: fair.book(reference, person, **body)


def fill(reference: str, parties: int) -> Prepare:
    """So many parties of one before them; only the first of the two doors needs it."""

    def prepare(fair: Fair, _person: Headers) -> None:
        if not fair.service.published("booking.confirmed.v1"):
            for _ in range(parties):
                assert fair.book(reference, fair.person()).status_code == 201

    return prepare


def worn_out(fair: Fair, person: Headers) -> None:
    """Somebody who has tried too often."""
    for _ in range(tries.TRIES):
        fair.book("T1", person)


KINDS: dict[str, tuple[str, str, Any, Prepare, int]] = {
    "a booking": (BOOKINGS, "T1", {"party_size": 2}, nothing, 201),
    "a booking without a number": (BOOKINGS, "t1", {}, nothing, 201),
    "a hold": (HOLDS, "T1", {"party_size": 1, "anyway": True}, nothing, 201),
    "a place in line": (BOOKINGS, "W1", {"party_size": 1}, fill("W1", 12), 201),
    "no place in line": (BOOKINGS, "W1", {"party_size": 1}, fill("W1", 24), 409),
    "no place in line, of a size that never fits": (BOOKINGS, "W1", {"party_size": 11}, fill("W1", 24), 409),
    "no seats to hold": (HOLDS, "W1", {"party_size": 1}, fill("W1", 12), 409),
    "a second booking": (BOOKINGS, "T1", {"party_size": 1}, has("T1"), 409),
    "more than a day's seats": (BOOKINGS, "S1", {"party_size": 3}, has("T1", party_size=3), 409),
    "too large a party": (BOOKINGS, "T1", {"party_size": 11}, nothing, 409),
    "a party of nobody": (BOOKINGS, "T1", {"party_size": 0}, nothing, 422),
    "a party in words": (BOOKINGS, "T1", {"party_size": "two"}, nothing, 422),
    "a party in digits of text": (BOOKINGS, "T1", {"party_size": "2"}, nothing, 201),
    "an unknown field": (BOOKINGS, "T1", {"partysize": 2}, nothing, 422),
    "perhaps": (BOOKINGS, "T1", {"anyway": "perhaps"}, nothing, 422),
    "an unknown session": (BOOKINGS, "NONE", {}, nothing, 404),
    "too many tries": (BOOKINGS, "T1", {"party_size": 1}, worn_out, 429),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", ["fr", "ar-MA", "xx, zgh;q=0.5", ""])
def test_both_ways_say_the_same(fair: Fair, both: Both, kind: str, language: str) -> None:
    what, reference, body, prepare, status = KINDS[kind]
    first, second = fair.person(), fair.person()
    for person in (first, second):
        prepare(fair, person)
    heard = {"Accept-Language": language}
    path = f"{API}/sessions/{reference}/{what}"
    if kind == "a place in line":  # the second would be told the next place
        assert both.quick.post(path, json=body, headers=_usual(first)).get_json()["place_in_line"] == 1
        return
    assert both.said(path, first | heard, second | heard, body).status_code == status


def test_the_same_key_is_heard_the_same_on_both_ways(fair: Fair, both: Both) -> None:
    person, path = fair.person(), f"{API}/sessions/T1/bookings"
    first = both.quick.post(path, data=b'{"party_size":2}', headers=_usual(person))
    again = both.said(path, person, person, b'{"party_size":2}')
    assert (again.status_code, again.data) == (201, first.data)
    assert both.said(path, person, person, b'{"party_size":3}').status_code == 409
    assert len(fair.service.published("booking.confirmed.v1")) == 1


def test_who_ever_booked_here_is_heard_by_the_database_when_all_is_full(fair: Fair, both: Both) -> None:
    path, gone = f"{API}/sessions/W1/bookings", fair.person()
    once = both.quick.post(path, json={"party_size": 1}, headers=_usual(gone))
    fair.cancel(once.get_json()["reference"], gone)
    people = [fair.person() for _ in range(24)]
    for one in people:
        assert both.quick.post(path, json={}, headers=_usual(one)).status_code == 201
    for _ in range(2):  # the first finds it full, from the second on it is known
        assert both.said(path, fair.person(), fair.person(), {}).get_json()["waiting"] == 12
    recent._looks.forget()
    assert both.said(path, gone, gone, {"party_size": 1}).data == once.data, "a kept answer outlives its booking"
    other = {"Idempotency-Key": "other"}
    assert both.said(path, people[0] | other, people[0] | other, {}).get_json()["type"] == "/problems#already-booked"
    assert both.said(path, gone | other, gone | other, {}).get_json()["type"] == "/problems#waiting-list-closed"


def test_a_seat_given_back_is_seen_after_a_tenth_of_a_second(fair: Fair, both: Both, at: At) -> None:
    people, path = [fair.person() for _ in range(24)], f"{API}/sessions/W1/bookings"
    made = [both.quick.post(path, json={}, headers=_usual(one)).get_json()["reference"] for one in people]
    for _ in range(2):
        assert both.quick.post(path, json={}, headers=_usual(fair.person())).status_code == 409
    fair.cancel(made[-1], people[-1])
    newcomer = fair.person()
    wait_until(lambda: both.quick.post(path, json={}, headers=_usual(newcomer)).status_code == 201, 5)
    at(OPENING.replace(day=20))
    assert both.said(path, fair.person(), fair.person(), {}).get_json()["type"] == "/problems#session-begun"


def test_a_session_that_is_off_says_so_on_both_ways(fair: Fair, both: Both) -> None:
    with fair.service.writing() as db:
        db.execute(session.update().where(session.c.reference == "T1").values(state="cancelled"))
    assert both.said(f"{API}/sessions/T1/bookings", fair.person(), fair.person(), {}).status_code == 410
    fair.tell_exhibition(version=2, state="closed")
    wait_until(
        lambda: (
            both.quick.post(f"{API}/sessions/S1/bookings", json={}, headers=_usual(fair.person())).status_code == 410
        )
    )
    both.said(f"{API}/sessions/S1/bookings", fair.person(), fair.person(), {})


UNUSUAL: dict[str, tuple[str, bytes, Headers]] = {
    "no token": ("", b"{}", {"Authorization": ""}),
    "a forged token": ("", b"{}", {"Authorization": "Bearer a.b.c"}),
    "no key": ("", b"{}", {"Idempotency-Key": ""}),
    "a long key": ("", b"{}", {"Idempotency-Key": "k" * 256}),
    "a form": ("", b"party_size=1", {"Content-Type": "application/x-www-form-urlencoded"}),
    "no JSON": ("", b"{", {}),
    "a list": ("", b"[]", {}),
    "NUL": ("", b'{"anyway":"\\u0000"}', {}),
    "a large body": ("", b'{"party_size":' + b" " * 3000 + b"1}", {}),
    "a query": ("?x=1", b"{}", {}),
}


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("kind", UNUSUAL)
def test_what_is_unusual_is_left_to_the_route(fair: Fair, both: Both, kind: str) -> None:
    query, body, changed = UNUSUAL[kind]
    path, headers = f"{API}/sessions/T1/bookings{query}", _usual(fair.person()) | changed
    with pytest.raises(AssertionError, match="Flask was asked"):
        both.quick.post(path, data=body, headers=headers)
    whole = fair.service.client.post(path, data=body, headers=headers)
    assert whole.data == both.slow.post(path, data=body, headers=headers).data, "the body is there to be read again"


class Later:
    """A server that is answered later: what came back."""

    def __init__(self, fair: Fair) -> None:
        self.hot: Any = fair.service.app.wsgi_app
        self.came: list[tuple[int, dict[str, str], bytes]] = []

    def ask(self, person: Headers, changed: dict[str, Any], where: str = "T1") -> None:
        """Send an order; the call is over at once."""
        environ = EnvironBuilder(
            f"{API}/sessions/{where}/bookings", method="POST", json={}, headers=HttpHeaders(person)
        ).get_environ()
        assert self.hot(environ | {"HTTP_IDEMPOTENCY_KEY": "k", LATER: self._send} | changed, None) is None

    def _send(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.came.append((status, dict(headers), body))


def test_an_answer_can_come_when_the_call_is_over(fair: Fair) -> None:
    later = Later(fair)
    stories = [{"HTTP_X_REQUEST_ID": f"story-{n}"} for n in range(8)]
    crowd = [threading.Thread(target=later.ask, args=(fair.person(), story)) for story in stories]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    wait_until(lambda: len(later.came) == 8)
    assert {status for status, _, _ in later.came} == {201}
    assert len({json.loads(body)["reference"] for _, _, body in later.came}) == 8
    told = {one["correlation_id"] for one in fair.service.published("booking.confirmed.v1")}
    assert told == {f"story-{n}" for n in range(8)}, "each message belongs to its own request, whoever led the group"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_only_looks_usual_is_answered_later_by_the_route(fair: Fair, both: Both) -> None:
    later, nobody = Later(fair), {"Authorization": "Bearer not.a.token"}
    later.ask(nobody, {})
    wait_until(lambda: later.came)
    later.ask(fair.person(), {}, where="NONE")
    wait_until(lambda: len(later.came) == 2)
    path = f"{API}/sessions/T1/bookings"
    assert later.came[0][0] == 401
    assert later.came[0][2] == both.slow.post(path, data=b"{}", headers=_usual(nobody)).data
    assert later.came[1][0] == 404


class Slow(io.RawIOBase):
    """A body that has not arrived yet."""

    def __init__(self) -> None:
        self.arrived = threading.Event()

    def read(self, _size: int = -1) -> bytes:
        self.arrived.wait(30)
        return b"{}"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_sends_slowly_or_breaks_the_hearing_keeps_nobody_waiting(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    later, slow = Later(fair), Slow()
    sender = threading.Thread(target=later.ask, args=(fair.person(), {"wsgi.input": slow}))
    sender.start()
    with monkeypatch.context() as broken:
        broken.setattr(orders_api, "session_called", None)
        later.ask(fair.person(), {})
        wait_until(lambda: later.came)
    later.ask(fair.person(), {})
    wait_until(lambda: len(later.came) == 2)
    slow.arrived.set()
    sender.join()
    wait_until(lambda: len(later.came) == 3)
    assert [status for status, _, _ in later.came] == [500, 201, 201]


SCANS: dict[str, tuple[str, dict[str, Any], int]] = {
    "a badge": ("A", {}, 201),
    "a badge on its way out": ("a", {"direction": "out"}, 201),
    "a code nobody knows": ("A", {"code": "MSM:nonsense"}, 201),
    "no code": ("A", {"code": ""}, 422),
    "no id": ("A", {"id": "seven"}, 422),
    "a direction that is none": ("A", {"direction": "up"}, 422),
    "a gate that is none": ("NONE", {}, 404),
}


@pytest.mark.parametrize("kind", SCANS)
def test_scans_are_heard_the_same_on_both_ways(fair: Fair, both: Both, at: At, kind: str) -> None:
    gate, changed, status = SCANS[kind]
    at(OPENING)
    steward, body = fair.staff("steward"), {"id": str(new_id()), "code": fair.badge().code} | changed
    assert both.said(f"{API}/gates/{gate}/scans", steward, steward, body).status_code == status


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_may_not_scan_or_gives_a_reason_is_left_to_the_route(fair: Fair, both: Both) -> None:
    body = {"id": str(new_id()), "code": fair.badge().code}
    for caller, more in (("viewer", {}), ("steward", {"override": "she lost her badge"})):
        with pytest.raises(AssertionError, match="Flask was asked"):
            both.quick.post(f"{API}/gates/A/scans", json=body | more, headers=fair.staff(caller))
