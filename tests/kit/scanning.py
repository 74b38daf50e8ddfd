"""Phones at gates: enrolled as the office does it, with a camera that shows a badge rendered from its PDF."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import pypdfium2
from PIL import Image
from playwright.sync_api import BrowserContext, Page, expect

from tests.kit.running import FAIR, Running

FRAME = (640, 480)
# A name that browsers do not trust over plain HTTP, as they trust this machine's own.
PLAIN_HOST = "gate.example"


def film_badge(pdf: bytes, path: Path) -> None:
    """A camera's picture of a printed badge, held at arm's length, as Chromium's fake camera plays it (YUV4MPEG2)."""
    document = pypdfium2.PdfDocument(pdf)
    print_ = document[0].render(scale=2).to_pil().convert("L")
    document.close()
    print_.thumbnail((FRAME[0], FRAME[1] - 20))
    frame = Image.new("L", FRAME, 96)
    frame.paste(print_, ((FRAME[0] - print_.width) // 2, 10))
    grey = bytes([128]) * (FRAME[0] * FRAME[1] // 4)
    head = f"YUV4MPEG2 W{FRAME[0]} H{FRAME[1]} F20:1 Ip A1:1 C420jpeg\n".encode()
    path.write_bytes(head + (b"FRAME\n" + frame.tobytes() + grey + grey) * 2)


def camera_switches(film: Path) -> list[str]:
    """What makes Chromium play a film as its camera, without asking anybody."""
    return [
        "--use-fake-ui-for-media-stream",
        "--use-fake-device-for-media-stream",
        f"--use-file-for-fake-video-capture={film}",
        f"--host-resolver-rules=MAP {PLAIN_HOST} 127.0.0.1",
    ]


def enrol_offline(
    office: BrowserContext, phone: BrowserContext, name: str, profile: str = "steward", **fields: str
) -> Page:
    """Enter a device in the office, open its code on the phone, go out of the network; the scanner at gate A."""
    desk = office.new_page()
    desk.goto(f"/fr/{FAIR}/office/devices")
    for field, value in ({"name": name} | fields).items():
        desk.fill(f"[name={field}]", value)
    desk.select_option("[name=profile]", profile)
    with desk.expect_navigation():
        desk.locator("form:has([name=gates]) button").last.click()
    link = re.search(rf"/fr/{FAIR}/device/[\w-]{{22}}", desk.content())
    assert link, desk.content()
    desk.close()
    scanner = phone.new_page()
    scanner.goto(link[0])
    with scanner.expect_navigation():
        scanner.locator("main form button").click()
    scanner.locator("main a[href^='/scan/']").click()
    expect(scanner.locator("#setup")).to_be_visible()
    scanner.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.set_offline(True)
    scanner.reload()
    stand_at(scanner, "A")
    return scanner


def stand_at(scanner: Page, gate: str) -> None:
    """Choose a gate in the open dialog; what is read before the phone says so is read nowhere, or where it was."""
    scanner.select_option("#gates", gate)
    scanner.locator("#setup button").click()
    expect(scanner.locator("#gate")).to_have_text(f"Porte {gate}")


def sign_in(office: BrowserContext, moussem: Running) -> Page:
    """The organiser at the office, at whatever address this browser knows it by."""
    page = office.new_page()
    page.goto("/fr/office/sign-in")
    here, tokens = urljoin(page.url, "/"), moussem.staff_tokens("organiser").items()
    office.add_cookies([{"name": f"staff_{name}", "value": token, "url": here} for name, token in tokens])
    page.goto("/fr/office")
    return page


def read(scanner: Page, code: str) -> str:
    """What a reader types and ends with Enter; the word that is shown."""
    scanner.evaluate("document.getElementById('word').textContent = '…'")
    scanner.locator("#code").fill(code)
    scanner.locator("#code").press("Enter")
    expect(scanner.locator("#word")).not_to_have_text("…")
    return scanner.locator("#word").inner_text().replace("\xa0", " ")


def counts(moussem: Running, day: str) -> Any:
    """The counts of a day, as the office sees them."""
    token = moussem.staff_tokens("organiser")["ticketing"]
    return moussem.call("GET", f"/ticketing/v1/exhibitions/{FAIR}/counts?day={day}", token=token).body
