"""axe-core finds nothing: on every page of the route table, in French and Arabic, public ones at three widths."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page

from tests.e2e import furnished
from tests.kit import axe
from tests.kit.routes import Route, routes_of
from tests.kit.running import FAIR, Running
from tests.kit.services import SERVICES, Service
from tests.kit.waiting import wait_until
from tests.kit.walk import Walk, is_office, is_public

pytestmark = pytest.mark.browser
PHONE = "+212662000041"
DOSSIER = {
    "kind": "artisan",
    "filiere": "carpets",
    "activity": "Tapis",
    "town": "Taznakht",
    "country": "MA",
    "region": "MA-08",
    "shows": "Dix tapis noués",
    "name": "Fatima Aït Ali",
}
SPENT = "/{lang}/office/first/AAAAAAAAAAAAAAAAAAAAAA"
PLANTED = """<!doctype html><html lang="fr"><title>A bad page</title><main><h1>Bad</h1>
<p style="color:#bbb;background:#fff">Too pale to read</p><input style="height:20px">
<p style="width:900px">wide</p><table><caption>Cells</caption><tr><th scope="col">Name</th></tr>
<tr><td data-label="Name" style="display:grid;grid-template-columns:1fr 2fr"><b>Under it</b></td></tr></table></main>"""


@dataclass
class People:
    """A visitor with a booking, somebody who applies, an exhibitor with a stand, an organiser: a browser each."""

    moussem: Running
    browser: Browser
    placed: str = ""
    group: str = ""

    def browsing(self, kind: str, tokens: dict[str, str]) -> BrowserContext:
        """A browser that is signed in."""
        opened = self.browser.new_context(base_url=self.moussem.url, viewport={"width": 320, "height": 800})
        opened.set_default_timeout(60_000)
        names = {f"{kind}_{service}": token for service, token in tokens.items()}
        opened.add_cookies([{"name": name, "value": token, "url": self.moussem.url} for name, token in names.items()])
        return opened

    @cached_property
    def registered(self) -> dict[str, Any]:
        """What the visitor was told."""
        return self.moussem.register("فاطمة Aït Ali", PHONE)

    @cached_property
    def visitor(self) -> BrowserContext:
        said = self.registered
        for session in self.moussem.sessions(kind="conference")[:2]:
            assert self.moussem.book(said["tokens"]["ticketing"], session["reference"]).status == 201
        self.group = self._hold_for_a_group(said["badge"]["reference"])
        return self.browsing("person", said["tokens"])

    def _hold_for_a_group(self, badge: str) -> str:
        """Seats whose names are to come; the visitor speaks for them."""
        session, token = self.moussem.sessions(kind="seminar")[0], self.moussem.staff_tokens("organiser")["ticketing"]
        path, asked = f"/ticketing/v1/exhibitions/{FAIR}/sessions/{session['reference']}/groups", {"badge": badge}

        def held() -> str:
            said = self.moussem.call("POST", path, asked | {"seats": 3}, token=token)
            return str(said.body["reference"]) if said.status == 201 else ""

        return wait_until(held)  # the badge is on its way

    @cached_property
    def applicant(self) -> BrowserContext:
        return self.browsing("person", self._apply("+212662000042")["tokens"])

    @cached_property
    def exhibitor(self) -> BrowserContext:
        """Has a stand, and a badge for somebody who works there."""
        token, said = self.moussem.staff_tokens("organiser")["registration"], self._apply("+212662000043")
        self._accept(said, token)
        self._do("allocations", {"application": said["reference"], "stand": "B-021"}, token)
        self._do("applications/mine/badges", {"name": "ⵜⴰⵏⵉⵔⵜ Ouzzine"}, said["tokens"]["registration"])
        self.placed = str(said["reference"])
        return self.browsing("person", said["tokens"])

    def _apply(self, phone: str) -> dict[str, Any]:
        return self._do("applications", DOSSIER | {"phone": phone}, "")

    def _accept(self, said: dict[str, Any], token: str) -> None:
        own = said["tokens"]["registration"]
        self._do("applications/mine/submission", {}, own)
        for decision in ("in_review", "accepted"):
            self._do("decisions", {"references": [said["reference"]], "decision": decision}, token)
        self._do("decisions/publication", {"references": [said["reference"]]}, token)
        self._do("applications/mine/confirmation", {}, own)

    def _do(self, what: str, body: dict[str, Any], token: str) -> dict[str, Any]:
        said = self.moussem.call("POST", f"/registration/v1/exhibitions/{FAIR}/{what}", body, token=token)
        assert said.status == 201, said
        return dict(said.body)

    @cached_property
    def organiser(self) -> BrowserContext:
        return self.browsing("staff", self.moussem.staff_tokens("organiser"))

    @cached_property
    def office(self) -> dict[str, str]:
        """Where the pages of the office are that a link alone does not lead to, by their rule."""
        assert self.exhibitor
        assert self.visitor
        found = furnished.furnish(self.moussem, self.organiser, self.registered)
        returned = self._apply("+212662000044")
        self._do("applications/mine/submission", {}, returned["tokens"]["registration"])
        furnished.send_back(self.moussem, returned["reference"])
        said = {
            "/stands/place": f"/stands/place?application={self.placed}",
            "/groups/<reference>": f"/groups/{self.group}",
            "/badges/<reference>": f"/badges/{self.placed}",
            "/applications/<reference>/answers": f"/applications/{returned['reference']}/answers",
            "/applications/<reference>/paper": f"/applications/{returned['reference']}/paper",
        }
        return found | {f"{furnished.RULE}{rule}": address for rule, address in said.items()}

    def private_link(self) -> str:
        """Where the link in the welcome leads."""
        # the welcome may be overtaken by what was said after it
        return str(wait_until(lambda: re.findall(r"/k/[\w-]{22}", str(self.moussem.messages_to(PHONE))))[0])

    def invitation(self, login: str) -> str:
        """Where somebody who is invited to the staff is led."""
        page = self.organiser.new_page()
        page.goto(f"/fr/{FAIR}/office/staff")
        form = page.locator("form[action$='/staff/invitations']")
        form.locator("[name=login]").fill(login)
        form.locator("[name=roles]").first.check()
        form.locator("button").click()
        link = str(page.locator("input[value*='/office/join/']").first.input_value())
        page.close()
        return link.removeprefix(self.moussem.url).split("/", 2)[2]


@pytest.fixture(scope="module")
def people(moussem: Running, browser: Browser) -> Iterator[People]:
    made = People(moussem, browser)
    yield made
    for context in (made.visitor, made.applicant, made.exhibitor, made.organiser):
        context.close()


@pytest.fixture
def engine() -> str:
    """The routes are the same on each."""
    return "sqlite"


@pytest.fixture
def apps(service_of: Callable[..., Service]) -> list[Flask]:
    """Who knows the routes."""
    return [service_of(name).app for name in SERVICES]


def is_of_exhibitors(route: Route) -> bool:
    """Whether it asks for a stand."""
    return is_public(route) and "<exhibition>/apply/badges" in route.rule.rule


def is_of_applicants(route: Route) -> bool:
    """Whether somebody who applies walks there, not a visitor."""
    return is_public(route) and "<exhibition>/apply" in route.rule.rule and not is_of_exhibitors(route)


def is_of_visitors(route: Route) -> bool:
    """Every other public page."""
    return is_public(route) and "<exhibition>/apply" not in route.rule.rule


def look(walk: Walk, context: BrowserContext, widths: tuple[int, ...] = axe.WIDTHS) -> list[str]:
    """What is wrong on the pages of a walk."""
    page, wrong = context.new_page(), []
    for address, status in walk.pages(page):
        wrong += [f"{address}: {what}" for what in axe.complaints(page, widths)]
        if status != 200 and not address.endswith("A" * 22):  # a secret that is none
            wrong.append(f"{address}: {status}")
    page.close()
    return wrong


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_nothing_is_found_on_any_public_page(people: People, apps: list[Flask], lang: str) -> None:
    known = {"lang": lang, "exhibition": FAIR}
    given = {
        "/k/<secret>": people.private_link() if people.visitor else "",
        # a real one is printed by an empty start, and by that alone
        "/<lang>/office/first/<secret>": SPENT.format(lang=lang),
        "/<lang>/<exhibition>/device/<secret>": f"/{lang}/{FAIR}/device/AAAAAAAAAAAAAAAAAAAAAA",
        "/<lang>/<exhibition>/programme/mine/<reference>/group": f"/{lang}/{FAIR}/programme/mine/{people.group}/group",
        "/<lang>/a/<secret>": f"/{lang}/a/AAAAAAAAAAAAAAAAAAAAAA",
        "/<lang>/<exhibition>/notices/stop/<secret>": f"/{lang}/{FAIR}/notices/stop/AAAAAAAAAAAAAAAAAAAAAA",
        "/<lang>/<exhibition>/programme/pass/<secret>": f"/{lang}/{FAIR}/programme/pass/AAAAAAAAAAAAAAAAAAAAAA",
        "/<lang>/office/join/<secret>": f"/{lang}/{people.invitation(f'{lang}@moussem.example')}",
    }
    visitors = Walk(apps, is_of_visitors, known, given)
    applicants, exhibitors = Walk(apps, is_of_applicants, known), Walk(apps, is_of_exhibitors, known)
    wrong = look(visitors, people.visitor) + look(applicants, people.applicant)
    wrong += look(exhibitors, people.exhibitor)
    missing = visitors.missing + applicants.missing + exhibitors.missing
    wrong += [f"no page leads to {rule}: give an example" for rule in missing]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_nothing_is_found_on_refusals_and_on_what_has_no_rule(people: People, lang: str) -> None:
    page, wrong = people.browsing("person", {}).new_page(), []
    without = ("/ticketing/docs", "/mailbox/") if lang == "fr" else ()  # they speak one language
    for address in (f"/{lang}/{FAIR}/nowhere", f"/{lang}/{FAIR}/programme/nothing", *without):
        page.goto(address)
        wrong += [f"{address}: {what}" for what in axe.complaints(page)]
    for address in ("visit", "me/sign-in", "me/sign-in?code="):
        refuse(page, f"/{lang}/{FAIR}/{address}")
        wrong += [f"refused {address}: {what}" for what in axe.complaints(page)]
    page.context.close()
    assert not wrong, "\n".join(wrong)


def refuse(page: Page, address: str) -> None:
    """Send a form with nothing in it, as a browser that checks nothing does."""
    page.goto(address)
    page.evaluate("document.querySelector('main form').noValidate = true")
    page.locator("main form button").first.click()
    page.locator("main .error").first.wait_for()


@pytest.mark.parametrize(("lang", "width"), [("fr", 320), ("ar", 1280)])
def test_nothing_is_found_in_the_office(people: People, apps: list[Flask], lang: str, width: int) -> None:
    """A width for each language, to be quick: the long words on the narrow page."""
    given = {rule: f"/{lang}/{FAIR}/office{address}" for rule, address in people.office.items()}
    walk = Walk(apps, is_office, {"lang": lang, "exhibition": FAIR, "gate": "A"}, given)
    wrong = look(walk, people.organiser, (width,))
    assert not wrong, "\n".join(wrong)
    not_looked_at = {*walk.missing, *walk.unseen} - set(furnished.NO_PAGE)
    assert not not_looked_at, f"furnish the office for these, or say what they are: {sorted(not_looked_at)}"
    gone = set(furnished.NO_PAGE) - {route.rule.rule for app in apps for route in routes_of(app)}
    assert not gone, f"a reason for a page that is gone: {gone}"


def test_a_planted_bad_page_is_found(browser: Browser) -> None:
    with browser.new_context(viewport={"width": 320, "height": 800}) as context:
        page = context.new_page()
        page.set_content(PLANTED)
        found: Any = " ".join(axe.complaints(page, (320,)))
    assert all(
        name in found for name in ("label:", "color-contrast:", "scrolls sideways", "hard to touch", "under its label")
    ), found


def test_a_page_that_nothing_leads_to_is_told(people: People, apps: list[Flask]) -> None:
    walk = Walk(apps, lambda route: route.rule.rule == "/k/<secret>", {"lang": "fr", "exhibition": FAIR})
    assert look(walk, people.visitor) == []
    assert walk.missing == ["/k/<secret>"]


def test_a_file_and_a_page_that_leads_elsewhere_are_told(people: People, apps: list[Flask]) -> None:
    table, answers = (f"{furnished.RULE}/{rest}" for rest in ("counts.json", "applications/<reference>/answers"))
    assert people.exhibitor
    given = {answers: f"/fr/{FAIR}/office/applications/{people.placed}/answers"}  # nothing to change: led to the paper
    walk = Walk(apps, lambda route: route.rule.rule in given | {table: ""}, {"lang": "fr", "exhibition": FAIR}, given)
    assert look(walk, people.organiser, (320,)) == []
    assert (walk.missing, sorted(walk.unseen)) == ([], sorted([table, answers]))
