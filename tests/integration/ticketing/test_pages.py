"""The pages of the programme, of one's bookings and of the gate, as a browser without JavaScript meets them."""

import re
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient
from icalendar import Calendar

from services.ticketing import worker
from services.ticketing.access import operations as access_operations
from services.ticketing.access.operations import recent
from services.ticketing.admissions.operations.settling import recount
from services.ticketing.programme.models import session
from services.ticketing.programme.operations import board as board_module
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, OPENING, Fair
from tests.kit.waiting import wait_until

FR = "/fr/ouarzazate-12"
HOURS = (session.c.starts_at, session.c.ends_at, session.c.starts_wall, session.c.ends_wall)


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


def test_before_the_first_fair_has_arrived_the_programme_asks_for_a_moment(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert browser(fair).get("/fr/nowhere-1/programme").status_code == 404
    monkeypatch.setattr(access_operations, "knows_exhibitions", lambda _db: False)
    early = browser(fair).get("/fr/nowhere-1/programme")
    assert (early.status_code, early.headers["Retry-After"]) == (503, "2")


def test_a_booking_gives_the_programme_another_mark(fair: Fair, wait_until: Any) -> None:
    client = browser(fair)
    mark = client.get(f"{FR}/programme").headers["ETag"]
    fair.book("T1", fair.person())
    wait_until(lambda: client.get(f"{FR}/programme").headers["ETag"] != mark)
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


def test_the_line_is_drawn_with_ones_own_place_in_it(fair: Fair) -> None:
    for _ in range(16):
        fair.book("T1", fair.person())
    who = fair.person()
    client = browser(fair, who)
    board_module._boards.forget()
    assert "Vous seriez au rang 1 de la liste" in client.get(f"{FR}/programme/T1").text
    mine = fair.book("T1", who).get_json()["reference"]
    fair.book("T1", fair.person())
    assert "Vous seriez au rang 3 de la liste" in fair_page(fair)
    drawn = client.get(f"{FR}/programme/mine/{mine}").text
    assert '<path d="M0 6h9"/>' in drawn


def fair_page(fair: Fair) -> str:
    """A session as a stranger sees it who has waited for the board to be read again."""
    board_module._boards.forget()
    return browser(fair, fair.person()).get(f"{FR}/programme/T1").text


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


def test_somebody_looks_for_words_a_language_and_free_seats(fair: Fair) -> None:
    client = browser(fair)
    found = client.get(f"{FR}/programme?q=TEINTURE").text
    assert 0 < found.count("<h3>") < 10
    assert "40 séances" in client.get(f"{FR}/programme?q=&spoken=xx&free=").text
    assert "Rien trouvé" in client.get(f"{FR}/programme?q=<script>alert(1)</script>").text
    assert "<script>alert" not in client.get(f"{FR}/programme?q=<script>alert(1)</script>").text
    for _ in range(24):
        fair.book("W1", fair.person())
    # the programme is up to a second old
    wait_until(lambda: "/programme/W1" not in client.get(f"{FR}/programme?free=yes&kind=workshop").text)
    assert "/programme/W2" in client.get(f"{FR}/programme?free=yes&kind=workshop").text


def test_a_long_programme_comes_in_pages_and_opens_at_today(fair: Fair, at: At, monkeypatch: Any) -> None:
    monkeypatch.setattr("services.ticketing.programme.pages.A_PAGE", 15)
    client = browser(fair)
    first = client.get(f"{FR}/programme?view=rooms").text
    assert "40 séances" in first
    assert "Page 1 sur 3" in first
    assert "?view=rooms&amp;page=2" in first
    at(datetime(2026, 12, 22, 9, tzinfo=UTC))
    assert "Page 3 sur 3" in client.get(f"{FR}/programme").text
    assert "Page 1 sur 3" in client.get(f"{FR}/programme?page=1").text


def test_the_room_view_has_a_column_for_each_room_of_the_day(fair: Fair) -> None:
    page = browser(fair).get(f"{FR}/programme?view=rooms&day=2026-12-05").text
    day = [one for one in programme(fair) if one["starts_wall"].startswith("2026-12-05")]
    rooms = {one["room"]["names"]["fr"] for one in day}
    assert page.count("<th ") == 1 + len(rooms)
    assert all(f'data-label="{room}"' in page for room in rooms)
    assert all(page.count(f'/programme/{one["reference"]}"') == 1 for one in day)


def test_the_agenda_goes_by_day_and_marks_what_is_at_the_same_time(fair: Fair, wait_until: Any) -> None:
    who = fair.person()
    client, clash = browser(fair, who), "En même temps qu’une autre"
    first, other = [one["reference"] for one in programme(fair) if one["kind"] == "training"][:2]
    fair.book(first, who)
    fair.book(other, who)
    assert clash not in client.get(f"{FR}/programme/mine").text
    with fair.service.writing() as db:
        hours = db.execute(sa.select(*HOURS).where(session.c.reference == first)).one()._asdict()
        db.execute(sa.update(session).where(session.c.reference == other).values(version=2, **hours))
    wait_until(lambda: clash in client.get(f"{FR}/programme/mine").text)
    page = client.get(f"{FR}/programme/mine").text
    assert page.count(clash) == 2
    assert page.count("<h2>") == 1


def programme(fair: Fair) -> list[dict[str, Any]]:
    """Every session over the API."""
    found: list[dict[str, Any]] = fair.service.client.get(f"{API}/sessions").get_json()["sessions"]
    return found


def events(text: str) -> dict[str, Any]:
    """A calendar file's entries by their UID."""
    return {str(one["UID"]): one for one in Calendar.from_ical(text).walk("VEVENT")}


def test_sessions_and_bookings_go_into_calendars(fair: Fair) -> None:
    client = browser(fair, fair.person())
    everybodys = client.get(f"{FR}/programme/T1.ics")
    assert everybodys.content_type == "text/calendar; charset=utf-8"
    (entry,) = events(everybodys.text).values()
    assert entry["DTSTART"].dt == datetime(2026, 12, 5, 10, tzinfo=UTC)
    assert "DTSTART;TZID=Africa/Casablanca:20261205T100000" in everybodys.text
    assert "BEGIN:VTIMEZONE" in everybodys.text
    mine = reserve(client, "T1", party_size="1").location
    assert mine.rpartition("/")[2] in client.get(f"{mine}.ics").text


def test_an_agenda_keeps_its_entries_and_strikes_out_what_was_given_back(fair: Fair) -> None:
    client = browser(fair, fair.person())
    kept, given = (reserve(client, one, party_size="1").location for one in ("T1", "C1"))
    ((uid, before),) = events(client.get(f"{given}.ics").text).items()
    client.post(f"{given}/cancel", data=hidden(client.get(f"{given}/cancel").text))
    agenda = events(client.get(f"{FR}/programme/mine/my-agenda.ics").text)
    assert len(agenda) == 2
    assert agenda[uid]["STATUS"] == "CANCELLED"
    assert agenda[uid]["SEQUENCE"] > before["SEQUENCE"]
    assert events(client.get(f"{kept}.ics").text).keys() < agenda.keys()


def test_a_calendar_link_follows_bookings_names_nobody_and_a_new_one_puts_it_out(fair: Fair) -> None:
    client = browser(fair, fair.person())
    reserved = reserve(client, "T1", party_size="1").location
    form = hidden(client.get(f"{FR}/programme/mine").text)

    def link() -> str:
        shown = client.post(f"{FR}/programme/mine/calendar", data=form).text
        (found,) = re.findall(r'value="[^"]*(/fr/[^"]+/programme/calendar/[\w-]{22}\.ics)"', shown)
        return str(found)

    first, stranger = link(), browser(fair)
    assert len(events(stranger.get(first).text)) == 1
    assert reserved.rsplit("/", 1)[-1] not in stranger.get(first).text, "no booking of theirs is named"
    reserve(client, "C1", party_size="1")
    assert len(events(stranger.get(first).text)) == 2
    second = link()
    assert (stranger.get(first).status_code, stranger.get(second).status_code) == (404, 200)
    assert second not in client.get(f"{FR}/programme/mine").text, "it is shown once"


def test_the_whole_programme_is_a_calendar_that_does_not_move_with_its_seats(fair: Fair, wait_until: Any) -> None:
    client, address = browser(fair), f"{FR}/programme/whole-programme.ics"
    first = client.get(address)
    assert len(events(first.text)) == 40
    mark = client.get(f"{FR}/programme").headers["ETag"]
    fair.book("T1", fair.person())
    wait_until(lambda: client.get(f"{FR}/programme").headers["ETag"] != mark)
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


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
    wait_until(lambda: client.get(live).headers["ETag"] != mark)
    assert client.get(f"{FR}/office/counts.json").get_json()["visits"] == 1
    assert "1 personne à l’intérieur" in client.get(f"{FR}/office/counts").text


def test_the_counts_page_warns_and_says_where_visitors_live(fair: Fair, at: At) -> None:
    halls = [{"id": str(uuid4()), "reference": "H", "names": {"fr": "Halle"}, "capacity": 2}]
    fair.tell_exhibition(version=2, halls=halls)
    recent._exhibitions.forget()
    client, steward = browser(fair, fair.staff("viewer"), "staff"), fair.staff("steward")

    def come(gate: str, residence: str | None) -> None:
        badge = fair.badge()
        fair.tell_badge(badge, version=2, residence=residence)
        body = {"id": str(uuid4()), "code": badge.code}
        fair.service.client.post(f"{API}/gates/{gate}/scans", json=body, headers=steward)

    at(OPENING)
    come("A", "MA-08")
    at(datetime(2026, 12, 4, 9, 20, tzinfo=UTC))
    come("B", None)
    page = client.get(f"{FR}/office/counts").text
    assert "La foire est pleine" in page
    assert "Les portes A n’en ont eu aucun" in page
    assert "Drâa-Tafilalet" in page
    said = client.get(f"{FR}/office/counts.json").get_json()
    assert said["residences"] == [{"residence": "MA-08", "visits": 1}, {"residence": "", "visits": 1}]
    with fair.service.reading() as db:
        assert recount(db, EXHIBITION, zone="Africa/Casablanca") == []


def test_changed_roles_end_an_older_token(fair: Fair) -> None:
    staff_id = uuid4()
    headers = fair.staff("viewer", staff_id=staff_id, ver=1)
    client = browser(fair, headers, "staff")
    assert client.get(f"{FR}/office/counts.json").status_code == 200
    body = {"staff_version": 2, "roles": {}, "is_active": True}
    fair.service.receive("staff.changed.v1", body, subject_id=staff_id, version=2, exhibition_id=UUID(int=0))
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
