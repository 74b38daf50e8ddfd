"""Named places where a fault may strike, so that recovery can be proven; they cost one comparison."""

import os
import signal
from pathlib import Path

_armed_in: Path | None = Path(os.environ["MOUSSEM_FAULTS_DIR"]) if "MOUSSEM_FAULTS_DIR" in os.environ else None


def moment(name: str) -> None:
    """Kill this process here if a file of that name lies in the faults folder; the first to come takes it."""
    if _armed_in is None:
        return
    try:
        (_armed_in / name).unlink()
    except FileNotFoundError:
        return
    os.kill(os.getpid(), signal.SIGKILL)
