"""Every route says who may call it, and every API route is described."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from openapi_spec_validator import OpenAPIV31SpecValidator

from deploy.embedded.plan import target_of
from services.navigation import office_menu
from shared.web.callers import allowed_to
from tests.kit.routes import PLACES, routes_of
from tests.kit.services import Service
from tests.kit.tree import SERVICES

ROLES = {"organiser", "reviewer", "desk", "supervisor", "steward", "viewer"}
# Mechanism that every service answers, not part of what it offers.
MECHANISM = re.compile(r"/(openapi\.json|docs|metrics|health/\w+|\.well-known/.*)$")

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


@pytest.fixture(params=SERVICES)
def app(request: pytest.FixtureRequest, service_of: Callable[..., Service]) -> Flask:
    return service_of(request.param).app


def test_every_route_says_who_may_call_it(app: Flask) -> None:
    silent = [route.name for route in routes_of(app) if allowed_to(route.view) is None]
    assert not silent
    strange = {role for route in routes_of(app) for role in route.who} - ROLES - {"anyone", "person", "device"}
    assert not strange, f"nobody is called {strange}"


def test_the_offices_menu_leads_each_role_where_it_may_go_and_nowhere_else(app: Flask) -> None:
    who = {route.path(PLACES): route.who for route in routes_of(app) if route.method == "GET"}
    for role in ROLES:
        leads_to = {str(item["href"]) for item in office_menu("fr", PLACES["exhibition"], "/", {role})}
        closed = {href for href in leads_to & who.keys() if not who[href] & {role, "anyone"}}
        assert not closed, f"{role} is led to what is closed: {closed}"
        menu = {str(item["href"]) for item in office_menu("fr", PLACES["exhibition"], "/", ROLES)}
        assert not {href for href in menu & who.keys() if role in who[href]} - leads_to, f"{role} misses pages"


def test_the_front_sends_every_route_to_its_service(app: Flask) -> None:
    known = PLACES | {"reference": "T1"}
    lost = {route.name for route in routes_of(app) if target_of(route.path(known)) != app.name}
    assert lost - {"GET /assets/<name>"} == set(), "the front sends these elsewhere: deploy/embedded/plan.py"


def test_the_description_is_valid_openapi_3_1(app: Flask) -> None:
    spec = app.test_client().get(f"/{app.name}/openapi.json").get_json()
    assert spec["openapi"].startswith("3.1")
    assert [str(wrong.message) for wrong in OpenAPIV31SpecValidator(spec).iter_errors()] == []


def test_the_description_lists_exactly_the_api(app: Flask) -> None:
    spec = app.test_client().get(f"/{app.name}/openapi.json").get_json()
    described = {
        (re.sub(r"\{\w+\}", "{}", path), method.upper())
        for path, item in spec["paths"].items()
        for method in item
        if method in ("get", "post", "put", "patch", "delete")
    }
    served = {
        (re.sub(r"<[^>]+>", "{}", route.rule.rule), route.method)
        for route in routes_of(app)
        if not route.is_page and not MECHANISM.search(route.rule.rule)
    }
    assert served - described == set(), "served but not described"
    strange = {(path, method) for path, method in described - served if not MECHANISM.search(path)}
    assert strange == set(), "described but not served"


def test_each_operation_names_its_answers_and_refusals(app: Flask) -> None:
    spec = app.test_client().get(f"/{app.name}/openapi.json").get_json()
    for path, item in spec["paths"].items():
        for method, operation in item.items():
            if "responses" not in operation:
                continue
            good = [status for status in operation["responses"] if status.startswith(("2", "3"))]
            assert good, f"{method} {path} says nothing of success"
            assert "application/problem+json" in operation["responses"]["default"]["content"]
            assert operation.get("summary"), f"{method} {path} needs a docstring"
            is_open = "anyone" in operation["x-may"]
            assert is_open or operation.get("security"), f"{method} {path} hides that it asks for a token"


def test_docs_page_and_health(app: Flask) -> None:
    client = app.test_client()
    assert client.get(f"/{app.name}/docs").status_code == 200
    assert client.get(f"/{app.name}/health/live").status_code == 200
    assert client.get(f"/{app.name}/health/ready").get_json()["status"] == "ok"
    assert b"moussem_outbox_open" in client.get(f"/{app.name}/metrics").data


def test_routes_that_create_ask_for_an_idempotency_key(app: Flask) -> None:
    """A POST below an exhibition changes something; sent twice it must be done once."""
    spec = app.test_client().get(f"/{app.name}/openapi.json").get_json()
    lacking = [
        path
        for path, item in spec["paths"].items()
        if "{exhibition}" in path and "post" in item
        if not any(p.get("name") == "Idempotency-Key" for p in item["post"].get("parameters", []))
    ]
    # a code is asked for and answered as often as one likes; a search or a look at a list of stands changes nothing;
    # a scan's own id is its key; a device's code is used up; who has stopped the news has stopped it
    free = r"/phone-codes|/stop/\{lang\}/|/pin-sign-ins$|/searches$|/stands/(check|row)$|/scans$|/enrolment$"
    assert [path for path in lacking if not re.search(free, path)] == []
