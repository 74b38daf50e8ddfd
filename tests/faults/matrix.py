"""Which fault at which moment: the cells of the matrix, and how one is struck."""

import random
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from deploy.embedded.plan import PROCESSES
from tests.faults.checker import check, settle
from tests.faults.crowd import Crowd
from tests.faults.system import System

MOMENTS = (
    "ticketing.group.before-transaction",
    "ticketing.group.before-commit",
    "ticketing.group.after-commit",
    "ticketing.relay.after-claim",
    "ticketing.relay.after-send",
    "notifications.listener.after-inbox",
    "notifications.listener.before-commit",
    "notifications.listener.after-commit",
    "notifications.verdict.after-send",
    "notifications.notice.claimed",
    "notifications.notice.after-provider",
    "notifications.notice.after-commit",
)
ACTS = ("kill", "kill-valkey", "empty-valkey")
RECOVERY_SECONDS = 60


@dataclass(frozen=True)
class Cell:
    """One fault: an act at a moment, or the death of one part while people book."""

    act: str
    where: str

    def __str__(self) -> str:
        return f"{self.act} at {self.where}"


def cells() -> list[Cell]:
    """The whole matrix: each moment × each act, and the death of each part of the plan."""
    struck = [Cell(act, moment) for moment in MOMENTS for act in ACTS]
    return struck + [Cell("kill-part", process.name) for process in PROCESSES]


def chosen(runs: int, seed: int) -> list[Cell]:
    """So many cells in an order that the seed decides; the whole matrix before any repeats."""
    every = cells()
    order: list[Cell] = []
    dice = random.Random(seed)
    while len(order) < runs:
        order += dice.sample(every, len(every))
    return order[:runs]


def strike(system: System, crowd: Crowd, cell: Cell, *, seconds: float = RECOVERY_SECONDS) -> list[str]:
    """Let people book and cancel while the fault strikes; what is wrong after recovery."""
    reached = [cell.act == "kill-part"]
    if cell.act == "kill":
        system.arm(cell.where, "kill")
        story(system, crowd)
    elif cell.act == "kill-part":
        _meanwhile(lambda: system.kill(cell.where), lambda: story(system, crowd))
    else:
        act = (lambda: system.kill("valkey")) if cell.act == "kill-valkey" else system.empty_queue
        system.arm(cell.where, "wait")
        _meanwhile(lambda: reached.append(system.at_moment(cell.where, act)), lambda: story(system, crowd))
    wrong = settle(system, seconds) + check(system, crowd.books)
    crowd.give_all_back()
    struck = any(reached) or (cell.act == "kill" and system.has_struck(cell.where))
    return wrong if struck else [*wrong, f"the fault never struck: {cell}"]


def story(system: System, crowd: Crowd) -> None:
    """People fill the next training and a few more wait; then some give their seats back."""
    session = next(one for one in _trainings(system) if one["seats"]["left"] == one["seats"]["capacity"])
    size = session["seats"]["capacity"] + 3
    if len(crowd.people) < size:
        crowd.register(size - len(crowd.people))
    people = crowd.random.sample(crowd.people, size)
    before = set(crowd.books.booked)
    crowd.book(people, session["reference"])
    booked = sorted(set(crowd.books.booked) - before)
    crowd.cancel(crowd.random.sample(booked, 4))


def _trainings(system: System) -> list[dict[str, Any]]:
    return sorted((one for one in system.sessions() if one["is_bookable"]), key=lambda one: one["seats"]["capacity"])


def _meanwhile(one: Callable[[], object], other: Callable[[], object]) -> None:
    thread = threading.Thread(target=one)
    thread.start()
    other()
    thread.join()
