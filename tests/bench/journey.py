"""`journey`: from the fair's page to a confirmed seat, by somebody nobody knows yet, over a slow phone line."""

import shutil
import time
from collections.abc import Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.figures import Figure
from tests.bench.running import engines, running
from tests.faults.system import EXHIBITION, System

ROUNDS = 5
SLOW, GOOD = (400, 400), (40, 10_000)
"""Milliseconds until an answer begins, kbit/s; Chromium's emulation adds them to each request, not to connecting."""
SLOWER = 4
GOALS = {"bytes": 60_000, "requests": 8, "first_paint_ms": 1500, "pages": 3, "seconds_without_scripts": 2}
PAINT_SECONDS = 20


@dataclass
class Walked:
    """What one journey cost."""

    seconds: float = 0.0
    bytes: int = 0
    requests: int = 0
    pages: int = 0
    asked_at: float = 0.0
    painted_at: float = 0.0
    """When the browser asked for the first page, and first showed any of it; by its own clock, in seconds."""

    @property
    def first_paint_ms(self) -> int:
        """From asking to seeing."""
        return round((self.painted_at - self.asked_at) * 1000)


def journey() -> Iterator[Figure]:
    """Seconds, and what came over the line: redirects, stylesheet and the confirmation included; typing is not."""
    for engine in engines():
        with running(engine) as system, sync_playwright() as playwright:
            switches = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=switches)
            slow = [_walk(system, browser, number, scripts=True) for number in range(ROUNDS)]
            plain = [_walk(system, browser, ROUNDS + number, scripts=False) for number in range(ROUNDS)]
            browser.close()
        yield _figure(engine, slow, plain)


def _figure(engine: str, slow: list[Walked], plain: list[Walked]) -> Figure:
    """The middle of the rounds, what was most of what is counted."""
    more: dict[str, Any] = {
        "bytes": max(walk.bytes for walk in slow),
        "requests": max(walk.requests for walk in slow),
        "first_paint_ms": median(walk.first_paint_ms for walk in slow),
        "first_paint_ms_without_scripts": median(walk.first_paint_ms for walk in plain),
        "pages": max(walk.pages for walk in slow),
        "seconds_without_scripts": round(median(walk.seconds for walk in plain), 3),
        "line": f"{SLOW[0]} ms, {SLOW[1]} kbit/s, CPU {SLOWER} times slower",
        "good_line": f"{GOOD[0]} ms, {GOOD[1]} kbit/s",
        "goals": GOALS,
    }
    return Figure("journey", engine, median(walk.seconds for walk in slow), "s", more=more)


def _walk(system: System, browser: Browser, number: int, *, scripts: bool) -> Walked:
    """One journey in a browser that has never been here."""
    walked = Walked()
    session = sorted(one["reference"] for one in system.sessions() if one["seats"]["left"] > ROUNDS)[number]
    with browser.new_context(
        base_url=system.url, viewport={"width": 360, "height": 740}, java_script_enabled=scripts
    ) as context:
        page = context.new_page()
        _slow_down(page, walked, SLOW if scripts else GOOD, SLOWER if scripts else 1)
        begun = time.perf_counter()
        page.goto(f"/fr/{EXHIBITION}/")
        walked.pages += 1
        _wait_for_paint(page, walked)
        for link in (f"main a[href$='/{EXHIBITION}/programme']", f"main a[href$='/programme/{session}']"):
            page.locator(link).first.click()
            page.wait_for_load_state()
            walked.pages += 1
        page.fill("[name=name]", "Amina El Khattabi")
        page.fill("[name=phone]", f"06 63 00 {number:02} {len(session):02}")
        page.locator("form:has([name=party_size]) button").click()
        page.locator("main .notice.good").wait_for()
        page.wait_for_load_state()
        walked.seconds = time.perf_counter() - begun
    return walked


def _wait_for_paint(page: Page, walked: Walked) -> None:
    """On a slow processor a page is loaded before it is painted; a page that is not is no figure."""
    until = time.monotonic() + PAINT_SECONDS
    while not walked.painted_at:
        if time.monotonic() > until:
            raise RuntimeError(f"nothing was painted within {PAINT_SECONDS} s")
        page.wait_for_timeout(5)


def _slow_down(page: Page, walked: Walked, line: tuple[int, int], slower: int) -> None:
    """Put the browser on a line, and count what comes over it: heads and redirects included."""
    latency, kilobits = line
    tap = page.context.new_cdp_session(page)

    def asked(event: Any) -> None:
        walked.asked_at = walked.asked_at or float(event["timestamp"])
        if "redirectResponse" in event:
            walked.requests += 1
            walked.bytes += int(event["redirectResponse"]["encodedDataLength"])

    def finished(event: Any) -> None:
        walked.bytes += int(event["encodedDataLength"])

    def answered(event: Any) -> None:
        walked.requests += not event["response"].get("fromDiskCache")

    def lived(event: Any) -> None:
        if event["name"] == "firstPaint" and walked.asked_at:  # before it, the empty page is told of
            walked.painted_at = walked.painted_at or float(event["timestamp"])

    def remembered(_event: Any) -> None:
        walked.requests -= 1

    tap.on("Network.requestWillBeSent", asked)
    tap.on("Network.responseReceived", answered)
    tap.on("Network.loadingFinished", finished)
    tap.on("Network.requestServedFromCache", remembered)
    tap.on("Page.lifecycleEvent", lived)
    tap.send("Network.enable")
    tap.send("Page.enable")
    tap.send("Page.setLifecycleEventsEnabled", {"enabled": True})
    speed = kilobits * 1000 / 8
    conditions = {"offline": False, "latency": latency, "downloadThroughput": speed, "uploadThroughput": speed}
    tap.send("Network.emulateNetworkConditions", conditions)
    tap.send("Emulation.setCPUThrottlingRate", {"rate": slower})
