"""Gates and counts: scans a second, their latency, counts among a million scans, and how soon a page sees a scan."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.ticketing.access.models import signing_key
from services.ticketing.admissions.models import attendance_count, gate
from services.ticketing.counts.operations import live as read_live
from shared import clock
from shared.db import Database
from shared.ids import new_id
from shared.tokens import NewKey, b64, new_key, sign
from tests.bench.figures import Figure, quantile_ms
from tests.bench.load import Answers, closed, opened, post
from tests.bench.running import engines
from tests.bench.seats import booked, rush, warm_up
from tests.bench.stage import API, REFERENCE, Hall, stage
from tests.integration.ticketing.scene import badge_code

GATES, BATCH, CLIENTS, SECONDS, ROUNDS = "ABCD", 500, 64, 4.0, 3
LEADER, LEADER_SCANS = "today's leader on the same machine", 26.0
SIZES = (1_000, 100_000, 1_000_000)
DASHBOARDS, A_SECOND, LIVE_SECONDS = 200, 100, 10
READS = 20  # rounds of twenty readings of each size
BADGE_KEY = 98


@dataclass
class Fair:
    """A hall with gates: its steward's token and the key of its badges."""

    hall: Hall
    steward: str
    key: NewKey

    def code(self) -> str:
        """The code of a badge nobody has seen before."""
        days = {"first_day": date(2026, 1, 1), "last_day": date(2099, 1, 1)}
        return badge_code(self.key.private, new_id(), key_number=BADGE_KEY, number=99, **days)

    def scans(self, number: int) -> list[bytes]:
        """So many requests with a scan each, at all gates in turn."""
        return [self.scan(GATES[n % len(GATES)]) for n in range(number)]

    def scan(self, at: str) -> bytes:
        """One scan, now."""
        body = json.dumps({"id": str(new_id()), "code": self.code()})
        return post(self.hall.port, f"{API}/gates/{at}/scans", self.steward, "-", body)

    def batches(self, number: int) -> list[bytes]:
        """So many requests with 500 scans each."""
        return [post(self.hall.port, f"{API}/scans", self.steward, "-", self._batch()) for _ in range(number)]

    def _batch(self) -> str:
        at = clock.now().isoformat()
        scans = [
            {"id": str(new_id()), "code": self.code(), "gate": GATES[n % len(GATES)], "scanned_at": at}
            for n in range(BATCH)
        ]
        return json.dumps({"scans": scans})


def open_gates(hall: Hall) -> Fair:
    """Gates, a steward and a key for badges; the database is let go again."""
    staff, badges = new_key(), new_key()
    rows = [
        {"id": new_id(), "version": 1, "key_id": key.key_id, "number": number, "purpose": purpose}
        | {"public_key": b64(key.public), "is_revoked": False}
        for key, number, purpose in ((staff, 97, "staff"), (badges, BADGE_KEY, "badge"))
    ]
    gates = [
        {"exhibition_id": hall.exhibition_id, "id": new_id(), "reference": one, "names": {"fr": one}} for one in GATES
    ]
    with hall.database.transaction() as db:
        db.execute(sa.insert(signing_key), rows)
        db.execute(sa.insert(gate), gates)
    roles = {str(hall.exhibition_id): ["steward", "viewer"]}
    claims = {"aud": "ticketing", "iat": 0, "exp": 4_000_000_000, "sub": str(new_id()), "ver": 1, "roles": roles}
    token = sign(claims, private=staff.private, key_id=staff.key_id, typ="staff+jwt")
    time.sleep(1.2)  # the web process looks at its keys once a second
    return Fair(hall, token, badges)


def scans() -> Iterator[Figure]:
    """Scans a second, each decided and committed before its answer: one by one, and in batches of 500."""
    for engine in engines():
        with stage(engine) as hall:
            fair = open_gates(hall)
            peak = _scan_peak(fair)
            single = sorted((_rush(fair, peak) for _ in range(ROUNDS)), key=_scanned)[ROUNDS // 2]
            closed(hall.port, fair.batches(2), connections=1, seconds=20)
            batched = closed(hall.port, fair.batches(20), connections=2, seconds=60)
        for way, answers, times in (("single", single, 1), ("batches of 500", batched, BATCH)):
            value = len(answers.of(200, 201)) * times / answers.last
            figure = Figure("scans", engine, value, "scans/s", reference=LEADER, reference_value=LEADER_SCANS)
            figure.p50_ms, figure.p99_ms = (quantile_ms(answers.of(200, 201), share) for share in (0.5, 0.99))
            figure.more |= {"way": way, "answers": answers.counts()}
            yield figure


def scan_latency() -> Iterator[Figure]:
    """Milliseconds until a steward hears yes or no, open loop, at half of the peak."""
    for engine in engines():
        with stage(engine) as hall:
            fair = open_gates(hall)
            peak = _scan_peak(fair)
            answers = opened(hall.port, fair.scans(int(peak / 2 * SECONDS)), peak / 2)
        figure = Figure("scan_latency", engine, quantile_ms(answers.of(201), 0.99), "ms")
        figure.p50_ms, figure.p99_ms = (quantile_ms(answers.of(201), share) for share in (0.5, 0.99))
        figure.more |= {"peak": round(peak), "a_second": round(peak / 2), "answers": answers.counts(), "goal_ms": 50}
        yield figure


def counts_quick() -> Iterator[Figure]:
    """The first two sizes."""
    yield from counts(SIZES[:2])


def counts(sizes: Sequence[int] = SIZES) -> Iterator[Figure]:
    """Milliseconds to read everything the counts page shows, anew from the database, as scans grow a thousandfold.

    The sizes stand side by side and are read in turn, so that whatever else the machine does falls on all of them.
    """
    for engine in engines():
        with ExitStack() as stages:
            fairs = [open_gates(stages.enter_context(stage(engine))) for _ in sizes]
            for fair, size in zip(fairs, sizes, strict=True):
                fill_scans(fair.hall.database, fair.hall.exhibition_id, size)
            took: list[list[float]] = [[] for _ in sizes]
            for _ in range(READS):
                for fair, times in zip(fairs, took, strict=True):
                    times += _read(fair.hall, 20)
            asked = [_asked(fair) for fair in fairs]
        small = quantile_ms(took[0], 0.5)
        for size, times, over_http in zip(sizes, took, asked, strict=True):
            value = quantile_ms(times, 0.5)
            figure = Figure("counts", engine, value, "ms", reference="the smallest size", reference_value=small)
            figure.p50_ms, figure.p99_ms = value, quantile_ms(times, 0.99)
            figure.more |= {"scans": size, "over_http_p50_ms": round(over_http, 3)}
            figure.more |= {"goals": {"value": 10, "ratio": 1.2}}
            yield figure


def _asked(fair: Fair) -> float:
    """Milliseconds of one page's question, in the middle of a hundred."""
    line = http.client.HTTPConnection("127.0.0.1", fair.hall.port)
    return quantile_ms([_timed(partial(_ask, line, fair)) for _ in range(100)], 0.5)


def live() -> Iterator[Figure]:
    """200 dashboards ask each second while 100 scans a second arrive: how soon a scan can be seen, and what it costs.

    `p99_ms` is from the steward's answer to the first page that could show it; a page asks once a second, so
    `p99_at_a_page_ms` has the wait for its next question in it.
    """
    for engine in engines():
        with stage(engine) as hall:
            fair = open_gates(hall)
            references = hall.add_sessions(1, 1_000_000)
            peak = warm_up(hall, references)
            alone = sorted(booked(rush(hall, references, peak)) for _ in range(ROUNDS))[ROUNDS // 2]
            calm = _answered_at(hall, references, peak / 2)
            waits = _watch(fair)
            with ThreadPoolExecutor(1) as at_once, _Crowd(fair):
                scanning = at_once.submit(_paced_scans, fair, int(A_SECOND * SECONDS))
                watched = _answered_at(hall, references, peak / 2)
                scanning.result()
            beside = sorted(_beside(fair, references, peak) for _ in range(ROUNDS))[ROUNDS // 2]
        at_a_page = [wait + n / DASHBOARDS for wait in waits for n in range(DASHBOARDS)]
        figure = Figure("live", engine, quantile_ms(waits, 0.5), "ms from scan to seen")
        figure.p50_ms, figure.p99_ms = quantile_ms(waits, 0.5), quantile_ms(waits, 0.99)
        figure.more |= {"dashboards": DASHBOARDS, "scans_a_second": A_SECOND, "scans": len(waits)}
        figure.more |= {"p99_at_a_page_ms": round(quantile_ms(at_a_page, 0.99)), "bookings_alone": round(alone)}
        figure.more |= {"bookings_beside": round(beside), "bookings_ratio": round(beside / alone, 3)}
        figure.more |= {"half_load_alone": calm, "half_load_beside": watched}
        figure.more |= {"goals": {"p99_ms": 1000, "bookings_ratio": 0.9}}
        yield figure


def _scan_peak(fair: Fair) -> float:
    """A first idea of the scans a second, with everything compiled."""
    closed(fair.hall.port, fair.scans(200), connections=CLIENTS, seconds=10)
    return _scanned(closed(fair.hall.port, fair.scans(1000), connections=CLIENTS, seconds=10))


def _rush(fair: Fair, peak: float) -> Answers:
    return closed(fair.hall.port, fair.scans(int(2 * peak * SECONDS)), connections=CLIENTS, seconds=SECONDS)


def _scanned(answers: Answers) -> float:
    return len(answers.of(201)) / answers.last


def fill_scans(database: Database, exhibition_id: UUID, size: int) -> None:
    """So many scans of twenty days at four gates, made inside the database, and the counters they amount to."""
    day = clock.now().date()
    with database.transaction() as db:
        words = _WORDS[db.dialect.name]
        own = exhibition_id.hex if db.dialect.name == "sqlite" else str(exhibition_id)
        db.execute(sa.text(_SCANS.format(**words)), {"own": own, "size": size})
        same = {"exhibition_id": exhibition_id}
        rows: list[dict[str, Any]] = [same | {"measure": "visitors", "day": "", "place": "", "kind": "visitor"}]
        for ago in range(20):
            that = same | {"day": date.fromordinal(day.toordinal() - ago).isoformat(), "kind": "visitor"}
            rows += [that | {"measure": what, "place": one} for what in ("visits", "ins", "outs") for one in GATES]
            quarters = [f"{n // 4:02}:{n % 4 * 15:02}" for n in range(36, 80)]
            rows += [that | {"measure": "arrivals", "place": one} for one in quarters]
            rows += [that | {"measure": "residence", "place": f"MA-{n:02}"} for n in range(1, 13)]
        db.execute(sa.insert(attendance_count), [row | {"value": size // 80 + 1} for row in rows])
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as db:
        db.execute(sa.text("ANALYZE"))


_SCANS = """
INSERT INTO scan (exhibition_id, id, gate, direction, code, badge_id, kind, gate_day, scanned_at, received_at)
SELECT :own, {id}, substr('ABCD', n % 4 + 1, 1), 'in', 'MSM:', {id}, 'visitor', {day}, {at}, {at} FROM {numbers}
"""
_WORDS = {
    "postgresql": {
        "id": "gen_random_uuid()",
        "day": "current_date - n % 20",
        "at": "now() - (n % 20) * interval '1 day' - (n % 36000) * interval '1 second'",
        "numbers": "generate_series(1, :size) AS numbers(n)",
    },
    "sqlite": {
        "id": "lower(hex(randomblob(16)))",
        "day": "date('now', '-' || (n % 20) || ' days')",
        "at": "datetime('now', '-' || (n % 20) || ' days', '-' || (n % 36000) || ' seconds') || '.000000'",
        "numbers": "(WITH RECURSIVE one(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM one WHERE n < :size) "
        "SELECT n FROM one) AS numbers",
    },
}


def _read(hall: Hall, times: int) -> list[float]:
    """Seconds of each reading, without the memory that the web process keeps for a quarter of a second."""
    day = clock.now().date()

    def once() -> None:
        with hall.database.reading() as db:
            read_live(db, hall.exhibition_id, day)

    once()
    return [_timed(once) for _ in range(times)]


def _timed(act: Callable[[], Any]) -> float:
    begun = time.perf_counter()
    act()
    return time.perf_counter() - begun


def _ask(line: http.client.HTTPConnection, fair: Fair) -> dict[str, Any]:
    line.request("GET", f"{API}/counts", headers={"Authorization": f"Bearer {fair.steward}"})
    said: dict[str, Any] = json.loads(line.getresponse().read())
    return said


def _watch(fair: Fair) -> list[float]:
    """Seconds from each scan's answer until the counts show it, while 200 dashboards ask each second."""
    seen: list[tuple[float, int]] = []
    with ThreadPoolExecutor(2) as at_once, _Crowd(fair):
        line = http.client.HTTPConnection("127.0.0.1", fair.hall.port)
        before = int(_ask(line, fair)["visits"])
        scanning = at_once.submit(_paced_scans, fair, A_SECOND * LIVE_SECONDS)
        while not scanning.done() or time.perf_counter() - max(scanning.result()) < 2:
            visits = int(_ask(line, fair)["visits"]) - before
            seen.append((time.perf_counter(), visits))
            time.sleep(0.01)
    answered = sorted(scanning.result())
    return [
        max(0.0, next(at for at, visits in seen if visits > n) - moment)
        for n, moment in enumerate(answered)
        if seen[-1][1] > n
    ]


def _beside(fair: Fair, references: list[str], peak: float) -> float:
    """Bookings a second while dashboards ask and scans arrive."""
    with ThreadPoolExecutor(1) as at_once, _Crowd(fair):
        scanning = at_once.submit(_paced_scans, fair, int(A_SECOND * SECONDS))
        found = booked(rush(fair.hall, references, peak))
        scanning.result()
    return found


def _answered_at(hall: Hall, references: list[str], a_second: float) -> dict[str, float]:
    """Bookings offered at a steady pace: how many a second were answered, and how soon."""
    answers = opened(hall.port, hall.orders(references, int(a_second * SECONDS)), a_second)
    good = answers.of(201)
    soon = {f"p{share}_ms": round(quantile_ms(good, share / 100), 1) for share in (50, 99)}
    return {"offered": round(a_second), "answered": round(len(good) / answers.last)} | soon


def _paced_scans(fair: Fair, number: int) -> list[float]:
    """One scan each hundredth of a second on eight lines; when each was answered."""
    bodies = [json.dumps({"id": str(new_id()), "code": fair.code()}) for _ in range(number)]
    begun = time.perf_counter() + 0.1

    def lane(first: int) -> list[float]:
        line, answered = http.client.HTTPConnection("127.0.0.1", fair.hall.port), []
        headers = {"Authorization": f"Bearer {fair.steward}", "Content-Type": "application/json"}
        for n in range(first, number, 8):
            time.sleep(max(0.0, begun + n / A_SECOND - time.perf_counter()))
            line.request("POST", f"{API}/gates/{GATES[n % 4]}/scans", bodies[n], headers)
            answer = line.getresponse()
            answer.read()
            if answer.status == 201:
                answered.append(time.perf_counter())
        return answered

    with ThreadPoolExecutor(8) as lanes:
        return [moment for some in lanes.map(lane, range(8)) for moment in some]


class _Crowd:
    """200 pages open: each asks once a second with what it saw last, on eight lines."""

    def __init__(self, fair: Fair) -> None:
        self._fair, self._over = fair, threading.Event()
        self._lanes = [threading.Thread(target=self._lane, args=(n,), daemon=True) for n in range(8)]

    def __enter__(self) -> "_Crowd":
        for lane in self._lanes:
            lane.start()
        return self

    def __exit__(self, *_args: object) -> None:
        self._over.set()
        for lane in self._lanes:
            lane.join()

    def _lane(self, first: int) -> None:
        line, marks = http.client.HTTPConnection("127.0.0.1", self._fair.hall.port), dict[int, str]()
        mine = range(first, DASHBOARDS, 8)
        while not self._over.is_set():
            round_begun = time.perf_counter()
            for at, n in enumerate(mine):
                self._over.wait(max(0.0, round_begun + at / len(mine) - time.perf_counter()))
                headers = {"Cookie": f"staff_ticketing={self._fair.steward}", "If-None-Match": marks.get(n, "")}
                line.request(
                    "GET", f"/fr/{REFERENCE}/office/counts/live", headers=headers | {"Accept-Encoding": "gzip"}
                )
                answer = line.getresponse()
                answer.read()
                marks[n] = answer.headers.get("ETag") or ""
