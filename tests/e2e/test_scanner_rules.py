"""A phone alone decides as the server does: the same random walks through gates and halls, the same words."""

import random
from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import Browser

from services.ticketing.admissions.domain import live_day
from tests.kit.tree import ROOT
from tests.unit.ticketing.test_halls import HALLS, passage

pytestmark = pytest.mark.browser
SCANNER = ROOT / "services" / "ticketing" / "admissions" / "scanner"
WALKS = 400
# Walk by walk: the verdict on each step, with what the phone keeps of the badge in between.
WALK = """async ({walks}) => {
  const {decide, markAfter} = await import('/verdicts.js');
  const bundle = {revoked: []}, reading = {badge: 'x', firstDay: '2026-12-04', lastDay: '2026-12-04'};
  return walks.map((steps) => {
    let seen;
    return steps.map(({gate, hall, direction}) => {
      const asked = {bundle, day: '2026-12-04', seen, direction, isDoor: false, hall};
      const said = decide(reading, asked);
      seen = markAfter({day: '2026-12-04', badge: 'x', hour: '09:00', gate, hall}, said, seen) ?? seen;
      return [said.word, said.reason, Boolean(said.is_transfer), said.gate ?? ''];
    });
  });
}"""


def test_a_phone_says_what_the_server_says_whatever_way_somebody_takes(browser: Browser) -> None:
    chance = random.Random(20261204)
    walks = [
        [(chance.choice(list(HALLS)), chance.choice(["in", "in", "out"])) for _ in range(chance.randint(1, 12))]
        for _ in range(WALKS)
    ]
    with browser.new_context() as phone:
        page = phone.new_page()
        page.route("**/*", lambda route: route.fulfill(**_file(route.request.url)))
        page.goto("https://phone.example/")
        sent = [[{"gate": gate, "hall": HALLS[gate], "direction": way} for gate, way in walk] for walk in walks]
        said = page.evaluate(WALK, {"walks": sent})
    for walk, verdicts in zip(walks, said, strict=True):
        assert [tuple(one) for one in verdicts] == expected(walk), walk


def expected(walk: list[tuple[str, str]]) -> list[tuple[str, str | None, bool, str]]:
    """What the server says to each step as it happens."""
    steps = [passage(n, gate, way) for n, (gate, way) in enumerate(walk)]
    found = []
    for n in range(len(steps)):
        one = live_day(steps[: n + 1]).verdicts[UUID(int=n + 1)]
        reason = one.reason.value if one.reason else None
        facts = one.facts
        found.append((one.word.value, reason, bool(facts.get("is_transfer")), str(facts.get("gate", ""))))
    return found


def _file(url: str) -> dict[str, Any]:
    name = url.rsplit("/", 1)[-1]
    if name == "verdicts.js":
        return {"body": (SCANNER / name).read_text(), "content_type": "text/javascript"}
    return {"body": "<!doctype html>", "content_type": "text/html"}
