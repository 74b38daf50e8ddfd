"""A few threads that speak for many people, each on a connection of its own; what a phase took."""

import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from tqdm import tqdm

from deploy.simulate.wire import Wire

Item = TypeVar("Item")


@dataclass(frozen=True)
class Took:
    """One phase: so many things done with so many requests in so many seconds."""

    phase: str
    done: int
    requests: int
    seconds: float

    @property
    def per_second(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds if self.seconds else 0.0


class Crew:
    """So many hands at one system."""

    def __init__(self, url: str, hands: int) -> None:
        self.own = Wire(url)
        self.wires = [Wire(url) for _ in range(hands)]
        self.took: list[Took] = []

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        for wire in self.all:
            wire.close()

    @property
    def all(self) -> list[Wire]:
        """Every connection, the one for what is done alone first."""
        return [self.own, *self.wires]

    @property
    def requests(self) -> int:
        """How many were sent so far."""
        return sum(wire.tally.requests for wire in self.all)

    def each(self, phase: str, items: Sequence[Item], act: Callable[[Wire, Item], Any]) -> None:
        """Let every item be acted on once, in about this order; the first mishap stops all and is raised."""
        if not items:
            return
        with self.phase(phase, len(items)) as step:
            left = _Shared(items)
            mishaps: list[BaseException] = []

            def work(wire: Wire) -> None:
                for item in left:
                    try:
                        act(wire, item)
                    except BaseException as mishap:
                        mishaps.append(mishap)
                        left.stop()
                    step()

            hands = [threading.Thread(target=work, args=(wire,), daemon=True) for wire in self.wires]
            for hand in hands:
                hand.start()
            for hand in hands:
                hand.join()
            if mishaps:
                raise mishaps[0]

    @contextmanager
    def phase(self, phase: str, size: int) -> Iterator[Callable[[], None]]:
        """Measure and show what is done inside; call what is given at each step."""
        begun, before = time.perf_counter(), self.requests
        with _bar(phase, size) as bar:
            yield bar
        seconds = time.perf_counter() - begun
        self.took.append(Took(phase, size, self.requests - before, seconds))


class _Shared(Iterator[Item]):
    """Items that several threads take turns to take."""

    def __init__(self, items: Iterable[Item]) -> None:
        self._items, self._lock, self._is_over = iter(items), threading.Lock(), False

    def __next__(self) -> Item:
        with self._lock:
            if self._is_over:
                raise StopIteration
            return next(self._items)

    def stop(self) -> None:
        self._is_over = True


@contextmanager
def _bar(phase: str, size: int) -> Iterator[Callable[[], None]]:
    """A progress bar on a terminal; elsewhere one plain line when the phase has ended."""
    begun = time.perf_counter()
    if not sys.stderr.isatty():
        yield lambda: None
        seconds = time.perf_counter() - begun
        print(f"  {phase:<44} {size:>7}  {seconds:7.1f} s", file=sys.stderr, flush=True)
        return
    with tqdm(total=size, desc=f"{phase:<44}", leave=size > 0, mininterval=0.3, miniters=1) as bar:
        lock = threading.Lock()

        def step() -> None:
            with lock:
                bar.update()

        yield step
