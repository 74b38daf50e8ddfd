"""Seats under a rush: bookings a second, their latency, sold-out answers."""

from collections.abc import Iterator

from tests.bench import bare
from tests.bench.figures import Figure, quantile_ms
from tests.bench.load import Answers, closed, opened, press
from tests.bench.reference import empty_flask
from tests.bench.running import engines
from tests.bench.stage import Hall, stage

CLIENTS = 64
SECONDS = 4.0
ROUNDS = 3
SEATS = 1_000_000


def booking_hot_session() -> Iterator[Figure]:
    """Bookings a second when everybody wants the same session."""
    yield from _bookings("booking_hot_session", 1)


def booking_many_sessions() -> Iterator[Figure]:
    """Bookings a second when people want different sessions."""
    yield from _bookings("booking_many_sessions", 120)


def _bookings(name: str, sessions: int) -> Iterator[Figure]:
    for engine in engines():
        with stage(engine) as hall:
            references = hall.add_sessions(sessions, SEATS)
            peak = warm_up(hall, references)
            ours, bares = [], []
            for _ in range(ROUNDS):
                said, bookings = bare.reference(hall, references)
                bares.append(bookings)
                ours.append(rush(hall, references, peak))
        answers = sorted(ours, key=booked)[ROUNDS // 2]
        figure = Figure(name, engine, booked(answers), "bookings/s", reference=said)
        figure.reference_value = sorted(bares)[ROUNDS // 2]
        _tell_times(figure, answers.of(201))
        goal = 1.0 if engine == "postgres" else 0.7
        figure.more |= {"clients": CLIENTS, "answers": answers.counts(), "goal_ratio": goal}
        yield figure


def sold_out() -> Iterator[Figure]:
    """Refusals a second of a session whose seats and line are full, each to somebody new."""
    for engine in engines():
        with stage(engine) as hall, empty_flask() as bare_port:
            (full,) = hall.add_sessions(1, capacity=10, waiting_limit=0)
            warm_up(hall, [full])
            ours, bares, enough = [], [], 4000.0
            for _ in range(ROUNDS):
                bares.append(press(bare_port, "/", connections=CLIENTS).per_second)
                answers = rush(hall, [full], enough)
                enough = max(enough, len(answers.status) / SECONDS)
                ours.append(answers)
            taken = hall.numbers(full).taken
        answers = sorted(ours, key=_refused)[ROUNDS // 2]
        figure = Figure("sold_out", engine, _refused(answers), "answers/s", reference="an empty Flask route")
        figure.reference_value = sorted(bares)[ROUNDS // 2]
        _tell_times(figure, answers.of(409))
        figure.more |= {"clients": CLIENTS, "answers": answers.counts(), "sold": taken, "goal_ratio": 0.3}
        yield figure


def booking_latency() -> Iterator[Figure]:
    """Milliseconds to book, open loop, at half of what was just found to be the peak."""
    for engine in engines():
        with stage(engine) as hall:
            references = hall.add_sessions(1, SEATS)
            peak = find_peak(hall, references)
            answers = opened(hall.port, hall.orders(references, int(peak / 2 * SECONDS)), peak / 2)
        figure = Figure("booking_latency", engine, quantile_ms(answers.of(201), 0.99), "ms")
        _tell_times(figure, answers.of(201))
        figure.more |= {"peak": round(peak), "a_second": round(peak / 2), "answers": answers.counts(), "goal_ms": 50}
        yield figure


def find_peak(hall: Hall, references: list[str]) -> float:
    """Bookings a second in a closed loop, the median of three."""
    known = warm_up(hall, references)
    return sorted(booked(rush(hall, references, known, SECONDS / 2)) for _ in range(ROUNDS))[ROUNDS // 2]


def warm_up(hall: Hall, references: list[str]) -> float:
    """Statements compiled, connections open; a first idea of the bookings a second."""
    closed(hall.port, hall.orders(references, 200), connections=CLIENTS, seconds=10)
    answers = closed(hall.port, hall.orders(references, 1000), connections=CLIENTS, seconds=10)
    return len(answers.status) / answers.last


def rush(hall: Hall, references: list[str], peak: float, seconds: float = SECONDS) -> Answers:
    """64 clients in a closed loop, each order by somebody new."""
    orders = hall.orders(references, int(2 * peak * seconds))
    return closed(hall.port, orders, connections=CLIENTS, seconds=seconds)


def booked(answers: Answers) -> float:
    """Bookings a second."""
    return len(answers.of(201)) / answers.last


def _refused(answers: Answers) -> float:
    return len(answers.of(409)) / answers.last


def _tell_times(figure: Figure, seconds: list[float]) -> None:
    figure.p50_ms, figure.p99_ms = (quantile_ms(seconds, share) for share in (0.5, 0.99))
