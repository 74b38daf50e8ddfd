"""The office sets up rooms, gates and the programme, by form, by file, by JSON; everybody booked is told."""

import io
import json
import threading
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.ticketing.access.operations import exhibitions_of
from services.ticketing.planning.domain import PlaceDraft, PlaceKind
from services.ticketing.planning.operations import sessions
from services.ticketing.planning.operations.places import list_places
from services.ticketing.programme.domain import Session
from services.ticketing.programme.operations import list_sessions
from shared.ids import new_id
from tests.integration.ticketing.scene import API, EXHIBITION, Fair
from tests.kit.world import Caller, form_client

CONTRACT = json.loads(Path("tests/contracts/exhibition.changed.v1.json").read_text())
OFFICE = "/fr/ouarzazate-12/office"
NEW = {"kind": "training", "room": "dyes", "day": "2026-12-20", "start": "10:00", "end": "12:00", "capacity": 4}


def organiser(fair: Fair) -> dict[str, str]:
    return fair.staff("organiser")


def plan(fair: Fair, **changed: Any) -> Any:
    body = NEW | {"titles": {"fr": "Teindre"}} | changed
    headers = organiser(fair) | {"Idempotency-Key": str(new_id())}
    return fair.service.client.post(f"{API}/sessions", json=body, headers=headers)


def change(fair: Fair, session: dict[str, Any], version: int | None = None, **changed: Any) -> Any:
    body = NEW | {"titles": {"fr": "Teindre"}} | changed
    headers = organiser(fair) | {"If-Match": f'"{version or session["version"]}"'}
    return fair.service.client.put(f"{API}/sessions/{session['reference']}", json=body, headers=headers)


def forms(fair: Fair) -> tuple[Any, dict[str, str]]:
    token = organiser(fair)["Authorization"].removeprefix("Bearer ")
    return form_client(fair.service, Caller("organiser", tokens={"ticketing": token}))


def test_a_session_is_planned_moved_and_told_and_two_organisers_do_not_overwrite_one_another(fair: Fair) -> None:
    answer = plan(fair)
    assert answer.status_code == 201, answer.text
    made = answer.get_json()
    assert (made["reference"][0], made["version"], made["starts_wall"]) == ("T", 1, "2026-12-20T10:00:00")
    assert fair.service.published("session.changed.v1")[-1]["body"]["room"] == "dyes"
    moved = change(fair, made, start="14:00", end="16:00", room="wool")
    assert moved.status_code == 200, moved.text
    told = fair.service.published("session.changed.v1")[-1]
    assert (told["body"]["starts_wall"], told["body"]["room"]) == ("2026-12-20T14:00:00", "wool")
    assert told["subject_version"] == 2
    stale = change(fair, made, start="15:00", end="17:00")
    assert (stale.status_code, stale.get_json()["type"]) == (412, "/problems#changed-meanwhile")


def test_a_room_holds_one_session_at_a_time(fair: Fair) -> None:
    first = plan(fair).get_json()
    taken = plan(fair, start="11:59", end="13:00")
    assert (taken.status_code, taken.get_json()["session"]) == (409, first["reference"])
    after = plan(fair, start="12:00", end="13:00")
    assert after.status_code == 201, "where one ends the next may begin"
    assert change(fair, after.get_json(), start="11:00", end="13:00").status_code == 409
    headers = organiser(fair) | {"Idempotency-Key": "off"}
    off = fair.service.client.post(f"{API}/sessions/{first['reference']}/cancellation", headers=headers)
    assert off.get_json()["state"] == "cancelled"
    assert plan(fair).status_code == 201, "what was called off leaves its room"


def test_who_plans_into_a_taken_room_sees_what_is_there_and_which_rooms_are_free(fair: Fair) -> None:
    plan(fair)
    plan(fair, room="wool", titles={"fr": "Filer"})
    free = plan(fair, start="11:00", end="13:00", capacity=14).get_json()["free_rooms"]
    every = fair.service.client.get(f"{API}/rooms", headers=organiser(fair)).get_json()["rooms"]
    rooms = {one["reference"]: one["capacity"] for one in every}
    assert free == sorted(free, key=lambda one: (rooms[one], one))
    taken = {"dyes", "wool", "leather"}  # the last by the fair's own programme
    assert set(free) == {one for one, seats in rooms.items() if seats >= 14} - taken
    client, proof = forms(fair)
    refused = client.post(f"{OFFICE}/programme/new", data=NEW | proof | {"title_fr": "Autre", "capacity": 10})
    assert refused.status_code == 409
    assert "Teindre</a>, dimanche 20 décembre 2026" in refused.text
    assert "Libres à cette heure et assez grandes" in refused.text
    assert "Autre" in refused.text


def _two_at_once(fair: Fair) -> list[int]:
    """Two organisers plan the same room and hour; each has looked before the other has written."""
    codes: list[int] = []
    both = threading.Barrier(2)

    def ask(start: str) -> None:
        both.wait()
        codes.append(plan(fair, start=start).status_code)

    threads = [threading.Thread(target=ask, args=(start,)) for start in ("10:00", "10:30")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(codes)


def test_two_sessions_cannot_slip_into_a_room_at_once(fair: Fair) -> None:
    assert _two_at_once(fair) == [201, 409]


def test_without_looking_for_overlaps_they_would(fair: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sessions, "_refuse_overlap", lambda *_all, **_more: None)
    assert _two_at_once(fair) == [201, 201]


def test_a_session_never_gets_smaller_than_what_is_promised_and_a_larger_one_is_offered_to_the_line(fair: Fair) -> None:
    made = plan(fair).get_json()
    fair.book(made["reference"], fair.person(), party_size=3)
    first, second = (fair.book(made["reference"], fair.person(), party_size=2).get_json() for _ in range(2))
    assert (first["state"], second["place_in_line"]) == ("waitlisted", 2)
    small = change(fair, made, capacity=2)
    assert (small.status_code, small.get_json()["taken"]) == (409, 3)
    assert change(fair, made, waiting_limit=1).status_code == 422
    larger = change(fair, made, capacity=5).get_json()
    assert (larger["seats"]["capacity"], larger["seats"]["waiting"]) == (5, 1)
    (offered,) = fair.service.published("booking.offered.v1")
    assert offered["body"]["reference"] == first["reference"]
    mine = fair.service.published("booking.waitlisted.v1")[-1]["body"]["reference"]
    assert mine == second["reference"], "told by the resize itself, once"
    assert change(fair, larger, capacity=21).status_code == 422, "the room holds twenty"


def test_calling_a_session_off_tells_everybody_once(fair: Fair) -> None:
    made = plan(fair).get_json()
    holder, waiter = uuid4(), uuid4()
    fair.book(made["reference"], fair.person(holder), party_size=4)
    fair.book(made["reference"], fair.person(waiter), party_size=1)
    for key in ("once", "twice"):
        headers = organiser(fair) | {"Idempotency-Key": key}
        said = fair.service.client.post(f"{API}/sessions/{made['reference']}/cancellation", headers=headers)
        assert (said.status_code, said.get_json()["state"]) == (200, "cancelled"), said.text
    told = fair.service.published("booking.cancelled.v1")
    assert {one["body"]["person_id"] for one in told} == {str(holder), str(waiter)}
    assert {one["body"]["cancelled_by"] for one in told} == {"staff"}
    assert len(told) == 2
    assert fair.book(made["reference"], fair.person(), party_size=1).status_code == 410
    assert change(fair, said.get_json()).status_code == 410


def test_rooms_and_gates_come_and_go_but_never_under_a_session(fair: Fair) -> None:
    client, headers = fair.service.client, organiser(fair)
    put = client.put(f"{API}/rooms/salle-2", json={"names": {"fr": "Salle 2"}, "capacity": 30}, headers=headers)
    assert put.status_code == 200, put.text
    seen = {"If-Match": f'"{put.get_json()["mark"]}"'}
    bigger = {"names": {"fr": "Salle 2"}, "capacity": 40}
    assert client.put(f"{API}/rooms/salle-2", json=bigger, headers=headers | seen).status_code == 200
    assert client.put(f"{API}/rooms/salle-2", json=bigger, headers=headers | seen).status_code == 412
    used = client.delete(f"{API}/rooms/dyes", headers=headers)
    assert (used.status_code, used.get_json()["type"]) == (409, "/problems#place-in-use")
    small = client.put(f"{API}/rooms/dyes", json={"names": {"fr": "Teintures"}, "capacity": 1}, headers=headers)
    assert small.status_code == 422
    assert client.delete(f"{API}/rooms/salle-2", headers=headers).status_code == 204
    assert len(client.get(f"{API}/gates", headers=headers).get_json()["gates"]) == 4
    assert client.delete(f"{API}/gates/D", headers=headers).status_code == 204
    assert client.put(f"{API}/gates/E", json={"names": {}}, headers=headers).status_code == 422


def test_where_no_gate_is_yet_pages_say_so_and_count_nothing(fair: Fair) -> None:
    client, _fields = forms(fair)
    assert "Travailler à cette porte" in client.get(f"{OFFICE}/gate").text
    for gate in "ABCD":
        assert fair.service.client.delete(f"{API}/gates/{gate}", headers=organiser(fair)).status_code == 204
    without = client.get(f"{OFFICE}/gate").text
    assert "Pas encore de porte" in without
    assert 'href="gates"' in without, "an organiser is led to where gates are made"
    assert "Travailler à cette porte" not in without
    assert "Par porte" not in client.get(f"{OFFICE}/counts").text
    report = client.get(f"{OFFICE}/counts/report").text
    assert [heading for heading in ("Par jour", "Par porte", "Où habitent") if heading in report.split("<dl")[0]] == []


def test_a_renamed_room_is_told_with_its_sessions(fair: Fair) -> None:
    before = len(fair.service.published("session.changed.v1"))
    body = {"names": {"fr": "Grand atelier"}, "capacity": 20}
    fair.service.client.put(f"{API}/rooms/dyes", json=body, headers=organiser(fair))
    told = fair.service.published("session.changed.v1")[before:]
    assert told
    assert {one["body"]["room_names"]["fr"] for one in told} == {"Grand atelier"}


def test_a_form_keeps_what_was_typed_when_somebody_was_faster(fair: Fair) -> None:
    made = plan(fair).get_json()
    client, proof = forms(fair)
    address = f"{OFFICE}/programme/{made['reference']}"
    assert 'value="Teindre"' in client.get(address).get_data(as_text=True)
    typed = NEW | proof | {"title_fr": "Teindre au safran", "seen": 1, "waiting_limit": 4}
    assert change(fair, made, start="15:00", end="16:00").status_code == 200
    late = client.post(address, data=typed)
    page = late.get_data(as_text=True)
    assert late.status_code == 412
    assert "Teindre au safran" in page
    assert 'name="seen" value="2"' in page
    again = client.post(address, data=typed | {"seen": 2})
    assert again.status_code == 303, again.get_data(as_text=True)


FILE = (
    "\ufeffréférence;type;jour;début;fin;salle;places;titre (fr);titre (ar)\r\n"
    ";formation;20/12/2026;١٠:٠٠;12h;dyes;٢٠;Teindre;صباغة\r\n"
    ";soirée;2026-12-20;21:00;00:30;esplanade;500;Ahwach;\r\n"
)


def upload(fair: Fair, text: str, what: str = "programme", **more: str) -> Any:
    client, proof = forms(fair)
    return client.post(f"{OFFICE}/{what}/import", data=proof | {"content": text} | more)


def written(fair: Fair) -> int:
    return len(fair.service.published("session.changed.v1"))


def test_a_file_from_a_spreadsheet_is_shown_first_and_written_when_confirmed(fair: Fair) -> None:
    before = written(fair)
    shown = upload(fair, FILE)
    assert shown.status_code == 200, shown.get_data(as_text=True)
    assert "2 lignes sont prêtes" in shown.get_data(as_text=True)
    assert written(fair) == before, "looking writes nothing"
    done = upload(fair, FILE, confirmed="yes", idempotency_key="file")
    assert done.status_code == 303
    assert upload(fair, FILE, confirmed="yes", idempotency_key="file").status_code in (303, 422)
    told = fair.service.published("session.changed.v1")[before:]
    assert [one["body"]["starts_wall"] for one in told] == ["2026-12-20T10:00:00", "2026-12-20T21:00:00"]
    assert told[1]["body"]["ends_wall"] == "2026-12-21T00:30:00"


def test_each_bad_row_is_named_with_why_and_nothing_is_written(fair: Fair) -> None:
    before = written(fair)
    rows = FILE + (
        ";formation;20/12/2026;11:00;13:00;dyes;5;Trop tôt;\n"
        ";formation;20/12/2026;25:00;13:00;nulle-part;5;;\n"
        ";formation;20/01/2027;11:00;13:00;wool;999;Ailleurs;\n"
    )
    for more in ({}, {"confirmed": "yes"}):
        shown = upload(fair, rows, **more)
        page = shown.get_data(as_text=True)
        assert shown.status_code == 422
        assert "3 lignes sont à revoir" in page
        for column in ("Salle", "Commence à", "Titre", "Jour", "Places"):
            assert f"<strong>{column}</strong>" in page
        assert "La ligne 2 de ce fichier occupe cette salle" in page
        assert rows.splitlines()[-1].split(";")[-2] in page, "what was typed stays"
    assert written(fair) == before


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("text", ["", "ref\n", "a,b\n1,2\n", "kind;title\n"])
def test_what_is_no_table_is_refused_with_a_reason(fair: Fair, text: str) -> None:
    assert upload(fair, text).status_code == 422


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_file_that_is_no_utf_8_says_how_to_save_it(fair: Fair) -> None:
    client, proof = forms(fair)
    sent = proof | {"file": (io.BytesIO("référence;nom\nA;Été\n".encode("cp1252")), "portes.csv")}
    answer = client.post(f"{OFFICE}/gates/import", data=sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    assert "CSV UTF-8" in answer.get_data(as_text=True)
    good = proof | {"file": (io.BytesIO("référence,nom,nom_ar\nF,Été,صيف\nA,Kasbah,قصبة\n".encode()), "portes.csv")}
    shown = client.post(f"{OFFICE}/gates/import", data=good, content_type="multipart/form-data")
    assert "Modifie l’existant" in shown.get_data(as_text=True)


def _copy(fair: Fair, target: UUID, version: int = 1, **changed: Any) -> str | None:
    said = CONTRACT["example"] | {"reference": "ouarzazate-13", "number": 13, "copied_from": str(EXHIBITION)} | changed
    dates = {"first_day": "2027-12-03", "last_day": "2027-12-12"}
    return fair.service.receive(
        "exhibition.changed.v1", said | dates, subject_id=target, exhibition_id=target, version=version
    )


def _plan_of(fair: Fair, exhibition_id: UUID) -> tuple[list[PlaceDraft], list[Session]]:
    with fair.service.reading() as db:
        every = [one for kind in PlaceKind for one in list_places(db, exhibition_id, kind)]
        return every, list_sessions(db, exhibition_id)


def test_a_copy_of_the_exhibition_takes_gates_rooms_and_programme_over_once(fair: Fair) -> None:
    off = plan(fair, day="2026-12-05", start="06:00", end="07:00").get_json()["reference"]
    headers = organiser(fair) | {"Idempotency-Key": "off"}
    fair.service.client.post(f"{API}/sessions/{off}/cancellation", headers=headers)
    target = uuid4()
    assert _copy(fair, target, version=2) == "done", fair.service.last_error()
    assert _copy(fair, target) == "done", "an older word, heard late"
    assert _copy(fair, target, version=3) == "done", "a newer one"
    (places, sessions), (old_places, old) = _plan_of(fair, target), _plan_of(fair, EXHIBITION)
    assert places == old_places
    assert places
    kept = [one for one in old if one.starts_wall < datetime(2026, 12, 14) and one.reference != off]
    assert [(one.reference, one.starts_wall - timedelta(days=364), one.titles) for one in sessions] == [
        (one.reference, one.starts_wall, one.titles) for one in kept
    ]
    assert 0 < len(kept) < len(old) - 1, "what falls after the last day stays behind"
    assert {one.seats.taken for one in sessions} == {0}
    told = [one for one in fair.service.published("session.changed.v1") if one["exhibition_id"] == target]
    assert len(told) == len(sessions), "each told once"


def test_a_copy_waits_until_what_it_was_copied_from_is_known(fair: Fair) -> None:
    target, unknown = uuid4(), uuid4()
    assert _copy(fair, target, copied_from=str(unknown)) == "done"
    assert _plan_of(fair, target) == ([], [])
    with fair.service.reading() as db:
        assert target not in exhibitions_of(db, {target}), "parked"


def test_a_sender_that_knows_nothing_of_copies_still_opens_exhibitions_with_nothing_planned(fair: Fair) -> None:
    target = uuid4()
    body = {name: value for name, value in CONTRACT["example"].items() if name != "copied_from"}
    said = body | {"reference": "taznakht-4"}
    assert fair.service.receive("exhibition.changed.v1", said, subject_id=target, exhibition_id=target) == "done"
    with fair.service.reading() as db:
        assert target in exhibitions_of(db, {target})
    assert _plan_of(fair, target) == ([], [])
    programme = fair.service.client.get("/fr/taznakht-4/programme").text
    assert "Rien n’est encore prévu" in programme
    assert "Rien trouvé" not in programme, "nobody has looked for anything"
