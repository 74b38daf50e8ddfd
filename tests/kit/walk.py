"""Every page of the route table, found by its rule or by a link on another page, so that a new one is not forgotten."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Error, Page, expect
from werkzeug.exceptions import HTTPException

from tests.kit.routes import Route, routes_of

PUBLIC = frozenset({"anyone", "person"})
FILES = (
    "/assets/<name>",
    "/scan/<path:name>",
    "/<lang>/<exhibition>/apply/mine/photos/<uuid:photo>/<size>",
    "/<lang>/<exhibition>/apply/badges/<int:place>.pdf",
    "/<lang>/<exhibition>/programme/calendar/<secret>.ics",
)
"""Rules that name a file whatever stands in them; other files are told from pages when they are opened."""


@dataclass
class Walk:
    """Pages to be looked at in one language: `known` fills in addresses, `examples` those that nothing links to."""

    apps: Iterable[Flask]
    is_wanted: Callable[[Route], bool]
    known: Mapping[str, str]
    examples: Mapping[str, str] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)

    def pages(self, page: Page) -> Iterator[tuple[str, int]]:
        """Open one page after the other: its address and what it answered.

        `missing` are those not found, `unseen` those that were a file, a part of a page, or led to another page.
        """
        waiting = {route.rule.rule: route for app in self.apps for route in routes_of(app) if self._is_asked(route)}
        found = {name: address for name, route in waiting.items() if (address := self._address(route))}
        while ready := [name for name in waiting if name in found]:
            for name in ready:
                del waiting[name]
                status = _open(page, found[name])
                if not status or self._rule_of(page.url)[0] != name:
                    self.unseen.append(name)
                if status:
                    yield found[name], status
                    for link in page.evaluate("[...document.links].map(one => one.href)"):
                        self._note(link, waiting, found)
        self.missing = sorted(waiting)

    def _is_asked(self, route: Route) -> bool:
        return route.method == "GET" and route.is_page and self.is_wanted(route)

    def _address(self, route: Route) -> str:
        if route.rule.rule in self.examples:
            return self.examples[route.rule.rule]
        return route.path(self.known) if route.rule.arguments <= set(self.known) else ""

    def _note(self, link: str, waiting: Mapping[str, Route], found: dict[str, str]) -> None:
        """Remember the first link that leads to a rule that waits for one."""
        rule, values = self._rule_of(link)
        if rule in waiting and all(values.get(name, value) == value for name, value in self.known.items()):
            found.setdefault(rule, urlsplit(link).path)

    def _rule_of(self, link: str) -> tuple[str, Mapping[str, Any]]:
        """The rule of an address, and what stands in its places."""
        for app in self.apps:
            try:
                rule, values = app.url_map.bind("").match(urlsplit(link).path, return_rule=True)
            except HTTPException:
                continue
            return rule.rule, values
        return "", {}


def is_public(route: Route) -> bool:
    """Whether visitors and exhibitors walk there."""
    return bool(route.who & PUBLIC) and route.rule.rule not in FILES


def is_office(route: Route) -> bool:
    """Whether only staff walk there."""
    return not route.who & PUBLIC


def _open(page: Page, address: str) -> int:
    """What a page answered; 0 where the address is a file or a part of a page."""
    try:
        answer = page.goto(address)
    except Error as refused:
        if "Download is starting" in refused.message:
            return 0
        raise
    is_page = page.evaluate("document.doctype !== null && document.contentType === 'text/html'")
    # the scanner puts its words in by itself, in the language its phone was enrolled in
    expect(page.locator("label [data-word]:empty")).to_have_count(0)
    return answer.status if answer and is_page else 0
