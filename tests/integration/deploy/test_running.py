"""The whole embedded set-up: restarted parts, a clean end, one at a time, backup while it runs."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.kit import processes
from tests.kit.running import Running
from tests.kit.tree import ROOT
from tests.kit.waiting import wait_until


def state(data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((data / "run.json").read_text())
    return found


def is_alive(pid: int) -> bool:
    """Running, and not merely waiting to be buried by its parent."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def moussem(*args: str, **environ: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "deploy.cli", *args]
    told = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONTZPATH": "", **environ}
    return subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, timeout=180, check=False)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    started = Running(tmp_path_factory.mktemp("run") / "data")
    started.wait_until_ready()
    yield started
    started.stop()


@pytest.mark.parametrize("name", ["front", "ticketing-web", "notifications-worker", "valkey", "peers"])
def test_what_is_killed_is_started_again(running: Running, name: str) -> None:
    before = state(running.data)["processes"][name]
    os.kill(before, signal.SIGKILL)

    def replaced() -> bool:
        now = state(running.data)["processes"][name]
        return now not in (0, before) and is_alive(now)

    wait_until(replaced)
    assert running.call("GET", "/ticketing/health/live").status == 200


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_two_runs_on_one_folder_are_refused(running: Running) -> None:
    done = moussem("run", "--data", str(running.data), "--port", str(processes.free_port()))
    assert done.returncode == 1
    assert "already runs" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_named(running: Running, tmp_path: Path) -> None:
    done = moussem("run", "--data", str(tmp_path), "--port", str(running.port))
    assert f"Port {running.port} is taken" in done.stderr
    assert "Traceback" not in done.stderr


def test_restore_is_refused_while_it_runs(running: Running, tmp_path: Path) -> None:
    assert moussem("backup", str(tmp_path / "b"), "--data", str(running.data)).returncode == 0
    done = moussem("restore", str(tmp_path / "b"), "--data", str(running.data))
    assert done.returncode == 1
    assert "already runs" in done.stderr


def test_a_backup_taken_while_people_book_brings_back_what_was_booked(running: Running, tmp_path: Path) -> None:
    token = running.register("Fatima Aït Ali", "0612345678")["tokens"]["ticketing"]
    session = running.sessions(kind="training")[0]["reference"]
    booked = running.book(token, session)
    assert booked.status == 201
    copy = tmp_path / "copy"
    assert moussem("backup", str(copy), "--data", str(running.data)).returncode == 0
    elsewhere = tmp_path / "elsewhere"
    restored = moussem("restore", str(copy), "--data", str(elsewhere))
    assert restored.returncode == 0, restored.stderr
    assert "resync" in restored.stdout
    said = moussem("resync", "--data", str(elsewhere))
    assert said.returncode == 0, said.stderr
    assert "messages said again" in said.stdout
    checked = moussem("doctor", "--data", str(elsewhere))
    assert "schema" in checked.stdout
    assert (elsewhere / "secret").read_text() == (running.data / "secret").read_text()


def test_a_damaged_backup_is_refused_and_nothing_changes(running: Running, tmp_path: Path) -> None:
    copy, elsewhere = tmp_path / "copy", tmp_path / "elsewhere"
    assert moussem("backup", str(copy), "--data", str(running.data)).returncode == 0
    with (copy / "ticketing.db").open("ab") as file:
        file.write(b"x")
    done = moussem("restore", str(copy), "--data", str(elsewhere))
    assert "checksum" in done.stderr
    assert not (elsewhere / "ticketing.db").exists()


def test_ctrl_c_leaves_no_process(tmp_path: Path) -> None:
    started = Running(tmp_path / "data")
    started.wait_until_ready()
    pids = [*state(started.data)["processes"].values(), state(started.data)["pid"]]
    assert started.stop() == 0
    assert [pid for pid in pids if is_alive(pid)] == []
    assert not (started.data / "run.json").exists()


def test_children_of_a_killed_supervisor_stop_and_the_next_start_goes_on(tmp_path: Path) -> None:
    first = Running(tmp_path / "data")
    first.wait_until_ready()
    pids = list(state(first.data)["processes"].values())
    os.kill(state(first.data)["pid"], signal.SIGKILL)
    wait_until(lambda: not any(is_alive(pid) for pid in pids), 60)
    with suppress(AssertionError, OSError):
        first.stop()
    again = Running(tmp_path / "data")
    again.wait_until_ready()
    assert again.stop() == 0


def test_an_unreachable_database_is_named_without_its_password(tmp_path: Path) -> None:
    url = f"postgresql+psycopg://moussem:hidden@127.0.0.1:{processes.free_port()}/x"
    place = ["--data", str(tmp_path), "--port", str(processes.free_port())]
    done = moussem("run", *place, MOUSSEM_TICKETING_DATABASE_URL=url)
    assert done.returncode == 1
    assert "MOUSSEM_TICKETING_DATABASE_URL" in done.stderr
    assert "hidden" not in done.stderr
    assert "Traceback" not in done.stderr
