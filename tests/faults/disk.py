"""A small disk of the harness's own, which can be filled: whoever writes then meets the kernel's real ENOSPC."""

import ctypes
import os
import subprocess
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path

CLONE_NEWNS = 0x00020000
BLOCK = 1 << 20


@cache
def can_be_had() -> bool:
    """Whether this process may mount one. It then sees mounts of its own, which end with it."""
    if os.geteuid() != 0 or ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS):
        return False
    return _ran("mount", "--make-rprivate", "/")


def _ran(*command: str) -> bool:
    with suppress(OSError):
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    return False


class Disk:
    """A disk in memory of so many megabytes; where none can be had, an ordinary folder that never fills."""

    def __init__(self, megabytes: int) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="moussem-faults-"))
        self.folder.chmod(0o755)  # PostgreSQL runs as somebody else
        options = f"size={megabytes}m,mode=0755"
        self.is_small = can_be_had() and _ran("mount", "-t", "tmpfs", "-o", options, "moussem", str(self.folder))

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.folder / "ballast").open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(BLOCK))
        with (self.folder / "ballast").open("ab", buffering=0) as ballast, suppress(OSError):
            while True:
                ballast.write(bytes(512))

    def empty(self) -> None:
        """Make room again."""
        (self.folder / "ballast").unlink(missing_ok=True)

    def unmount(self) -> None:
        """Give the memory back."""
        if self.is_small:
            _ran("umount", "--lazy", str(self.folder))
            self.folder.rmdir()
