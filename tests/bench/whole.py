"""`startup` and `memory`: the whole embedded system, until every part answers, and after a morning's work."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

from tests.bench.figures import Figure
from tests.bench.running import engines, running
from tests.faults.checker import settle
from tests.faults.crowd import Crowd
from tests.faults.matrix import story
from tests.faults.system import System

STARTS = 5


def startup() -> Iterator[Figure]:
    """Seconds from the command to the first moment when every part answers, on data that is already there."""
    for engine in engines():
        with running(engine) as system:
            warm = []
            for _ in range(STARTS):
                system.stop()
                begun = time.perf_counter()
                system.start()
                warm.append(time.perf_counter() - begun)
            yield Figure("startup", engine, sorted(warm)[STARTS // 2], "s", more={"goal": 4.0, "slowest": max(warm)})


def memory() -> Iterator[Figure]:
    """Megabytes (PSS) of all processes after 1,000 mixed requests and at least 100 notices."""
    for engine in engines():
        with running(engine) as system:
            crowd = Crowd(system, seed=1)
            crowd.register(100)
            for _ in range(4):
                story(system, crowd)
            for _ in range(700):
                system.sessions()
            settle(system, 60)
            parts = {name: _megabytes(pid) for name, pid in _processes(system).items()}
            more = {"goal": 300, "notices": len(system.arrived()), "parts": parts}
            yield Figure("memory", engine, sum(parts.values()), "MB", more=more)


def _processes(system: System) -> dict[str, int]:
    state = system.state()
    return {"supervisor": state["pid"], **state["processes"]}


def _megabytes(pid: int) -> float:
    """The proportional set size of a process and its children."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", rollup, re.M)
    return round(int(found[1]) / 1024, 1) if found else 0.0
