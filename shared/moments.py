"""Named places where a fault may strike, so that recovery can be proven; they cost one comparison."""

import os
import signal
import time
from pathlib import Path

_armed_in: Path | None = Path(os.environ["MOUSSEM_FAULTS_DIR"]) if "MOUSSEM_FAULTS_DIR" in os.environ else None
_service = ""


def of_service(service: str) -> None:
    """Say whose moments this process passes."""
    global _service
    _service = service


def moment(name: str) -> None:
    """Let the fault strike that lies as a file `<service>.<name>` in the faults folder; the first to come takes it.

    The file says "kill", or "wait": then `<file>.reached` appears, and the process goes on when `<file>.go` does.
    """
    if _armed_in is None:
        return
    armed = _armed_in / f"{_service}.{name}"
    taken = armed.with_suffix(f"{armed.suffix}.{os.getpid()}")
    try:
        armed.rename(taken)
    except FileNotFoundError:
        return
    if taken.read_text() == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    Path(f"{armed}.reached").touch()
    until = time.monotonic() + 20
    while not Path(f"{armed}.go").exists() and time.monotonic() < until:
        time.sleep(0.01)
