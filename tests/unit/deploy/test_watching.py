"""The supervisor outlives what it watches over: a full disk ends nothing, a start that fails is tried again."""

import json
from pathlib import Path

from deploy.embedded.plan import Process
from deploy.embedded.watching import Child, Supervisor


def supervisor(data: Path, *children: Child) -> Supervisor:
    return Supervisor(data, "http://localhost", {}, list(children), log=data / "log")


def test_a_state_that_cannot_be_written_is_written_once_there_is_room(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.write_text("in the way of the folder, as a full disk is")
    watching = supervisor(data)
    watching._write_state()
    watching._note("nor can this be written")
    assert vars(watching)["_is_written"] is False
    data.unlink()
    data.mkdir()
    watching._write_state()
    assert vars(watching)["_is_written"] is True
    assert json.loads((data / "run.json").read_text())["url"] == "http://localhost"


def test_a_part_that_cannot_be_started_is_tried_again_later(tmp_path: Path) -> None:
    tries = []

    def start() -> tuple[int, int | None]:
        tries.append(1)
        if len(tries) == 1:
            raise OSError(28, "No space left on device")
        return 4711, None

    child = Child(Process("valkey", "valkey"), start)
    watching = supervisor(tmp_path, child)
    assert watching._restart_due()
    assert child.pid == 0
    assert not watching._restart_due(), "not at once"
    child.restart_at = 0.0
    assert watching._restart_due()
    assert child.pid == 4711
