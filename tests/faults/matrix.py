"""Which fault strikes whom at which moment: the cells of the matrix, and how one is struck."""

import random
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import requests

from tests.faults.checker import check, settle
from tests.faults.crowd import PATIENCE_SECONDS, Crowd
from tests.faults.probes import probe
from tests.faults.striking import PARTS, Arena
from tests.faults.system import System
from tests.kit.waiting import wait_until

SERVICES = ("registration", "ticketing", "notifications")
AT_A_WEB = ("group.before-transaction", "group.before-commit", "group.after-commit")
AT_A_SPEAKER = ("relay.after-claim", "relay.after-send")
AT_A_LISTENER = ("listener.after-inbox", "listener.before-commit", "listener.after-commit", "verdict.after-send")
AT_A_SENDER = ("notice.claimed", "notice.after-provider", "notice.after-commit")
MOMENTS = (
    *(f"ticketing.{moment}" for moment in AT_A_WEB),
    *(f"{service}.{moment}" for service in SERVICES[:2] for moment in AT_A_SPEAKER),
    *(f"{service}.{moment}" for service in SERVICES for moment in AT_A_LISTENER),
    *(f"notifications.{moment}" for moment in AT_A_SENDER),
)
WHILE_PEOPLE_BOOK = ""
PEERS = ("valkey", "sms", "smtp")
"""Those our processes talk to and somebody else's words may come from."""
RECOVERY_SECONDS = 60
NEWCOMERS = 2


@dataclass(frozen=True)
class Cell:
    """One fault: an act upon a target, when a process is at a moment or simply while people book."""

    act: str
    target: str
    moment: str = WHILE_PEOPLE_BOOK

    def __str__(self) -> str:
        return f"{self.act} {self.target} {'at ' + self.moment if self.moment else 'while people book'}"

    @property
    def is_here(self) -> bool:
        """Whether the very process that is at the moment is killed there."""
        service, _, moment = self.moment.partition(".")
        kind = "web" if moment in AT_A_WEB else "worker"
        return self.act == "kill" and bool(self.moment) and self.target == f"{service}-{kind}"

    @property
    def is_queue_only(self) -> bool:
        """Whether nothing but Redis is away: then no booking may be put off."""
        return self.target == "valkey"


def faults(engine: str) -> list[tuple[str, str]]:
    """Which acts make sense upon whom.

    Killed and stopped: every process. Started again empty: Valkey alone holds what may be lost; databases that are
    lost are a matter of backups (test_drills), and the provider's books are what we are measured by. Refusing,
    hanging, answering nonsense: whoever our processes talk to and is not ourselves. Full: the disk all share.
    """
    own = ("postgres",) if engine == "postgres" else ()
    return [
        *((act, part) for act in ("kill", "stop") for part in (*PARTS, *own)),
        ("empty", "valkey"),
        *((act, peer) for act in ("refuse", "hang", "garbage") for peer in (*PEERS, *own)),
        ("fill", "disk"),
    ]


def cells(engine: str) -> list[Cell]:
    """The whole matrix of an engine: each fault at each moment."""
    return [Cell(act, target, moment) for moment in (*MOMENTS, "") for act, target in faults(engine)]


def chosen(runs: int, seed: int, engine: str, part: int = 0) -> list[Cell]:
    """So many cells in an order that the seed decides: each fault and each moment once before any comes again.

    `part` n begins where n × `runs` would have ended; the whole matrix is through when its size is reached.
    """
    order = _order(seed, faults(engine), [*MOMENTS, ""])
    every = [next(order) for _ in range((part + 1) * runs)]
    return every[part * runs :]


def _order(seed: int, acts: list[tuple[str, str]], moments: list[str]) -> Iterator[Cell]:
    dice = random.Random(seed)
    while True:
        left = {act: dice.sample(moments, len(moments)) for act in acts}
        for _ in moments:
            for act, target in dice.sample(acts, len(acts)):
                yield Cell(act, target, left[act, target].pop())


def strike(arena: Arena, crowd: Crowd, cell: Cell, lasts: float, recovery: float = RECOVERY_SECONDS) -> list[str]:
    """Let people register, book and cancel while the fault strikes for so many seconds; what is wrong afterwards."""
    before, struck = len(crowd.books.put_off), [False]

    def act() -> None:
        end = arena.strike(cell.act, cell.target)
        struck[0] = True
        ending.append(end)

    ending: list[Callable[[], None]] = []
    if cell.is_here:
        arena.system.arm(cell.moment, "kill")
        story(arena.system, crowd)
    else:
        if cell.moment:
            arena.system.arm(cell.moment, "wait")
        meanwhile(lambda: _for_a_while(arena.system, cell, act, ending, lasts), lambda: story(arena.system, crowd))
    wrong = settle(arena.system, recovery) + check(arena.system, crowd.books)
    wrong += probe(arena.system, crowd)
    put_off = crowd.books.put_off[before:] if cell.is_queue_only else []
    wrong += [f"with Redis away a booking was put off: {what}" for what in put_off]
    crowd.give_all_back()
    struck[0] = struck[0] or (cell.is_here and arena.system.has_struck(cell.moment))
    return wrong if struck[0] else [*wrong, f"the fault never struck: {cell}"]


def _for_a_while(
    system: System, cell: Cell, act: Callable[[], None], ending: list[Callable[[], None]], lasts: float
) -> None:
    try:
        if cell.moment:
            system.at_moment(cell.moment, act)
        else:
            act()
        if ending and cell.act not in ("kill", "empty"):
            time.sleep(lasts)
    finally:
        for end in ending:
            end()


def story(system: System, crowd: Crowd) -> None:
    """A few people register; many fill the next training and some wait; then some give their seats back."""
    crowd.register(NEWCOMERS)
    session = wait_until(lambda: _free_training(system), PATIENCE_SECONDS, every=0.1) or {}
    size = session["seats"]["capacity"] + 3
    if len(crowd.people) < size:
        crowd.register(size - len(crowd.people))
    people = crowd.random.sample(crowd.people, size)
    before = set(crowd.books.booked)
    crowd.book(people, session["reference"])
    booked = sorted(set(crowd.books.booked) - before)
    crowd.cancel(crowd.random.sample(booked, 4))


def _free_training(system: System) -> dict[str, Any] | None:
    """The smallest one that is empty; None as long as nobody answers."""
    try:
        free = [one for one in system.sessions() if one["is_bookable"] and one["seats"]["left"] == _seats(one)]
    except (requests.RequestException, KeyError, ValueError):
        return None
    return min(free, key=_seats, default=None)


def _seats(session: dict[str, Any]) -> int:
    return int(session["seats"]["capacity"])


def meanwhile(here: Callable[[], object], beside: Callable[[], object]) -> None:
    """Both at once, the first in this thread: programs that it starts are stopped when their thread ends."""
    with ThreadPoolExecutor(1) as pool:
        other = pool.submit(beside)
        here()
        other.result()
