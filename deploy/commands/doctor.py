"""`./moussem doctor`: looks at everything, changes nothing, says what to do."""

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import redis

from deploy.commands import opened
from deploy.databases import newest_revision, revision
from deploy.embedded import setup
from deploy.embedded.options import CannotRun
from deploy.embedded.plan import SERVICES
from shared import clock, outbox
from shared.settings import load

LEAST_BYTES = 1_000_000_000
LATE_SECONDS = 60.0


@dataclass(frozen=True)
class Finding:
    """One thing looked at; `advice` says what to do when it is not well."""

    what: str
    is_well: bool
    said: str
    advice: str = ""


def main(given: argparse.Namespace) -> int:
    """Print what was found; 0 when all is well."""
    os.environ["MOUSSEM_DATA"] = str(given.data)
    all_well = True
    for finding in examine(given.data):
        all_well &= finding.is_well
        print(f"{'well ' if finding.is_well else 'WRONG'}  {finding.what}: {finding.said}")
        if not finding.is_well and finding.advice:
            print(f"       → {finding.advice}")
    return 0 if all_well else 1


def examine(data: Path) -> Iterator[Finding]:
    """Everything, from the machine to the last message."""
    yield Finding("Python", sys.version_info >= (3, 11), sys.version.split()[0])
    yield _asked("time zones", setup.check_zone_data, "Morocco stays at UTC+0")
    if not data.exists():
        yield Finding("data folder", False, f"{data} does not exist", "start Moussem once, or choose --data")
        return
    yield _asked("data folder", lambda: setup.check_folder(data), f"{data} can be written")
    yield _disk(data)
    runs = setup.is_running(data)
    yield Finding("Moussem", True, "runs" if runs else "does not run")
    for service in SERVICES:
        yield from _database(service)
    if runs:
        yield from _running(data)


def _asked(what: str, check: Callable[[], None], well: str) -> Finding:
    try:
        check()
    except CannotRun as wrong:
        return Finding(what, False, str(wrong))
    return Finding(what, True, well)


def _disk(data: Path) -> Finding:
    free = shutil.disk_usage(data).free
    said = f"{free / 1e9:.1f} GB free"
    return Finding("disk", free > LEAST_BYTES, said, "make room: a full disk stops every booking")


def _database(service: str) -> Iterator[Finding]:
    what = f"database of {service}"
    try:
        with opened(service) as database:
            at, newest = revision(database), newest_revision(service)
            yield Finding(
                what,
                at == newest,
                f"{database.url.get_backend_name()}, schema {at}",
                f"`./moussem run` brings {newest}",
            )
            if at != newest:
                return
            with database.reading() as db:
                waits = outbox.backlog(db)
    except CannotRun as wrong:
        yield Finding(what, False, str(wrong))
        return
    yield _messages(service, waits)


def _messages(service: str, waits: dict[str, float]) -> Finding:
    """`waits` as shared.outbox.backlog tells it."""
    said = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in waits.items())
    late = any(value > LATE_SECONDS for name, value in waits.items() if "oldest" in name)
    dead = any(value for name, value in waits.items() if "dead" in name)
    advice = "see `./moussem dead`" if dead else "is Moussem running, and its queue?"
    return Finding(f"messages of {service}", not (late or dead), said, advice)


def _running(data: Path) -> Iterator[Finding]:
    """What only a running Moussem can answer."""
    try:
        state = json.loads((data / "run.json").read_text())
    except (OSError, ValueError):
        yield Finding("processes", False, "run.json cannot be read", "it is being started or stopped: try again")
        return
    missing = [name for name, pid in state["processes"].items() if not pid]
    yield Finding("processes", not missing, f"{len(state['processes'])}, down: {', '.join(missing) or 'none'}")
    for service in SERVICES:
        yield _ready(service, state["ports"][service])
    yield _queue(data)
    yield _clock(state["ports"][SERVICES[0]])


def _ready(service: str, port: int) -> Finding:
    try:
        status, body, _ = _get(port, f"/{service}/health/ready")
    except (OSError, HTTPException) as wrong:
        return Finding(service, False, f"does not answer ({wrong})", "see the log in DATA/logs")
    return Finding(service, status == 200, " ".join(body.split())[:300], "see the log in DATA/logs")


def _get(port: int, path: str) -> tuple[int, str, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(), answer.getheader("Date", "") or ""
    finally:
        connection.close()


def _queue(data: Path) -> Finding:
    url = os.environ.get("MOUSSEM_REDIS_URL") or _embedded_url(data)
    client = redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)
    try:
        lengths = {service: client.llen(service) for service in SERVICES}
    except redis.RedisError as wrong:
        return Finding("queue", False, str(wrong), "bookings go on; messages wait until it is back")
    finally:
        client.close()
    return Finding("queue", True, ", ".join(f"{name} {length}" for name, length in lengths.items()))


def _embedded_url(data: Path) -> str:
    """The address of the Valkey that runs now, from its own configuration."""
    said = dict(line.split(" ", 1) for line in (data / "valkey" / "valkey.conf").read_text().splitlines())
    return f"redis://:{said['requirepass']}@127.0.0.1:{said['port']}/0"


def _clock(port: int) -> Finding:
    """The services' clock against ours; they differ in a rehearsal."""
    rehearsal = load(SERVICES[0]).rehearsal_file
    clock.set_rehearsal(rehearsal if rehearsal.exists() else None)
    moved = clock.now().timestamp() - time.time()
    _, _, said = _get(port, f"/{SERVICES[0]}/health/live")
    off = abs(parsedate_to_datetime(said).timestamp() - time.time()) if said else 0.0
    rehearsed = f", rehearsal clock {moved:+.0f} s" if abs(moved) > 1 else ""
    return Finding("clock", off < 5, f"{clock.now():%Y-%m-%d %H:%M:%S} UTC{rehearsed}")
