"""From a bare Python to a running command: makes the environment, then hands over to deploy.cli inside it.

Nothing but the standard library is there yet. An environment is ready when its stamp (lock file and Python version)
fits; the stamp is written last, so an interrupted first start is simply done again.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections import deque
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
TEST_COMMANDS = {"test": "tests.kit.run_tests", "bench": "tests.bench", "faults": "tests.faults"}
NETWORK_SIGNS = ("NewConnectionError", "NameResolution", "name resolution", "ConnectTimeout", "timed out",
                 "Max retries", "No matching distribution", "ProxyError", "Could not find a version")  # fmt: skip


class CannotStart(Exception):
    """A reason, in words for a person, why the environment cannot be made."""


def main(args: list[str]) -> int:
    """Run one command; help needs no environment."""
    from deploy import cli

    command = args[0] if args else ""
    if command not in TEST_COMMANDS and (not command or {"-h", "--help"} & set(args)):
        return cli.main(args or ["--help"])
    if command not in TEST_COMMANDS:
        cli.parse(args)  # a mistyped command is told before anything is installed
    try:
        if command in TEST_COMMANDS:
            _become(environment("test"), ["-m", TEST_COMMANDS[command], *args[1:]])
        _become(environment("run"), ["-m", "deploy.cli", *args])
    except CannotStart as reason:
        print(reason, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped while preparing; the next start goes on from here.", file=sys.stderr)
        return 130


def _become(python: Path, args: list[str]) -> NoReturn:
    # PYTHONTZPATH: the packaged time zones win over an old system copy. Two malloc arenas keep threads from
    # holding memory each. -P: the folder we stand in is not searched for modules.
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONTZPATH": "", "MALLOC_ARENA_MAX": "2"}
    os.execve(python, [str(python), "-P", *args], environ)  # noqa: S606 - no shell is wanted


def environment(kind: str) -> Path:
    """The Python of the `run` or `test` environment, made or renewed when it has to be; CannotStart."""
    folder = _place() / (".venv" if kind == "run" else ".venv-test")
    lock = ROOT / "requirements" / f"{kind}.txt"
    wanted = hashlib.sha256(lock.read_bytes() + sys.version.encode()).hexdigest()
    stamp, python = folder / "moussem-stamp", folder / "bin" / "python"
    if _reads(stamp) == wanted and python.exists():
        return python
    with lock.open() as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)  # a second start waits for the first
        if _reads(stamp) != wanted or not python.exists():
            _make(folder, lock)
            beside = stamp.with_suffix(".new")
            beside.write_text(wanted)
            beside.replace(stamp)
    return python


def _reads(path: Path) -> str:
    try:
        return path.read_text()
    except OSError:
        return ""


def _place() -> Path:
    """The checkout, or a folder of its own in the user's cache where the checkout cannot be written."""
    if os.access(ROOT, os.W_OK):
        return ROOT
    name = hashlib.sha256(str(ROOT).encode()).hexdigest()[:12]
    caches = [os.environ.get("XDG_CACHE_HOME", ""), "~/.cache", tempfile.gettempdir()]
    for cache in filter(None, caches):
        folder = Path(cache).expanduser() / f"moussem-{os.getuid()}-{name}"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        except (OSError, RuntimeError):
            continue
        if folder.stat().st_uid == os.getuid():
            return folder
    raise CannotStart(f"Neither {ROOT} nor a cache folder can be written: nowhere to put the packages.")


def _make(folder: Path, lock: Path) -> None:
    print(f"Preparing Moussem's own Python packages in {folder} (first time only) …", file=sys.stderr)
    _check_pip()
    if not _same_python(folder):
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
    _install(folder / "bin" / "python", lock)


def _same_python(folder: Path) -> bool:
    try:
        asked = [str(folder / "bin" / "python"), "-c", "import sys; print(sys.version)"]
        said = subprocess.run(asked, capture_output=True, text=True, check=True).stdout
    except (OSError, subprocess.CalledProcessError):
        return False
    return said.strip() == sys.version.strip()


def _check_pip() -> None:
    said = subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, text=True, check=False)
    if said.returncode:
        raise CannotStart(
            f"pip is missing for {sys.executable}. Install it (Debian, Ubuntu: apt install python3-pip; Fedora: "
            "dnf install python3-pip) and start again."
        )
    version = said.stdout.split()[1]
    if tuple(int(part) for part in version.split(".")[:2]) < (22, 3):
        raise CannotStart(f"pip {version} is too old, 22.3 or newer is needed: {sys.executable} -m pip install -U pip")


def _install(python: Path, lock: Path) -> None:
    wanted = sum(1 for line in lock.read_text().splitlines() if line[:1].isalnum())
    command = [
        sys.executable, "-m", "pip", "--python", str(python), "install", "--require-hashes", "--no-deps",
        "--disable-pip-version-check", "--no-input", "--progress-bar", "off", "-r", str(lock),
    ]  # fmt: skip
    last: deque[str] = deque(maxlen=12)
    seen = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as pip:
        for line in pip.stdout or ():
            last.append(line.rstrip())
            seen += line.startswith(("Collecting ", "Requirement already", "Ignoring "))
            _progress(f"{min(seen, wanted)} of {wanted} packages")
    _progress("")
    if pip.returncode:
        raise CannotStart(_why("\n".join(last)))


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"\r\033[K  {text}" if text else "\r\033[K", end="", file=sys.stderr, flush=True)


def _why(said: str) -> str:
    if any(sign in said for sign in NETWORK_SIGNS):
        return f"{said}\n\nThe packages could not be fetched: is there a network? Then start again; what came is kept."
    return f"{said}\n\nThe packages could not be installed; the lines above say why."
