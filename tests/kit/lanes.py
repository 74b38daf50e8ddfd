"""Runs pytest in lanes at once: rules and services, seats, the whole system, faults.

The lanes share nothing: each has its own PostgreSQL, Valkey and folders. What the others say is printed when the
first has ended, and their closing lines become one.
"""

import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

CLOSING = re.compile(r"^(=+ )?((\d+ [a-z]+(, )?)+|no tests ran) in [\d.]+s.*$")
NOTHING_COLLECTED = 5
# pytest's own order of words
WORDS = ("failed", "passed", "skipped", "deselected", "xfailed", "xpassed", "warning", "error")


@dataclass
class Ended:
    """A lane that has ended; `closing` is pytest's last line."""

    code: int
    seconds: float
    closing: str


class Lane:
    """One run of pytest, started at once."""

    def __init__(self, root: Path, arguments: Sequence[str]) -> None:
        # -P keeps the folder we stand in out of the search path, as everywhere; PYTHONPATH names the tree
        command = [sys.executable, "-P", "-m", "pytest", "-ra", "--color=no", "--durations=8"]
        command += ["--continue-on-collection-errors", *arguments]
        environ = os.environ | {"PYTHONPATH": str(root), "PYTHONTZPATH": ""}
        self._started = time.monotonic()
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=root, env=environ
        )

    def follow(self, say: Callable[[str], None]) -> Ended:
        """Pass on what pytest says, but for its closing line."""
        closing = ""
        for line in self._process.stdout or ():
            if closing:
                say(closing)
            closing = line.rstrip() if CLOSING.match(line) else ""
            if not closing:
                say(line.rstrip("\n"))
        code = self._process.wait()
        closing = closing or f"1 error in 0.00s: pytest ended with code {code} before it could close"
        return Ended(0 if code == NOTHING_COLLECTED else code, time.monotonic() - self._started, closing)


def together(lanes: Sequence[Ended]) -> str:
    """One closing line for all lanes, in pytest's words: the counts added, the time of the longest."""
    counts: Counter[str] = Counter()
    for lane in lanes:
        for number, word in re.findall(r"(\d+) ([a-z]+)", lane.closing.partition(" in ")[0]):
            counts[word.rstrip("s") if word in ("warnings", "errors") else word] += int(number)
    seconds = max(lane.seconds for lane in lanes)
    told = ", ".join(f"{counts[word]} {word}{_plural(word, counts[word])}" for word in WORDS if counts[word])
    minutes = f" ({timedelta(seconds=int(seconds))})" if seconds >= 60 else ""
    return f" {told or 'no tests ran'} in {seconds:.2f}s{minutes} ".center(80, "=")


def _plural(word: str, n: int) -> str:
    return "s" if word in ("warning", "error") and n > 1 else ""
