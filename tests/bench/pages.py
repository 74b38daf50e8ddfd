"""`empty_route` and `programme_page`: pages a second at the service's port and through the front."""

from collections.abc import Iterator

from tests.bench.figures import Figure, quantile_ms
from tests.bench.load import Load, press
from tests.bench.reference import empty_flask
from tests.bench.running import engines, running
from tests.faults.system import EXHIBITION

ROUNDS = 3
REFERENCE = "an empty Flask route on the same server"


def empty_route() -> Iterator[Figure]:
    """Our smallest answer, with all that every answer carries, beside the bare one."""
    yield from _beside("empty_route", "/ticketing/health/live", goal=None)


def programme_page() -> Iterator[Figure]:
    """The whole programme, packed, as a cold browser asks for it."""
    yield from _beside("programme_page", f"/fr/{EXHIBITION}/programme", goal=0.25)


def _beside(name: str, path: str, goal: float | None) -> Iterator[Figure]:
    for engine in engines():
        with running(engine) as system, empty_flask() as bare:
            ports = system.state()["ports"]
            for place, port in (("service", ports["ticketing"]), ("front", ports["front"])):
                ours, references = [], []
                for _ in range(ROUNDS):
                    references.append(press(bare, "/").per_second)
                    ours.append(press(port, path))
                middle = sorted(ours, key=lambda load: load.per_second)[ROUNDS // 2]
                figure = _figure(name, engine, middle, references)
                figure.more |= {"at": place, "goal_ratio": goal}
                yield figure


def _figure(name: str, engine: str, load: Load, references: list[float]) -> Figure:
    return Figure(
        name,
        engine,
        load.per_second,
        "answers/s",
        p50_ms=quantile_ms(load.seconds, 0.5),
        p99_ms=quantile_ms(load.seconds, 0.99),
        reference=REFERENCE,
        reference_value=sorted(references)[len(references) // 2],
        more={"bytes": load.size, "failures": load.failures},
    )
