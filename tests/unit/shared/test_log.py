"""Lines that cannot be written stop nobody."""

import io
import sys

import pytest

from shared import log


class Full(io.StringIO):
    """A log on a disk without room, until there is some."""

    is_full = True

    def flush(self) -> None:
        if self.is_full:
            raise OSError(28, "No space left on device")


def test_a_full_disk_costs_lines_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    file = Full()
    monkeypatch.setattr(sys, "stderr", file)
    log.configure("ticketing")
    log.get_logger().warning("due-work-failed")
    log.get_logger().info("answered")
    file.is_full = False
    log.get_logger().error("there is room again")
    assert "there is room again" in file.getvalue()
