"""The office speaks the three languages of staff; an address in another leads to the same page in one of them."""

import re
from collections.abc import Callable

import pytest
from flask import Flask

from services.navigation import STAFF_LANGUAGES, is_office
from shared.i18n import LANGUAGES
from tests.kit.routes import PLACES, routes_of
from tests.kit.services import Service
from tests.kit.tree import SERVICES
from tests.kit.world import HERE, World

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
IN_TAMAZIGHT = PLACES | {"lang": "zgh"}
PAGES = {
    "registration": ("office/", "office/fairs", "office/unknown"),
    "ticketing": ("office/counts", "office/programme"),
    "notifications": ("office/notices", "office/notices/texts"),
}


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, service_of: Callable[..., Service]) -> Flask:
    return service_of(request.param).app


def languages_offered(page: str) -> set[str]:
    """What the language switch leads to."""
    switch = re.search(r'<nav class="languages".*?</nav>', page, re.DOTALL)
    return set(re.findall(r'hreflang="(\w+)"', switch[0])) if switch else set()


def test_every_route_of_the_office_leads_on_to_a_language_of_staff(app: Flask) -> None:
    for route in routes_of(app):
        path = route.path(IN_TAMAZIGHT)
        if not is_office(path):
            continue
        answer = app.test_client().open(path + "?page=2&q=%C3%A9", method=route.method)
        assert (answer.status_code, answer.headers["Location"]) == (
            307,
            path.replace("/zgh/", "/fr/", 1) + "?page=2&q=%C3%A9",
        ), route.name


@pytest.mark.parametrize(
    ("accepted", "spoken"), [("zgh,ar-MA;q=0.8", "ar"), ("en-GB", "en"), ("zgh", "fr"), ("de", "fr"), ("", "fr")]
)
def test_the_language_is_the_browsers_if_staff_speak_it(app: Flask, accepted: str, spoken: str) -> None:
    answer = app.test_client().get("/zgh/ouarzazate-12/office/a%23b/", headers={"Accept-Language": accepted})
    assert answer.headers["Location"] == f"/{spoken}/ouarzazate-12/office/a%23b/"


@pytest.mark.parametrize("service", SERVICES)
def test_the_offices_switch_leaves_tamazight_out_and_public_pages_keep_it(world: World, service: str) -> None:
    caller = world.staff("organiser", HERE)
    world.quiet()
    client = world.service(service).new_client()
    for page in PAGES[service]:
        shown = client.get(f"/ar/{HERE}/{page}", headers=caller.headers(service))
        # a page that is not there has no switch
        assert languages_offered(shown.text) == (set(STAFF_LANGUAGES) if shown.status_code == 200 else set()), page
        assert '<html lang="ar"' in shown.text
    door = world.registration.new_client().get("/en/office/sign-in")
    assert languages_offered(door.text) == set(STAFF_LANGUAGES)
    public = {"registration": "", "ticketing": "programme"}.get(service)
    if public is not None:
        shown = client.get(f"/zgh/{HERE}/{public}")
        assert (shown.status_code, languages_offered(shown.text)) == (200, set(LANGUAGES))
