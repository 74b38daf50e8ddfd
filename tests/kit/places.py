"""Where tests keep what need not outlive them."""

import shutil
import tempfile
from pathlib import Path


def in_memory(size: int) -> str | None:
    """A folder in memory with so many bytes free, or None: databases wait for the disk, which tests need not."""
    memory = Path("/dev/shm")  # noqa: S108 - folders of our own are made in it
    try:
        is_roomy = shutil.disk_usage(memory).free > size
        tempfile.TemporaryFile(dir=memory).close()
    except OSError:
        return None
    return str(memory) if is_roomy else None
