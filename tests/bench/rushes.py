"""A fair's hard hours: the minute it opens, far too many at once, lines that move, years of rows."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import requests
import sqlalchemy as sa

from services.ticketing.bookings.models import booking
from shared.db import Database
from shared.ids import new_id
from shared.outbox import outbox_delivery
from tests.bench.figures import Figure, quantile_ms
from tests.bench.filling import fill
from tests.bench.load import Answers, closed, get, opened, post
from tests.bench.running import engines, running
from tests.bench.seats import booked, find_peak, rush, warm_up
from tests.bench.stage import API, REFERENCE, Hall, open_hall, stage
from tests.faults.system import System
from tests.kit.waiting import wait_until

CROWD, SEATS = 5000, 40
BEYOND, SECONDS, PLENTY = 3, 4.0, 1_000_000
ARRIVING, OPENING_SECONDS, QUICK_SECONDS = 20_000, 600, 30
WAITING, CANCELLING = 5000, 500
SIZES = ((10, 1000), (1000, 50_000), (10_000, 1_000_000))


def burst() -> Iterator[Figure]:
    """5,000 people, each with a line of their own, want 40 seats within one second: through the front, all at work."""
    for engine in engines():
        with running(engine) as system, hall_of(system) as hall:
            (wanted,) = hall.add_sessions(1, capacity=SEATS, waiting_limit=20)
            _settle(system, hall)
            answers = opened(hall.port, hall.orders([wanted], CROWD), CROWD, connections=CROWD)
            row = hall.numbers(wanted)
        bad = [status for status in answers.status if status == 0 or status >= 500]
        figure = Figure("burst", engine, answers.last, "s to the last answer")
        figure.p50_ms, figure.p99_ms = (quantile_ms(answers.seconds, share) for share in (0.5, 0.99))
        figure.more |= {"people": CROWD, "sold": row.taken, "waiting": row.waiting, "errors": len(bad)}
        figure.more |= {"answers": answers.counts(), "without_retry_after": answers.without_retry}
        figure.more |= {"goals": {"sold": SEATS, "errors": 0, "value": 5}}
        yield figure


def overload() -> Iterator[Figure]:
    """Bookings a second while three times as many are asked for as can be made; the rest is to be told when."""
    for engine in engines():
        with running(engine) as system, hall_of(system) as hall:
            references = hall.add_sessions(1, PLENTY)
            _settle(system, hall)
            peak = find_peak(hall, references)
            asked = opened(
                hall.port, hall.orders(references, int(BEYOND * peak * SECONDS)), BEYOND * peak, connections=CROWD
            )
            goodput = asked.between(1, SECONDS, 201, 200) / (SECONDS - 1)
            after = opened(hall.port, hall.orders(references, int(peak / 2 * 12)), peak / 2)
        figure = Figure("overload", engine, goodput, "bookings/s", reference="the peak with 64 clients")
        figure.reference_value = peak
        figure.p50_ms, figure.p99_ms = (quantile_ms(asked.of(201), share) for share in (0.5, 0.99))
        refusals = asked.of(429)
        figure.more |= {
            "answers": asked.counts(),
            "refused_p99_ms": round(quantile_ms(refusals, 0.99), 1),
            "without_retry_after": asked.without_retry,
            "recovered_after_s": recovered_after(after, 0.05),
            "goal_ratio": 0.9,
            "goals": {"refused_p99_ms": 1000, "recovered_after_s": 10},
        }
        yield figure


def recovered_after(answers: Answers, usual: float) -> float | None:
    """Seconds until a whole second's answers are bookings, 99 of 100 of them within `usual`; None if never."""
    rows = list(zip(answers.status, answers.asked_at, answers.seconds, strict=True))
    for second in range(int(max(answers.asked_at))):
        took = [s if status == 201 else 60.0 for status, at, s in rows if second <= at < second + 1]
        if took and quantile_ms(took, 0.99) <= usual * 1000:
            return second
    return None


def opening(seconds: float = OPENING_SECONDS) -> Iterator[Figure]:
    """20,000 people in ten minutes: each reads the programme, then a session, then books; open loop, all at work."""
    people = int(ARRIVING * seconds / OPENING_SECONDS)
    for engine in engines():
        with running(engine) as system, hall_of(system) as hall:
            references = hall.add_sessions(300, capacity=50)
            _settle(system, hall)
            steps = list(_visits(hall, references, people))
            answers = opened(hall.port, steps, len(steps) / seconds)
            waited = _until_told(hall.database)
        figure = Figure("opening", engine, quantile_ms(answers.seconds, 0.99), "ms")
        _tell_times(figure, answers)
        figure.more |= {"people": people, "seconds": seconds, "answers": answers.counts()}
        figure.more |= {"all_messages_answered_after_s": round(waited, 1)}
        yield figure


def opening_quick() -> Iterator[Figure]:
    """The same crowd as dense, for half a minute."""
    yield from opening(QUICK_SECONDS)


def waitlist_promotion() -> Iterator[Figure]:
    """500 of those who have seats give them back while 5,000 wait: each freed seat is offered in the same commit."""
    for engine in engines():
        with stage(engine, by_day=True) as hall:
            (full,) = hall.add_sessions(1, capacity=CANCELLING, waiting_limit=WAITING)
            persons = [new_id() for _ in range(CANCELLING + WAITING)]
            tokens = {one: hall.token(one) for one in persons}
            path = f"{API}/sessions/{full}/bookings"
            orders = [post(hall.port, path, tokens[one], str(one)) for one in persons]
            asked = closed(hall.port, orders, connections=32, seconds=600)
            cancels = [
                post(hall.port, f"{API}/bookings/{row.reference}/cancellation", tokens[row.person_id], str(row.id))
                for row in _bookings_of(hall, "confirmed")
            ]
            answers = closed(hall.port, cancels, connections=32, seconds=120)
            offered = [row.line_number for row in _bookings_of(hall, "offered")]
        figure = Figure("waitlist_promotion", engine, len(answers.of(200)) / answers.last, "cancellations/s")
        _tell_times(figure, answers)
        figure.more |= {"waited": WAITING, "asked": asked.counts(), "answers": answers.counts()}
        figure.more |= {"offered": len(offered), "first_in_line_got_them": offered == list(range(1, CANCELLING + 1))}
        yield figure


def _bookings_of(hall: Hall, state: str) -> Sequence[sa.Row[Any]]:
    with hall.database.reading() as db:
        asked = sa.select(booking).where(booking.c.state == state)
        return db.execute(asked.order_by(booking.c.line_number, booking.c.id)).all()


def growth_quick() -> Iterator[Figure]:
    """The first two sizes."""
    yield from growth(SIZES[:2])


def growth(sizes: Sequence[tuple[int, int]] = SIZES) -> Iterator[Figure]:
    """Bookings a second, their p99, and one session's answer, as sessions and bookings grow a thousandfold."""
    for engine in engines():
        small: float | None = None
        for sessions, bookings in sizes:
            with stage(engine) as hall:
                references = hall.add_sessions(sessions, capacity=1_000_000)
                fill(hall.database, bookings)
                chosen = references[:: max(1, sessions // 100)]
                peak = warm_up(hall, chosen)
                answers = rush(hall, chosen, peak)
                path = f"{API}/sessions/{chosen[0]}"
                one = closed(hall.port, [get(hall.port, path)] * 200, connections=1, seconds=20)
            small = small or booked(answers)
            figure = Figure("growth", engine, booked(answers), "bookings/s", reference="the smallest size")
            figure.reference_value = small
            _tell_times(figure, answers)
            figure.more |= {"sessions": sessions, "bookings": bookings, "answers": answers.counts()}
            figure.more |= {"one_session_p50_ms": round(quantile_ms(one.seconds, 0.5), 2)}
            yield figure


@contextmanager
def hall_of(system: System) -> Iterator[Hall]:
    """A fair of ours beside the one of the running system, reached through its front."""
    database = Database(system.database_url("ticketing"), "ticketing")
    hall = open_hall(database)
    hall.port = system.port
    try:
        yield hall
    finally:
        database.dispose()


def _settle(system: System, hall: Hall) -> None:
    """Until the fair is known to the process that serves it."""
    address = f"{system.url}{API}/sessions"
    wait_until(lambda: requests.get(address, timeout=5).status_code == 200, 20)
    hall.database.dispose()


def _visits(hall: Hall, references: list[str], people: int) -> Iterator[bytes]:
    """What they ask for, one after another: the programme, a session, a seat."""
    for number, order in enumerate(hall.orders(references, people)):
        page = f"/fr/{REFERENCE}/programme"
        yield get(hall.port, page)
        yield get(hall.port, f"{page}/{references[number % len(references)]}")
        yield order


def _until_told(database: Database) -> float:
    """Seconds until every message has its verdict."""
    begun = time.perf_counter()
    open_still = sa.select(sa.func.count()).select_from(outbox_delivery).where(outbox_delivery.c.verdict.is_(None))

    def is_quiet() -> bool:
        with database.reading() as db:
            return not db.execute(open_still).scalar_one()

    wait_until(is_quiet, 600)
    return time.perf_counter() - begun


def _tell_times(figure: Figure, answers: Answers) -> None:
    figure.p50_ms, figure.p99_ms = (quantile_ms(answers.seconds, share) for share in (0.5, 0.99))
