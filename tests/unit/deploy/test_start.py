"""The first seconds: clear words before anything is installed."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy import start
from tests.kit.tree import ROOT


def said(*args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, str(ROOT / "moussem"), *args], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["run", "simulate", "backup", "restore", "resync", "dead", "staff", "doctor"])
def test_help_needs_no_environment(command: str) -> None:
    done = said(command, "--help")
    assert done.returncode == 0
    assert "usage:" in done.stdout


def test_alone_it_shows_the_commands() -> None:
    assert "doctor" in said().stdout


def test_a_mistyped_command_is_told_at_once() -> None:
    done = said("rum")
    assert done.returncode == 2
    assert "rum" in done.stderr


def test_an_old_python_is_told_which_is_needed() -> None:
    program = (ROOT / "moussem").read_text()
    pretended = program.replace(
        "import sys\n", "import sys\nsys.version_info = (3, 9, 2)\nos.environ['PATH'] = ''\n", 1
    )
    done = subprocess.run([sys.executable, "-c", pretended], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == "Python 3.11 or newer is needed, this is 3.9. Moussem changes nothing."


def test_an_interrupted_first_start_is_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "requirements").mkdir()
    (tmp_path / "requirements" / "run.txt").write_text("")
    monkeypatch.setattr(start, "ROOT", tmp_path)
    made = []

    def interrupted(folder: Path, _lock: Path) -> None:
        made.append(folder)
        (folder / "bin").mkdir(parents=True, exist_ok=True)
        (folder / "bin" / "python").touch()
        if len(made) == 1:
            raise KeyboardInterrupt

    monkeypatch.setattr(start, "_make", interrupted)
    with pytest.raises(KeyboardInterrupt):
        start.environment("run")
    start.environment("run")
    start.environment("run")
    assert len(made) == 2


def test_a_missing_network_is_named(tmp_path: Path) -> None:
    assert "network" in start._why("ERROR: Could not find a version that satisfies the requirement flask")
