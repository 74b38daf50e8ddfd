"""Whatever is sent, the answer is a success or a problem with a name; never a stack trace, never raw mark-up."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
from werkzeug.test import TestResponse

from deploy.embedded.plan import target_of
from shared.web.description import spec_of
from tests.kit.browsing import Form, forms_in
from tests.kit.routes import PLACES, Route, routes_of
from tests.kit.services import Service
from tests.kit.tree import SERVICES
from tests.kit.world import HERE, Caller, World, form_client

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

MARK = "<b id=planted>x</b>"
RAW = {
    "broken": b'{"name": "x"',
    "empty": b"",
    "not utf-8": b'{"name": "\xff\xfe"}',
    "a list": b"[1, 2]",
    "null": b"null",
    "a text": b'"hello"',
    "a number": b"1e999",
    "not a number": b'{"name": NaN}',
    "deep": b"[" * 100 + b"]" * 100,
    "very deep": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "deep, and then no text": b'{"a":' * 600 + b'"\\u0000"' + b"}" * 600,
    "ten megabytes": b'{"name": "' + b"x" * 10_000_000 + b'"}',
    "lone surrogate in a key": b'{"\\ud800": 1}',
    "unknown field": b'{"surprise": true}',
    "the same twice": b'{"name": "a", "name": "b"}',
}
TEXTS = {
    "nul": "a\0b",
    "zero width": "\u200b\u200d\ufeff",
    "right to left override": "\u202egnp.exe",
    "emoji": "👩🏽‍🌾🧵",
    "lone surrogate": "\ud800",
    "arabic digits": "٠٦١٢٣٤٥٦٧٨",
    "sql": "'; DROP TABLE visitor; --",
    "template": "{{ 7*191 }}${7*191}#{7*191}",
    "mark-up": MARK,
    "formula": '=HYPERLINK("http://example.org","x")',
    "header": "x\r\nSet-Cookie: planted=1",
    "long": "x" * 20_000,
    "empty": "",
    "blank": "   ",
    "percent": "%(name)s %s %d {0}",
}
VALUES: dict[str, Any] = TEXTS | {
    "null": None,
    "zero": 0,
    "negative": -1,
    "huge": 10**30,
    "float": 1.5,
    "true": True,
    "list": ["x"],
    "object": {"x": {"y": "z"}},
    "deep": json.loads("[" * 100 + "]" * 100),
}


SHARE = 5
ShareOf = Callable[[Mapping[str, Any], int], list[tuple[str, Any]]]


@pytest.fixture
def share_of(request: pytest.FixtureRequest) -> ShareOf:
    """A share of what could be sent, another for each place in turn; all of it with `--full`."""
    is_full = bool(request.config.getoption("--full"))

    def share(things: Mapping[str, Any], place: int) -> list[tuple[str, Any]]:
        every = list(things.items())
        first = place * SHARE % len(every)
        return every if is_full else (every + every)[first : first + SHARE]

    return share


def complaint(answer: TestResponse, *, is_api: bool) -> str:
    """What is wrong with an answer; empty when nothing is."""
    if answer.status_code >= 500:
        return f"{answer.status_code} {answer.text[:200]}"
    text = answer.get_data(as_text=True)
    if "planted=1" in str(answer.headers.getlist("Set-Cookie")):
        return "a header was planted"
    if not is_api:
        return _complaint_of_page(answer, text)
    if answer.status_code < 400:
        return "" if answer.status_code == 204 or answer.mimetype == "application/json" else f"as {answer.mimetype}"
    if answer.mimetype != "application/problem+json":
        return f"{answer.status_code} is told as {answer.mimetype}"
    told = answer.get_json()
    is_named = told.get("type", "").startswith("/problems#") and told.get("status") == answer.status_code
    return "" if is_named and told.get("title") else f"no name: {text[:200]}"


def _complaint_of_page(answer: TestResponse, text: str) -> str:
    # not within an id or a secret, where the four digits stand by chance
    if MARK in text or re.search(r"(?<![\w-])1337(?![\w-])", text):
        return "raw mark-up or an evaluated template came back"
    if answer.status_code == 200 or answer.status_code >= 400:
        return "" if answer.mimetype == "text/html" else f"{answer.status_code} as {answer.mimetype}"
    return ""


def allowed(world: World, route: Route) -> Caller:
    """Somebody who may call a route."""
    home = HERE if route.has_exhibition else None
    wanted = [caller for caller in world.callers if caller.may(route.who, home)]
    return next((caller for caller in wanted if caller.is_person), wanted[0])


def writing_routes(service: Service) -> Iterator[Route]:
    for route in routes_of(service.app):
        if route.method in ("POST", "PUT", "PATCH") and not route.is_page:
            yield route


def properties_of(service: Service, route: Route) -> list[str]:
    """The fields a route's description names."""
    spec = spec_of(service.app)
    plain = {"".join(c for c in path if c not in "{}"): item for path, item in spec["paths"].items()}
    key = "".join(part.rpartition(":")[2] for part in route.rule.rule.replace(">", "").split("<"))
    operation = plain.get(key, {}).get(route.method.lower(), {})
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    found = spec["components"]["schemas"].get(name, schema).get("properties", {})
    return list(found)


@pytest.mark.parametrize("service", SERVICES)
def test_no_body_breaks_an_api(world: World, service: str, valkey_server: Any, share_of: ShareOf) -> None:
    here, wrong = world.service(service), []
    for route in writing_routes(here):
        caller = allowed(world, route)
        headers = caller.headers(service) | {"If-Match": '"x"', "Content-Type": "application/json"}
        for name, body in bodies(here, route, share_of):
            valkey_server.empty()  # limits would answer first
            world.real_clock()
            own = headers | {"Idempotency-Key": f"bad input {name}"[:200]}
            answer = here.new_client().open(route.path(PLACES), method=route.method, data=body, headers=own)
            said = complaint(answer, is_api=True)
            if said:
                wrong.append(f"{route.name}, {name}: {said}")
    assert not wrong, "\n".join(wrong)


def bodies(service: Service, route: Route, share_of: ShareOf) -> Iterator[tuple[str, bytes]]:
    """Everything that is sent to one route: every value in all fields at once, and a share in each alone."""
    yield from RAW.items()
    fields = properties_of(service, route)
    plausible = {name: PLAUSIBLE.get(name, "x") for name in fields}
    for name, value in VALUES.items() if fields else ():
        yield f"everything is {name}", json.dumps(dict.fromkeys(fields, value)).encode()
    for place, field in enumerate(fields):
        for name, value in share_of(VALUES, place):
            yield f"{field} is {name}", json.dumps(plausible | {field: value}).encode()


PLAUSIBLE: dict[str, Any] = {
    "name": "Fatima",
    "phone": "0612345678",
    "email": "fatima@example.org",
    "language": "fr",
    "party_size": 1,
    "code": "123456",
    "login": "organiser",
    "password": "wrong",
    "moment": "2026-12-04T09:00:00Z",
    "id": "01890000-0000-7000-8000-000000000001",
    "direction": "in",
    "scanned_at": "2026-12-04T09:00:00Z",
    "rate": 1,
}


@pytest.mark.parametrize("service", SERVICES)
def test_no_address_or_query_breaks_anything(world: World, service: str, share_of: ShareOf) -> None:
    here, wrong = world.service(service), []
    for place, route in enumerate(route for route in routes_of(here.app) if route.method == "GET"):
        caller = allowed(world, route)
        for name, text in share_of(TEXTS, place):
            client, _proof = form_client(here, caller)
            argument = next((a for a in sorted(route.rule.arguments) if a not in ("lang", "exhibition")), None)
            values = PLACES | ({argument: text} if argument else {})
            try:
                path = route.path(values).replace("\0", "%00")
            except (UnicodeEncodeError, ValueError):
                continue  # no browser can send it either
            query = dict.fromkeys(("day", "kind", "page", "page_size", "next", "q", "gate"), text)
            if name == "lone surrogate":
                query = {"day": "%ED%A0%80"}
            answer = client.get(path, query_string=query)
            answer.get_data()  # to its end: a table that is being written holds a connection
            is_raw = answer.mimetype == "text/html" and MARK in answer.get_data(as_text=True)
            if answer.status_code >= 500 or is_raw:
                wrong.append(f"{path} with {name}: {answer.status_code} {answer.text[:160]}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("service", SERVICES)
def test_a_fair_that_nobody_knows_is_said_not_to_be_there(world: World, service: str) -> None:
    here, wrong = world.service(service), []
    for route in routes_of(here.app):
        if route.method == "GET" and route.has_exhibition:
            client, _proof = form_client(here, world.caller(f"organiser of {HERE}"))
            answer = client.get(route.path(PLACES | {"exhibition": "nowhere-1"}))
            if answer.status_code not in (401, 403, 404, 410) and "sign-in" not in answer.headers.get("Location", ""):
                wrong.append(f"{route.name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


KNOWN = {"room": "auditorium", "kind": "booking_confirmed", "language": "fr"}
"""Further things that exist, so that their forms are found."""


def pages_with_forms(world: World, service: Service) -> Iterator[tuple[Caller, Form]]:
    """The forms a person, a steward, an organiser and nobody find on the pages of a service, and send to it."""
    seen = set()
    for name in ("nobody", f"person of {HERE}", f"steward of {HERE}", f"organiser of {HERE}"):
        caller = world.caller(name)
        client, _proof = form_client(service, caller)
        for route in routes_of(service.app):
            if route.method == "GET" and route.is_page and "asset" not in route.rule.rule:
                path = route.path(PLACES | KNOWN | world.references)
                for form in forms_in(client.get(path), path):
                    is_ours = target_of(form.action.partition("?")[0]) == service.name
                    if form.method == "post" and is_ours and (form.action, tuple(form.fields)) not in seen:
                        seen.add((form.action, tuple(form.fields)))
                        yield caller, form


def typings(form: Form, share_of: ShareOf) -> Iterator[tuple[str, dict[str, bytes]]]:
    """What is typed into a form: every text in all fields at once, and a share in each alone."""
    for name, text in TEXTS.items() if form.typed else ():
        yield f"everything is {name}", dict.fromkeys(form.typed, text.encode("utf-8", "surrogatepass"))
    for place, field in enumerate(form.typed):
        for name, text in share_of(TEXTS, place):
            yield f"{field} is {name}", {field: text.encode("utf-8", "surrogatepass")}


@pytest.mark.parametrize("service", SERVICES)
def test_no_form_breaks_a_page(world: World, service: str, valkey_server: Any, share_of: ShareOf) -> None:
    here, wrong, tried = world.service(service), [], 0
    for caller, form in pages_with_forms(world, here):
        for said, typed in typings(form, share_of):
            valkey_server.empty()
            world.real_clock()
            client, proof = form_client(here, caller)
            answer = client.post(form.action, data=form.fields | proof | typed)
            tried += 1
            if complaint(answer, is_api=False):
                wrong.append(f"{form.action}, {said}: {complaint(answer, is_api=False)}")
    assert not wrong, "\n".join(wrong)
    if service != "notifications":
        assert tried, "no form was found: the test proves nothing"


@pytest.mark.parametrize("service", SERVICES)
def test_a_form_without_its_proof_is_refused(world: World, service: str) -> None:
    here = world.service(service)
    for caller, form in pages_with_forms(world, here):
        client, _proof = form_client(here, caller)
        sent = {name: value for name, value in form.fields.items() if name != "csrf_token"}
        assert client.post(form.action, data=sent).status_code == 403, form.action
        from_elsewhere = client.post(form.action, data=form.fields, headers={"Origin": "http://example.org"})
        assert from_elsewhere.status_code == 403, form.action
