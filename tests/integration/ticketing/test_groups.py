"""An association holds seats, names its people, gives some back; what has no name at the deadline goes to the line."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from uuid import uuid4

import pytest

from services.ticketing.bookings.operations.counting import recount
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, Badge, Fair
from tests.integration.ticketing.test_holds_and_offers import rules, said
from tests.integration.ticketing.test_pages import FR, browser, hidden
from tests.integration.ticketing.test_passing_on import slug


def hold(fair: Fair, badge: Badge, seats: int, session: str = "W1") -> Any:
    sent = fair.staff("desk") | {"Idempotency-Key": str(uuid4())}
    body = {"badge": badge.reference, "seats": seats}
    return fair.service.client.post(f"{API}/sessions/{session}/groups", json=body, headers=sent)


def group(fair: Fair, seats: int) -> tuple[str, dict[str, str]]:
    """A group with seats: its reference, and the headers of whoever speaks for it."""
    badge = fair.badge()
    return said(hold(fair, badge, seats))["reference"], fair.person(badge.person_id)


def test_a_group_names_people_gives_seats_back_and_the_line_has_them_at_once(fair: Fair) -> None:
    reference, speaker = group(fair, 12)
    waiting = [said(fair.book("W1", fair.person()))["state"] for _ in range(2)]
    assert waiting == ["waitlisted", "waitlisted"], "the workshop has twelve seats"
    people = [{"name": "Khadija Aït Bouâzza", "phone": "06 61 00 00 01"}, {"name": "Brahim"}]
    named = said(fair.act(reference, "names", speaker, people=people))
    assert [one["name"] for one in named["names"]] == ["Khadija Aït Bouâzza", "Brahim"]
    (told,) = fair.service.published("person.named.v1")
    assert (told["body"]["phone"], told["body"]["name"]) == ("+212661000001", "Khadija Aït Bouâzza")
    ticket = fair.service.published("booking.confirmed.v1")[-1]["body"]
    assert (ticket["person_id"], ticket["reference"]) == (str(told["subject_id"]), named["names"][0]["reference"])
    assert ticket["party_size"] == 1
    assert slug(fair.act(reference, "seats-given-back", speaker, seats=11)) == "too-few-group-seats"
    assert said(fair.act(reference, "seats-given-back", speaker, seats=1))["seats"] == 11
    assert len(fair.service.published("booking.offered.v1")) == 1
    assert slug(fair.act(reference, "party", speaker, party_size=3)) == "group-seats"
    fair.cancel(reference, speaker)
    over = [one["body"]["reference"] for one in fair.service.published("booking.cancelled.v1")]
    assert sorted(over) == sorted([reference, named["names"][0]["reference"]]), "whoever was told of a seat is told"
    with fair.service.reading() as db:
        assert recount(db, EXHIBITION) == []


def test_one_bad_row_and_nobody_is_named(fair: Fair) -> None:
    reference, speaker = group(fair, 3)
    answer = fair.act(reference, "names", speaker, people=[{"name": "Brahim"}, {"name": "Ali", "phone": "12"}])
    assert (answer.status_code, list(said(answer)["errors"])) == (422, ["people.1"])
    assert slug(fair.act(reference, "names", speaker, people=[{"name": "Nom"}] * 4)) == "too-few-group-seats"
    kept = fair.service.client.get(f"{API}/bookings/{reference}/names", headers=speaker).get_json()
    assert (kept["seats"], kept["names"]) == (3, [])
    assert not fair.service.published("person.named.v1")


def test_a_group_is_refused_what_is_not_there(fair: Fair) -> None:
    assert slug(hold(fair, fair.badge(), 13)) == "party-too-large"
    rules(fair, group_most=4)
    badge = fair.badge()
    assert slug(hold(fair, badge, 5)) == "party-too-large"
    assert slug(hold(fair, Badge(uuid4(), uuid4(), "ZZZZZZZZ", "", {}), 2)) == "badge-unknown"
    for _ in range(3):
        hold(fair, fair.badge(), 4)
    refused = said(hold(fair, badge, 1))
    assert refused["type"].endswith("no-seats-to-hold"), "a group never waits in line"


def test_seats_without_a_name_go_to_the_line_by_the_clock(fair: Fair, at: At) -> None:
    reference, speaker = group(fair, 8)
    empty, _other = group(fair, 4)
    begins = datetime.fromisoformat(said(fair.service.client.get(f"{API}/sessions/W1"))["starts_at"])
    fair.act(reference, "names", speaker, people=[{"name": "Brahim"}] * 5)
    line = fair.person()
    assert said(fair.book("W1", line, party_size=5))["state"] == "waitlisted"
    at(begins - timedelta(days=1))
    assert slug(fair.act(reference, "names", speaker, people=[{"name": "Ali"}])) == "names-ended"
    fair.service.do_due("tend-lines")
    kept = fair.service.client.get(f"{API}/bookings/{reference}/names", headers=speaker).get_json()
    assert (kept["seats"], kept["state"]) == (5, "confirmed")
    ended = [one["body"] for one in fair.service.published("booking.cancelled.v1")]
    assert [(one["reference"], one["cancelled_by"]) for one in ended] == [(empty, "deadline")]
    assert [one["body"]["party_size"] for one in fair.service.published("booking.offered.v1")] == [5]
    with fair.service.reading() as db:
        assert recount(db, EXHIBITION) == []


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_list_is_looked_at_first_and_each_bad_row_named(fair: Fair) -> None:
    badge = fair.badge()
    office = browser(fair, fair.staff("desk"), "staff")
    form = hidden(office.get(f"{FR}/office/groups").text)
    sent = office.post(f"{FR}/office/groups", data=form | {"session": "W1", "badge": badge.reference, "seats": "4"})
    assert sent.status_code == 303, sent.text
    assert "sans nom" in office.get(sent.location).text
    here = sent.location.replace("/office/groups/", "/programme/mine/") + "/group"
    client = browser(fair, fair.person(badge.person_id))
    form = hidden(client.get(here).text)
    seen = client.post(here, data=form | {"content": "Brahim\n;0661000001\nAli;12"})
    assert (seen.status_code, seen.text.count("demande une correction")) == (422, 0)
    assert "2 lignes" in seen.text
    file = (BytesIO("nom;téléphone\nخديجة;0661000001\n<b>Ali</b>;\n".encode("utf-8-sig")), "liste.csv")
    seen = client.post(here, data=form | {"file": file}, content_type="multipart/form-data")
    assert (seen.status_code, "<b>Ali" in seen.text) == (200, False)
    assert not fair.service.published("person.named.v1"), "nothing has been written yet"
    done = client.post(here, data=hidden(seen.text) | {"content": "خديجة;0661000001\nAli"})
    assert done.status_code == 303
    assert len(fair.service.published("person.named.v1")) == 1
    stranger = browser(fair, fair.person())
    assert stranger.get(here).status_code == 404
