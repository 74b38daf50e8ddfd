"""The pages of the programme, of one's bookings and of the gate, as a browser without JavaScript meets them."""

import re
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from services.ticketing import worker
from tests.conftest import At
from tests.integration.ticketing.scene import OPENING, Fair

FR = "/fr/ouarzazate-12"


def browser(fair: Fair, headers: dict[str, str] | None = None, kind: str = "person") -> FlaskClient:
    """A browser, signed in when there are headers to take a token from."""
    client = fair.service.new_client()
    if headers:
        client.set_cookie(f"{kind}_ticketing", headers["Authorization"].removeprefix("Bearer "))
    return client


def hidden(html: str) -> dict[str, str]:
    """The hidden fields of the page's form."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', html))


def reserve(client: FlaskClient, session: str, fields: dict[str, str] | None = None, **typed: Any) -> Any:
    """Fill the reserve form of a session and send it."""
    filled = fields or hidden(client.get(f"{FR}/programme/{session}").text)
    return client.post(f"{FR}/programme/{session}/reserve", data=filled | typed)


@pytest.mark.parametrize("lang", ["ar", "fr", "en", "zgh"])
def test_the_programme_is_small_and_the_same_page_is_not_sent_twice(fair: Fair, lang: str) -> None:
    client = browser(fair)
    first = client.get(f"/{lang}/ouarzazate-12/programme", headers={"Accept-Encoding": "gzip"})
    assert first.status_code == 200
    assert first.content_length is not None
    assert first.content_length < 20_000
    again = client.get(f"/{lang}/ouarzazate-12/programme", headers={"If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304
    whole = client.get(f"/{lang}/ouarzazate-12/programme")
    assert len(whole.data) < 50_000


def test_a_booking_gives_the_programme_another_mark(fair: Fair, wait_until: Any) -> None:
    client = browser(fair)
    mark = client.get(f"{FR}/programme").headers["ETag"]
    fair.book("T1", fair.person())
    wait_until(lambda: client.get(f"{FR}/programme").headers["ETag"] != mark, timeout=2)
    assert "15 places libres" in client.get(f"{FR}/programme").text


def test_filters_show_a_kind_and_a_day_and_ignore_nonsense(fair: Fair) -> None:
    client = browser(fair)
    assert "15 séances" in client.get(f"{FR}/programme?kind=training&day=").text
    assert "2 séances" in client.get(f"{FR}/programme?day=2026-12-04").text
    assert "40 séances" in client.get(f"{FR}/programme?kind=dancing&day=yesterday").text


def test_a_double_click_makes_one_booking(fair: Fair) -> None:
    client = browser(fair, fair.person())
    fields = hidden(client.get(f"{FR}/programme/T1").text)
    first, second = (reserve(client, "T1", fields, party_size="2") for _ in range(2))
    assert first.status_code == second.status_code == 303
    assert first.location == second.location
    page = client.get(first.location)
    assert "Vos 2 places sont réservées" in page.text
    assert len(fair.service.published("booking.confirmed.v1")) == 1


def test_a_refusal_keeps_what_was_typed_and_says_what_is_still_possible(fair: Fair) -> None:
    for _ in range(24):
        fair.book("W1", fair.person())
    client = browser(fair, fair.person())
    fields = hidden(client.get(f"{FR}/programme/W2").text)
    refused = client.post(f"{FR}/programme/W1/reserve", data=fields | {"party_size": "3"})
    assert refused.status_code == 409
    assert "liste d’attente est fermée" in refused.text
    assert "Celles-ci ont des places libres" in refused.text
    assert "/programme/W2" in refused.text


def test_a_number_that_is_none_is_asked_for_again(fair: Fair) -> None:
    client = browser(fair, fair.person())
    refused = reserve(client, "T1", party_size="beaucoup")
    assert refused.status_code == 422
    assert "Écrivez un nombre." in refused.text


def test_who_is_unknown_registers_and_reserves_with_one_form(fair: Fair) -> None:
    page = browser(fair).get(f"{FR}/programme/T1").text
    assert f'<form method="post" action="{FR}/visit">' in page
    fields = hidden(page)
    assert fields["reserve"] == "T1"
    # as registration sends it on, signed in
    sent = browser(fair, fair.person())
    sent.set_cookie("form", "another")
    fields |= {"csrf_token": hidden(sent.get(f"{FR}/programme/T1").text)["csrf_token"]}
    done = sent.post(f"{FR}/programme/T1/reserve", data=fields | {"name": "Amina", "phone": "0612", "party_size": "2"})
    assert done.status_code == 303
    assert "Vos 2 places sont réservées" in sent.get(done.location).text


def test_who_is_unknown_is_asked_to_sign_in(fair: Fair) -> None:
    sent = browser(fair).get(f"{FR}/programme/mine")
    assert sent.status_code == 303
    assert "/me/sign-in" in sent.location


def test_looking_at_the_question_cancels_nothing_and_answering_does(fair: Fair) -> None:
    client = browser(fair, fair.person())
    mine = reserve(client, "T1", party_size="1").location
    asked = client.get(f"{mine}/cancel")
    assert "Rendre ces places" in asked.text
    assert not fair.service.published("booking.cancelled.v1")
    done = client.post(f"{mine}/cancel", data=hidden(asked.text))
    assert done.status_code == 303
    assert "Cette réservation est annulée" in client.get(done.location).text
    assert "Annulée" in client.get(f"{FR}/programme/mine").text


def test_somebody_elses_booking_is_nowhere(fair: Fair) -> None:
    mine = reserve(browser(fair, fair.person()), "T1", party_size="1").location
    other = browser(fair, fair.person())
    assert [other.get(f"{mine}{rest}").status_code for rest in ("", "/cancel", ".ics")] == [404, 404, 404]


def test_sessions_and_bookings_go_into_calendars(fair: Fair) -> None:
    client = browser(fair, fair.person())
    session = client.get(f"{FR}/programme/T1.ics")
    assert session.content_type == "text/calendar; charset=utf-8"
    assert "DTSTART:20261205T100000Z" in session.text
    mine = reserve(client, "T1", party_size="1").location
    assert mine.rpartition("/")[2] in client.get(f"{mine}.ics").text


def test_a_steward_chooses_a_gate_once_and_reads_one_code_after_the_other(fair: Fair, at: At) -> None:
    at(OPENING)
    badge = fair.badge()
    client = browser(fair, fair.staff("steward"), "staff")
    choice = client.get(f"{FR}/office/gate")
    kept = client.post(f"{FR}/office/gate", data=hidden(choice.text) | {"gate": "B"})
    assert kept.location.endswith("/office/gate/B")
    assert client.get(f"{FR}/office/gate").location == kept.location
    ready = client.get(kept.location)
    assert "autofocus" in ready.text
    sent = hidden(ready.text) | {"code": badge.reference, "direction": "in"}
    assert "Bienvenue" in client.post(kept.location, data=sent).text
    assert "Bienvenue" in client.post(kept.location, data=sent).text, "the same page sent twice reads once"
    at(later=20)
    again = client.post(kept.location, data=hidden(client.get(kept.location).text) | {"code": badge.code})
    assert "déjà à l’intérieur" in again.text
    assert "Entrée à 09:00, porte B." in again.text
    empty = client.post(kept.location, data=hidden(ready.text))
    assert empty.status_code == 422


def test_the_counts_page_moves_and_rests(fair: Fair, at: At, wait_until: Any) -> None:
    at(OPENING)
    client = browser(fair, fair.staff("viewer"), "staff")
    assert "data-live" in client.get(f"{FR}/office/counts").text
    live = f"{FR}/office/counts/live"
    mark = client.get(live).headers["ETag"]
    assert client.get(live, headers={"If-None-Match": mark}).status_code == 304
    steward = browser(fair, fair.staff("steward"), "staff")
    fields = hidden(steward.get(f"{FR}/office/gate/A").text)
    steward.post(f"{FR}/office/gate/A", data=fields | {"code": fair.badge().code, "direction": "in"})
    wait_until(lambda: client.get(live).headers["ETag"] != mark, timeout=3)
    assert client.get(f"{FR}/office/counts.json").get_json()["visits"] == 1
    assert "1 personne à l’intérieur" in client.get(f"{FR}/office/counts").text


def test_changed_roles_end_an_older_token(fair: Fair) -> None:
    staff_id = uuid4()
    headers = fair.staff("viewer", staff_id=staff_id, ver=1)
    client = browser(fair, headers, "staff")
    assert client.get(f"{FR}/office/counts.json").status_code == 200
    body = {"staff_version": 2, "roles": {}, "is_active": True}
    fair.service.receive("staff.changed.v1", body, subject_id=staff_id, version=2, exhibition_id=UUID(int=0))
    from services.ticketing.access.operations import recent

    recent._staff.forget()
    assert client.get(f"{FR}/office/counts.json").status_code == 401


def test_resync_tells_every_session_and_booking_again_in_its_version(fair: Fair) -> None:
    fair.book("T1", fair.person())
    before = len(fair.service.published())
    with fair.service.writing() as db:
        assert worker.resync(db) == 41
    again = fair.service.published()[before:]
    assert len(again) == 41
    assert {one["subject_version"] for one in again} == {1}
