"""Pages that many look at each second: what is said before Flask is what the route says, to whom it says it."""

from typing import Any

import pytest
from werkzeug.test import Client, TestResponse
from werkzeug.wrappers import Response

from services.ticketing.access.api import HotRoutes
from services.ticketing.access.api.glances import Glances
from services.ticketing.counts import api as counts_api
from services.ticketing.counts import operations as counts
from services.ticketing.counts import pages as counts_pages
from shared.web.answers import kept_pages
from tests.conftest import At
from tests.integration.ticketing.scene import API, OPENING, Fair

JSON = f"{API}/counts"
LIVE = "/{}/ouarzazate-12/office/counts/live"
ADDRESSES = [JSON, LIVE.format("fr"), LIVE.format("ar")]


class FlaskWasAsked(Exception):
    """The page was left to its route."""


def never(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    raise FlaskWasAsked


class Both:
    """One door to kept pages with nothing behind them, one to the routes behind them."""

    def __init__(self, fair: Fair) -> None:
        hot = fair.service.app.wsgi_app
        assert isinstance(hot, HotRoutes)
        assert isinstance(hot.inner, Glances)
        known = hot.inner
        self.quick = Client(
            Glances(never, fair.service.database, known.headers, known.glances), Response, use_cookies=False
        )
        self.slow = Client(known.inner, Response, use_cookies=False)

    def said(self, path: str, headers: dict[str, str]) -> TestResponse:
        """What is heard before Flask, once the route has said it."""
        slow, quick = self.slow.get(path, headers=headers), self.quick.get(path, headers=headers)
        assert (quick.status, quick.data) == (slow.status, slow.data)
        assert _lines(quick) == _lines(slow)
        assert quick.headers["X-Request-Id"]
        return quick


def _lines(response: TestResponse) -> set[tuple[str, str]]:
    return {(name, value) for name, value in response.headers if name != "X-Request-Id"}


@pytest.fixture
def both(fair: Fair, at: At) -> Both:
    at(OPENING.replace(hour=10))
    kept_pages.clear()
    return Both(fair)


def forget() -> None:
    """As after a quarter of a second."""
    for memory in (counts._recent, counts_api._bodies, counts_pages._looks):
        memory.forget()


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_is_kept_is_said_as_the_route_says_it(fair: Fair, both: Both, path: str) -> None:
    headers = fair.staff("viewer")
    whole = both.said(path, headers)
    assert whole.status_code == 200
    assert both.said(path, headers | {"Accept-Encoding": "br, gzip"}).headers["Content-Encoding"] == "gzip"
    known = headers | {"If-None-Match": whole.headers["ETag"]}
    assert both.said(path, known).status_code == 304
    assert both.said(path, headers | {"If-None-Match": '"older"'}).status_code == 200


@pytest.mark.parametrize("path", ADDRESSES)
def test_a_cookie_opens_it_like_a_token(fair: Fair, both: Both, path: str) -> None:
    _, _, token = fair.staff("organiser")["Authorization"].partition(" ")
    assert both.said(path, {"Cookie": f"a=b; staff_ticketing={token}"}).status_code == 200


@pytest.mark.parametrize("path", ADDRESSES)
def test_who_may_not_see_it_is_refused_by_the_route(fair: Fair, both: Both, path: str) -> None:
    assert both.said(path, fair.staff("viewer")).status_code == 200
    for headers in ({}, fair.person(), fair.staff("desk"), {"Authorization": "Bearer a.b.c"}):
        with pytest.raises(FlaskWasAsked):
            both.quick.get(path, headers=headers)
        assert both.slow.get(path, headers=headers).status_code in (303, 401, 403)


@pytest.mark.parametrize("path", ADDRESSES)
def test_what_has_changed_is_left_to_the_route_once(fair: Fair, both: Both, path: str) -> None:
    headers = fair.staff("steward")
    before = both.said(path, headers)
    made = fair.service.new_client().post(
        f"{API}/gates/A/scans",
        json={"id": "0190a000-0000-7000-8000-000000000001", "code": fair.badge().code},
        headers=headers,
    )
    assert made.status_code == 201, made.data
    forget()
    with pytest.raises(FlaskWasAsked):
        both.quick.get(path, headers=headers)
    after = both.said(path, headers | {"If-None-Match": before.headers["ETag"]})
    assert after.status_code == 200
    assert after.data != before.data


@pytest.mark.parametrize("path", [JSON, LIVE.format("fr")])
def test_an_address_that_no_database_takes_is_left_to_the_route(fair: Fair, both: Both, path: str) -> None:
    odd = path.replace("ouarzazate-12", "%00")
    with pytest.raises(FlaskWasAsked):
        both.quick.get(odd, headers=fair.staff("viewer"))
    assert fair.service.new_client().get(odd, headers=fair.staff("viewer")).status_code == 404
    order = odd.replace("/counts", "/sessions/T1/bookings")
    if path == JSON:
        said = fair.service.new_client().post(order, json={}, headers=fair.person() | {"Idempotency-Key": "k"})
        assert said.status_code == 404


@pytest.mark.parametrize("path", [f"{JSON}?day=2026-12-03", LIVE.format("zgh"), LIVE.format("xx"), f"{JSON}/"])
def test_other_addresses_are_left_to_the_routes(fair: Fair, both: Both, path: str) -> None:
    with pytest.raises(FlaskWasAsked):
        both.quick.get(path, headers=fair.staff("viewer"))
