"""A running Moussem and a Chromium, started once for all stories."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.kit import required
from tests.kit.running import Running

# what a page must show it may show late: tests run side by side on small machines
PATIENCE_MS = 60_000
expect.set_options(timeout=PATIENCE_MS)
SWITCHES = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]


@pytest.fixture(scope="session")
def moussem() -> Iterator[Running]:
    """Moussem as `./moussem run --rehearsal` starts it, on a free port with an empty folder."""
    with tempfile.TemporaryDirectory(prefix="moussem-e2e-") as folder:
        running = Running(Path(folder))
        try:
            running.wait_until_ready()
            yield running
        finally:
            code = running.stop()
        assert code == 0, "`run` did not stop cleanly"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        required.cannot_have("browser", "no chromium on PATH")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=SWITCHES, timeout=2 * PATIENCE_MS)
        yield started
        started.close()


@pytest.fixture(scope="session")
def screenshots() -> Path:
    """Where pictures of the story go: MOUSSEM_SCREENSHOTS, else a folder that is thrown away."""
    given = os.environ.get("MOUSSEM_SCREENSHOTS")
    folder = Path(given) if given else Path(tempfile.mkdtemp(prefix="moussem-screenshots-"))
    folder.mkdir(parents=True, exist_ok=True)
    return folder
