"""What leaves the house: papers, tables and the signed file all say what the gates saw. The example of docs/audit."""

import csv
import io
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pypdfium2
import pytest

from services.ticketing.access.operations import exhibition_of, recent
from services.ticketing.reports.operations import sittings_of
from shared.ids import new_id
from tests.conftest import At
from tests.integration.ticketing.scene import API, EXHIBITION, Badge, Fair
from tests.integration.ticketing.test_holds_and_offers import said
from tests.integration.ticketing.test_pages import FR, browser, hidden
from tests.integration.ticketing.test_the_door import begins, come
from tests.kit.tree import ROOT

RECOUNT = ROOT / "docs" / "audit" / "recount.py"
PEOPLE = {"Amina": "MA-08", "Brahim": "MA-08", "Chloé": "FR", "Driss": None, "Press": "FR"}
# As docs/audit/README.md tells it: day, hour, who, gate, direction.
STORY = [
    *[(4, "09:05", "Amina", "A", "in"), (4, "09:20", "Brahim", "B", "in"), (4, "09:40", "Amina", "B", "in")],
    *[(4, "10:00", "Press", "A", "in"), (4, "11:00", "Amina", "A", "out"), (4, "11:30", "Amina", "A", "in")],
    *[(4, "12:00", "Chloé", "B", "in"), (4, "17:00", "Brahim", "A", "out"), (5, "09:01", "Amina", "A", "in")],
    *[(5, "10:30", "Driss", "A", "in"), (5, "10:31", "Driss", "A", "out"), (5, "18:00", "Chloé", "A", "out")],
    *[(6, "09:00", "Amina", "D", "in"), (6, "09:30", "Brahim", "A", "in"), (6, "09:45", "Brahim", "D", "in")],
    *[(6, "09:50", "Brahim", "D", "in"), (6, "10:00", "Amina", "C", "in"), (6, "11:00", "Amina", "C", "out")],
    *[(6, "12:00", "Brahim", "D", "out")],
]
HALLS = {"C": "copper", "D": "textile"}
# A school class: hour, way, heads.
CLASS = [("10:00", "in", 28), ("11:30", "out", 27)]


def play(fair: Fair, at: At) -> dict[str, Badge]:
    """Three days of five people and a school class, and a code that is none."""
    open_halls(fair)
    badges = {}
    for name, residence in PEOPLE.items():
        badges[name] = fair.badge(kind="press" if name == "Press" else "visitor", is_told=False)
        badges[name].body["residence"] = residence
        fair.tell_badge(badges[name])
    steward = fair.staff("steward")
    for n, (day, hour, name, gate, direction) in enumerate(STORY, start=1):
        at(datetime(2026, 12, day, int(hour[:2]), int(hour[3:]), tzinfo=UTC))
        body = {"id": str(UUID(int=n)), "code": badges[name].code, "direction": direction}
        assert fair.service.client.post(f"{API}/gates/{gate}/scans", json=body, headers=steward).status_code == 201
    forged = {"id": str(UUID(int=99)), "code": "=HYPERLINK(1)"}
    fair.service.client.post(f"{API}/gates/A/scans", json=forged, headers=steward)
    for n, (hour, direction, heads) in enumerate(CLASS, start=1):
        at(datetime(2026, 12, 6, 18, tzinfo=UTC))
        said = {"id": str(UUID(int=n)), "gate": "B", "heads": heads, "reason": "school", "direction": direction}
        said["counted_at"] = f"2026-12-06T{hour}:00+00:00"
        assert fair.service.client.post(f"{API}/tallies", json=said, headers=keyed(steward)).status_code == 201
    return badges


def keyed(headers: dict[str, str]) -> dict[str, str]:
    return headers | {"Idempotency-Key": str(new_id())}


def open_halls(fair: Fair) -> None:
    """Gates C and D open into halls; A and B are of the grounds."""
    halls = [{"reference": one, "names": {"fr": one}, "capacity": 10} for one in HALLS.values()]
    fair.tell_exhibition(version=2, halls=halls)
    recent._exhibitions.forget()
    for gate, hall in HALLS.items():
        body = {"names": {"fr": f"Porte {gate}"}, "hall": hall}
        put = fair.service.client.put(f"{API}/gates/{gate}", json=body, headers=fair.staff("organiser"))
        assert put.status_code == 200, put.text


def recount(*arguments: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run([sys.executable, RECOUNT, *arguments], capture_output=True, text=True, check=False)


def text_of(pdf: bytes) -> str:
    document = pypdfium2.PdfDocument(pdf)
    texts = []
    for page in document:
        part = page.get_textpage()
        texts.append(str(part.get_text_range()))
        part.close()
        page.close()
    document.close()
    return "\n".join(texts)


def test_an_auditor_counts_the_signed_file_anew_and_finds_a_lie(fair: Fair, at: At, tmp_path: Path) -> None:
    badges = play(fair, at)
    viewer = browser(fair, fair.staff("viewer"), "staff")
    answer = viewer.get(f"{FR}/office/counts/audit.jsonl")
    file, keys, lie = tmp_path / "audit.jsonl", tmp_path / "keys.json", tmp_path / "lie.jsonl"
    file.write_bytes(answer.data)
    keys.write_bytes(fair.service.client.get("/ticketing/.well-known/jwks.json").data)
    done = recount(file, keys)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "22 readings" in done.stdout
    assert "signature: holds" in done.stdout
    told = answer.text
    assert not [one for one in badges.values() if one.code in told or str(one.person_id) in told or one.id.hex in told]
    lie.write_bytes(answer.data.replace(b'"visitors":{"press":1,"visitor":4}', b'"visitors":{"press":1,"visitor":5}'))
    found = recount(lie, keys)
    assert (found.returncode, "told 5, counted 4" in found.stdout, "DOES NOT HOLD" in found.stdout) == (1, True, True)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_example_of_the_docs_is_what_its_story_gives(fair: Fair, at: At) -> None:
    expected = json.loads((ROOT / "docs" / "audit" / "example.jsonl").read_text().splitlines()[0])["numbers"]
    done = recount(ROOT / "docs" / "audit" / "example.jsonl", ROOT / "docs" / "audit" / "example-keys.json")
    assert (done.returncode, "signature: holds" in done.stdout) == (0, True), done.stdout
    play(fair, at)
    told = browser(fair, fair.staff("viewer"), "staff").get(f"{FR}/office/counts/audit.jsonl").text
    assert json.loads(told.splitlines()[0])["numbers"] == expected
    assert expected["visitors"] == {"press": 1, "visitor": 4}
    page = browser(fair, fair.staff("viewer"), "staff").get(f"{FR}/office/counts/report").text
    assert "4 visiteurs jusqu’ici" in page


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_papers_stand_in_french_and_arabic(fair: Fair, at: At) -> None:
    play(fair, at)
    viewer = browser(fair, fair.staff("viewer"), "staff")
    day = viewer.get(f"{FR}/office/counts/day.pdf?day=2026-12-04")
    assert day.content_type == "application/pdf"
    french = text_of(day.data)
    assert "Fréquentation du vendredi 4 décembre 2026" in french
    assert "Drâa-Tafilalet" in french
    arabic = text_of(viewer.get("/ar/ouarzazate-12/office/counts/report.pdf").data)
    assert "2026" in arabic
    assert any("\u0600" <= letter <= "\u06ff" or "\ufb50" <= letter <= "\ufeff" for letter in arabic)
    assert viewer.get(f"{FR}/office/counts/day.pdf?day=tomorrow").status_code == 404


def test_every_scan_stands_in_the_table_with_its_verdict(fair: Fair, at: At) -> None:
    badges = play(fair, at)
    fair.tell_badge(badges["Chloé"], version=2, state="revoked", occurred_at="2026-12-05T17:00:00+00:00")
    viewer = browser(fair, fair.staff("viewer"), "staff")
    fields = hidden(viewer.get(f"{FR}/office/counts/report").text)
    answer = viewer.post(f"{FR}/office/counts/scans", data=fields | {"format": "csv"})
    heads, *rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert (len(heads), len(rows)) == (13, len(STORY) + 1)
    verdicts = {int(UUID(row[0])): (row[8], row[9]) for row in rows}
    assert verdicts[1] == ("Entrés", "")
    assert verdicts[3] == ("Refusé", "Non : déjà à l’intérieur".replace(" :", "\u00a0:"))
    assert verdicts[5] == ("Sorti", "")
    assert verdicts[12][0] == "Refusé", "her badge had been revoked an hour before"
    assert verdicts[99] == ("Refusé", "Illisible")
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@"))]
    assert "HYPERLINK" not in answer.text


def test_a_session_counts_who_came_who_did_not_and_the_hours(fair: Fair, at: At) -> None:
    came, missing = fair.badge(), fair.badge()
    for badge, size in ((came, 2), (missing, 1)):
        assert fair.book("W1", fair.person(badge.person_id), party_size=size).status_code == 201
    start = begins(fair)
    at(start - timedelta(minutes=5))
    assert come(fair, came.code)["word"] == "admitted"
    at(start + timedelta(minutes=9))
    assert come(fair, fair.badge().code)["way"] == "walk-in"
    with fair.service.reading() as db:
        where = exhibition_of(db, EXHIBITION)
        during = {one.reference: one for one in sittings_of(db, where, start + timedelta(minutes=9))}["W1"]
        after = {one.reference: one for one in sittings_of(db, where, start + timedelta(hours=9), start.date())}["W1"]
    ends = datetime.fromisoformat(said(fair.service.client.get(f"{API}/sessions/W1"))["ends_at"])
    length = (ends - start) // timedelta(minutes=1)
    assert (after.booked, after.came, after.walked_in, after.no_shows) == (3, 3, 1, 1)
    assert during.no_shows == 0, "who is late may still come"
    assert after.minutes == 2 * length + length - 9, "before the beginning nothing is attended"
