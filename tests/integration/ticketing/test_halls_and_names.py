"""Halls with gates of their own; people let in by name; what a phone saved of heads. Every number recounts."""

import io
import json
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from tests.conftest import At
from tests.integration.ticketing.scene import API, OPENING, REFERENCE, Fair
from tests.integration.ticketing.test_gate import counts, differences, scan
from tests.integration.ticketing.test_modes_at_the_gate import counted
from tests.integration.ticketing.test_pages import FR, browser, hidden
from tests.integration.ticketing.test_phones_at_doors import enrolled
from tests.integration.ticketing.test_reports import open_halls, recount
from tests.integration.ticketing.test_scans_brought_later import bring, reading


@pytest.fixture
def halls(fair: Fair, at: At) -> Fair:
    """Gates A and B of the grounds, C into the copper hall, D into the textile hall."""
    at(OPENING)
    enrolled(fair)  # the key of phones is known before anybody asks for one
    open_halls(fair)
    return fair


def inside(fair: Fair) -> tuple[int, dict[str, int]]:
    said = counted(fair)
    return said.inside, {one.hall: one.inside for one in said.halls}


def test_in_at_the_next_hall_is_out_of_the_one_before(halls: Fair, at: At) -> None:
    badge = halls.badge()
    assert scan(halls, badge.code, "D")["is_return"] is False
    at(later=5)
    moved = scan(halls, badge.code, "C")
    assert (moved["word"], moved["is_transfer"]) == ("admitted", True)
    assert inside(halls) == (1, {"copper": 1, "textile": 0})
    at(later=5)
    assert scan(halls, badge.code, "C")["reason"] == "already-inside"
    said = counts(halls)
    assert (said["visits"], said["capacity"]) == (1, 20)
    assert said["halls"][1] == {"hall": "textile", "ins": 1, "outs": 1, "inside": 0, "capacity": 10}
    assert not differences(halls)


def test_halls_count_the_same_whatever_the_order_in_which_phones_bring_them(halls: Fair, at: At) -> None:
    badge, phone = halls.badge(), enrolled(halls)
    walk = [("A", "in"), ("D", "in"), ("C", "in"), ("C", "out"), ("D", "in")]
    said = [reading(badge.code, n) | {"gate": gate, "direction": direction} for n, (gate, direction) in enumerate(walk)]
    at(later=60)
    for one in (said[3], said[1], said[4], said[0], said[2], said[1]):
        bring(halls, [one], phone)
        assert not differences(halls)
    assert inside(halls) == (1, {"copper": 0, "textile": 1})
    assert counted(halls).visits == 1


def test_a_gate_that_changes_its_hall_counts_there_from_then_on(halls: Fair, at: At) -> None:
    first, second = halls.badge(), halls.badge()
    scan(halls, first.code, "D")
    body = {"names": {"fr": "Porte D"}, "hall": "copper"}
    put = f"{API}/gates/D"
    assert halls.service.client.put(put, json=body, headers=halls.staff("organiser")).get_json()["hall"] == "copper"
    wrong = body | {"hall": "leather"}
    assert halls.service.client.put(put, json=wrong, headers=halls.staff("organiser")).status_code == 422
    named = {"names": {"fr": "Porte de cuivre"}}
    assert halls.service.client.put(put, json=named, headers=halls.staff("organiser")).get_json()["hall"] == "copper"
    at(later=1)
    scan(halls, second.code, "D")
    assert inside(halls)[0] == 2
    assert not differences(halls)


def test_an_auditor_finds_the_same_where_a_supervisor_opened_and_heads_were_counted(
    halls: Fair, at: At, tmp_path: Path
) -> None:
    phone, chief, old = enrolled(halls), enrolled(halls, "supervisor"), halls.badge()
    at(later=1)
    halls.tell_badge(old, version=2, state="replaced")
    at(later=9)
    bring(halls, [reading(old.code, 5) | {"override": "Known to all", "gate": "D"}], chief)
    bring(halls, [reading(old.code, 6) | {"gate": "C"}], phone)
    file, keys = tmp_path / "audit.jsonl", tmp_path / "keys.json"
    file.write_bytes(browser(halls, halls.staff("viewer"), "staff").get(f"{FR}/office/counts/audit.jsonl").data)
    keys.write_bytes(halls.service.client.get("/ticketing/.well-known/jwks.json").data)
    done = recount(file, keys)
    assert (done.returncode, "0 differ" in done.stdout) == (0, True), done.stdout
    assert counted(halls).visits == 1


def test_the_desk_lets_somebody_in_by_name_with_a_reason_that_is_listed(halls: Fair, at: At) -> None:
    badge, desk = halls.badge(), browser(halls, halls.staff("desk"), "staff")
    shown = desk.get(f"{FR}/office/gate/by-name?badge={badge.reference}").text
    assert badge.reference in shown
    typed = hidden(shown) | {"badge": badge.reference, "gate": "A", "direction": "in"}
    refused = desk.post(f"{FR}/office/gate/by-name", data=typed | {"reason": " "})
    assert (refused.status_code, badge.reference in refused.text) == (422, True)
    for _ in range(2):
        assert "Bienvenue" in desk.post(f"{FR}/office/gate/by-name", data=typed | {"reason": "=1+1 oublié"}).text
    at(later=1)
    again = typed | {"id": str(uuid4()), "reason": "Encore une fois"}
    assert "déjà à l’intérieur" in desk.post(f"{FR}/office/gate/by-name", data=again).text
    unknown = typed | {"id": str(uuid4()), "reason": "Sans badge", "badge": "ZZZZ2222"}
    assert "badge inconnu" in desk.post(f"{FR}/office/gate/by-name", data=unknown).text
    code = desk.post(f"{FR}/office/gate/by-name", data=typed | {"badge": badge.code[:20], "reason": "Oublié"})
    assert code.status_code == 422
    assert (counted(halls).visits, differences(halls)) == (1, [])
    chief = browser(halls, halls.staff("supervisor"), "staff")
    assert "=1+1 oublié" in chief.get(f"{FR}/office/gate/scans").text
    fields = hidden(chief.get(f"{FR}/office/counts/report").text)
    table = chief.post(f"{FR}/office/counts/scans", data=fields | {"format": "csv"}).data.decode("utf-8-sig")
    assert "'=1+1 oublié" in table
    told = [one["body"] for one in halls.service.published("staff.acted.v1")]
    assert next(one for one in told if one["act"] == "admitted_by_name")["facts"] == {"gate": "A", "word": "admitted"}


def test_only_a_desk_or_a_supervisor_names_people(halls: Fair) -> None:
    badge = halls.badge()

    def ask(phone: dict[str, str]) -> int:
        body = {"id": str(uuid4()), "code": badge.reference, "by_name": "Badge forgotten"}
        return int(halls.service.client.post(f"{API}/gates/A/scans", json=body, headers=phone).status_code)

    assert ask(enrolled(halls)) == 403
    assert [ask(enrolled(halls, "desk")), ask(halls.staff("desk")), ask(enrolled(halls, "supervisor"))] == [201] * 3
    assert browser(halls, halls.staff("steward"), "staff").get(f"{FR}/office/gate/by-name").status_code == 403


def test_a_saved_file_brings_scans_and_heads_once(halls: Fair, at: At) -> None:
    badge, chief = halls.badge(), browser(halls, halls.staff("supervisor"), "staff")
    at(OPENING + timedelta(hours=1))
    one = reading(badge.code, 5)
    heads: dict[str, Any] = {"id": str(uuid4()), "fair": REFERENCE, "gate": "B", "heads": 28, "reason": "school"}
    heads |= {"direction": "in", "scanned_at": OPENING.isoformat()}
    lost = heads | {"id": str(uuid4()), "gate": "Z"}
    said = json.dumps({"exhibition": REFERENCE, "scans": [one, heads, lost, heads | {"heads": "many"}]}).encode()
    for _ in range(2):
        fields = hidden(chief.get(f"{FR}/office/gate/scans").text)
        shown = chief.post(f"{FR}/office/gate/scans", data=fields | {"file": (io.BytesIO(said), "scans.json")})
        assert "Scans pris\xa0: 2" in shown.text
        assert "qui ne peuvent pas être pris : 2" in shown.text.replace("\xa0", " ")
    assert (counted(halls).visits, counted(halls).heads_in, differences(halls)) == (1, 28, [])


def test_the_live_page_tells_halls_apart_and_warns_of_each(halls: Fair) -> None:
    for _ in range(9):
        scan(halls, halls.badge(is_told=False).code, "D")
    shown = browser(halls, halls.staff("viewer"), "staff").get(f"{FR}/office/counts").text
    assert "textile\xa0: presque complet" in shown
    assert "9 sur 10 places" in shown.replace("\xa0", " ")
    page = browser(halls, halls.staff("organiser"), "staff").get("/ar/ouarzazate-12/office/counts").text
    assert "textile: شبه ممتلئ" in page
