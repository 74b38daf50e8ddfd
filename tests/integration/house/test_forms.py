"""Every form works without scripts: a bad answer is told at the top and at its field, and what was typed stays."""

import re

import pytest
from werkzeug.datastructures import Headers
from werkzeug.test import TestResponse
from werkzeug.wrappers import Request

from tests.integration.house.test_bad_input import KNOWN, pages_with_forms
from tests.kit.browsing import Form, forms_in, read
from tests.kit.routes import PLACES, routes_of
from tests.kit.services import Service
from tests.kit.tree import SERVICES
from tests.kit.world import HERE, Caller, World, form_client

TYPED = "Fatima " + "é" * 600
SECRET = re.compile(r"password|code|csrf")
ASLEEP = re.compile(r'<[^>]* (?:type="button"|onclick=)[^>]*>')
TABLES = ("/office/call/crafts", "/office/stands/new/list")
"""Their bad rows are named one by one, beside the good ones."""


def refused(service: Service, caller: Caller, form: Form, text: str) -> TestResponse:
    """The answer to a form with this text in every field that takes one."""
    client, proof = form_client(service, caller)
    return client.post(form.action, data=form.fields | proof | dict.fromkeys(form.words, text))


def complaints(form: Form, html: str, text: str) -> list[str]:
    """What a refusal does not say or keep."""
    page, told = read(html, form.action), re.findall(r'href="#f-([^"]+)"', html)
    is_told = 'role="alert"' in html and (told or form.action.endswith(TABLES))
    wrong = [] if is_told else ["no list of what is wrong at the top"]
    wrong += [f"#f-{name} leads nowhere" for name in told if f"f-{name}" not in page.ids]
    wrong += [f"nothing is said at {name}" for name in told if f"error-{name}" not in page.ids]
    again = next((one for one in page.forms if (one.action, one.words) == (form.action, form.words)), None)
    if again is None:
        return [*wrong, "the form is gone"]
    words = [name for name in form.words if not SECRET.search(name)]
    return wrong + [f"{name} is not kept" for name in words if again.fields[name].strip() != text]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("service", SERVICES)
def test_a_refused_form_says_where_and_keeps_what_was_typed(world: World, service: str) -> None:
    here, wrong, accepted = world.service(service), [], set()
    for caller, form in pages_with_forms(world, here):
        for text in ("", TYPED) if form.words else ():
            world.real_clock()
            answer = refused(here, caller, form, text)
            if answer.status_code == 422:
                wrong += [f"{form.action} with {text[:6]!r}: {what}" for what in complaints(form, answer.text, text)]
            elif text:
                accepted.add(f"{form.action}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
    assert not accepted, f"not refused: {accepted}"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("service", SERVICES)
def test_no_form_or_button_waits_for_a_script(world: World, service: str) -> None:
    """Every page anybody finds, forms that only look for something included."""
    here, stuck = world.service(service), set()
    for name in ("nobody", f"person of {HERE}", f"steward of {HERE}", f"organiser of {HERE}"):
        client, _proof = form_client(here, world.caller(name))
        for route in routes_of(here.app):
            if route.method == "GET" and route.is_page and "/scan/" not in route.rule.rule:
                path = route.path(PLACES | KNOWN | world.references)
                stuck |= stuck_in(client.get(path), path)
    assert not stuck


def stuck_in(answer: TestResponse, path: str) -> set[str]:
    """What on a page does nothing without scripts."""
    if answer.mimetype != "text/html":
        return set()
    asleep = {f"{path}: {found}" for found in ASLEEP.findall(answer.text)}
    return asleep | {f"{path}: no button sends {one.action}" for one in forms_in(answer, path) if not one.has_button}


def test_a_form_without_a_button_is_found() -> None:
    page = '<form action="/x"><input name="a"></form><button type="button">b</button><p onclick="c">'
    answer = TestResponse([page.encode()], "200 OK", Headers({"Content-Type": "text/html"}), Request({}))
    assert len(stuck_in(answer, "/y")) == 3


def test_a_page_that_forgets_is_found() -> None:
    form = Form("/x", "post", {"name": ""}, ["name"], ["name"])
    assert complaints(form, '<a href="#f-name">x</a><form action="/x"><input name="name" value="">', TYPED) == [
        "no list of what is wrong at the top",
        "#f-name leads nowhere",
        "nothing is said at name",
        "name is not kept",
    ]
