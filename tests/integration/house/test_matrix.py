"""Who may call what: every route, called by everybody. Expected from `may`, found by calling."""

import re
from collections.abc import Mapping
from typing import Any

import pytest
from werkzeug.test import TestResponse

from tests.kit.routes import PLACES, Route, routes_of
from tests.kit.tree import SERVICES
from tests.kit.world import HERE, Caller, World, form_client, rows_of

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def call(world: World, service: str, route: Route, caller: Caller) -> TestResponse:
    """Call a route with nothing in it, so that whoever may call is told what is missing."""
    world.real_clock()  # an organiser may have moved it a call ago
    client, proof = form_client(world.service(service), caller)
    path = route.path(places(world))
    if route.is_page:
        fields: Mapping[str, Any] = proof if route.method == "POST" else {}
        return client.open(path, method=route.method, data=fields)
    bare = world.service(service).new_client()
    headers = caller.headers(service) | {"Idempotency-Key": "matrix", "If-Match": '"none"'}
    body: dict[str, Any] | None = {} if route.method in ("POST", "PUT", "PATCH") else None
    return bare.open(path, method=route.method, json=body, headers=headers)


def places(world: World) -> dict[str, str]:
    """What addresses are filled with."""
    return PLACES | {"reference": "unknown", "secret": "x" * 22}


def verdict_of(route: Route, caller: Caller, answer: TestResponse) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if answer.status_code >= 500:
        return f"{answer.status_code}: {answer.text[:200]}"
    may = caller.may(route.who, HERE if route.has_exhibition else None)
    # who may see a dossier and has none is led to the field that asks for one ("sign-in#reference"): no refusal
    sent_to = answer.headers.get("Location", "") if answer.status_code in (302, 303) else ""
    is_sent_to_sign_in = re.search(r"sign-in(\?|$)", sent_to) is not None
    if may:
        is_refused = answer.status_code in (401, 403) or (is_sent_to_sign_in and "anyone" not in route.who)
        return f"may, but {answer.status_code}: {answer.text[:160]}" if is_refused else ""
    if answer.status_code in (401, 403) or (route.is_page and is_sent_to_sign_in):
        return ""
    return f"may not, but {answer.status_code} {answer.headers.get('Location', '')}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_lets_in_exactly_whom_it_says(world: World, service: str) -> None:
    wrong = []
    for route in routes_of(world.service(service).app):
        for caller in world.callers:
            said = verdict_of(route, caller, call(world, service, route, caller))
            if said:
                wrong.append(f"{route.name} as {caller.name} (may: {', '.join(sorted(route.who))}): {said}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("service", SERVICES)
def test_reading_changes_nothing(world: World, service: str) -> None:
    here = world.service(service)
    callers = [world.caller("nobody"), world.caller(f"person of {HERE}"), world.caller(f"organiser of {HERE}")]
    changed = []
    for route in routes_of(here.app):
        if route.method != "GET":
            continue
        before = rows_of(here)
        for caller in callers:
            call(world, service, route, caller)
        if rows_of(here) != before:
            changed.append(route.name)
    assert not changed, f"a GET changed rows: {changed}"


@pytest.mark.parametrize("service", SERVICES)
def test_a_token_of_another_service_or_kind_opens_nothing(world: World, service: str) -> None:
    """A token for one audience, or a person's where staff is asked, is no token."""
    wrong = []
    other = next(name for name in SERVICES if name != service)
    for route in routes_of(world.service(service).app):
        if "anyone" in route.who or route.is_page:
            continue
        for caller in (world.caller(f"person of {HERE}"), world.caller(f"organiser of {HERE}")):
            token = caller.tokens.get(other)
            if token is None:
                continue
            headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": "m"}
            body: dict[str, Any] | None = {} if route.method != "GET" else None
            path = route.path(places(world))
            answer = world.service(service).new_client().open(path, method=route.method, json=body, headers=headers)
            if answer.status_code not in (401, 403):
                wrong.append(f"{route.name} as {caller.name} with a token for {other}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
