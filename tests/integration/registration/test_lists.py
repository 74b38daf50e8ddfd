"""Lists with names: from the desk's own copies, for staff alone, each in the log, no formula in any."""

import csv
import io
import json
import re
from typing import Any
from uuid import UUID

import pypdfium2
import pytest

from services.registration.staff.domain import Act, Role
from shared.ids import new_id
from tests.integration.registration.conftest import Browser, Fair, text_of
from tests.integration.registration.test_desk import log_of
from tests.integration.registration.test_team import open_account, signed_in
from tests.kit.tree import ROOT

LISTS = "/fr/ouarzazate-12/office/lists"
ARABIC = "فاطمة الزهراء أيت علي"


def example(name: str) -> dict[str, Any]:
    """A message as its contract says it."""
    said: dict[str, Any] = json.loads((ROOT / "tests" / "contracts" / f"{name}.json").read_text())["example"]
    return said


def tell_session(fair: Fair, reference: str = "T1", version: int = 1, **more: Any) -> UUID:
    """Say of a session that it stands so; always the same id for a reference."""
    session_id = UUID(int=int.from_bytes(reference.encode()))
    body = example("session.changed.v1") | {"reference": reference} | more
    verdict = fair.service.receive(
        "session.changed.v1", body, subject_id=session_id, version=version, exhibition_id=fair.exhibition.id
    )
    assert verdict == "done", fair.service.last_error()
    return session_id


def tell_booking(fair: Fair, session_id: UUID, who: dict[str, Any], **more: Any) -> UUID:
    """Say of a booking that it was confirmed."""
    booking_id, ids = new_id(), {"session_id": str(session_id), "person_id": who["person_id"]}
    tell(fair, booking_id, 1, example("booking.confirmed.v1") | ids | more)
    return booking_id


def tell(fair: Fair, booking_id: UUID, version: int, body: dict[str, Any], name: str = "booking.confirmed.v1") -> None:
    where = fair.exhibition.id
    assert fair.service.receive(name, body, subject_id=booking_id, version=version, exhibition_id=where) == "done"


def staff(fair: Fair, role: Role) -> Browser:
    return signed_in(fair, open_account(fair, f"{role}@example.com", {fair.exhibition.id: (role,)}))


def rows_of(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.fixture
def booked(fair: Fair) -> UUID:
    """A session with three groups, of which one has cancelled."""
    session_id = tell_session(fair)
    people = [fair.register(name, f"06 12 34 56 {n}") for n, name in enumerate((ARABIC, "=Omar", "Zahra"), 10)]
    for who, size in zip(people, (2, 1, 4), strict=True):
        given_back = tell_booking(fair, session_id, who, party_size=size, reference=f"BOOK{size}XYZ")
    cancelled = {"session_id": str(session_id), "person_id": people[2]["person_id"], "state": "cancelled"}
    tell(fair, given_back, 2, example("booking.cancelled.v1") | cancelled, "booking.cancelled.v1")
    return session_id


def test_a_door_list_names_whom_to_expect(fair: Fair, booked: UUID) -> None:
    desk = staff(fair, Role.DESK)
    overview = desk.get(LISTS)
    assert "3 personnes attendues" in text_of(overview)
    assert "Omar" not in overview.text + desk.get(f"{LISTS}/T1").text, "no names before a list is made"
    shown = desk.post(f"{LISTS}/T1", format="page")
    assert re.findall(r"<bdi>([^<]+)</bdi>\s*</span></td>", shown.text) == ["=Omar", ARABIC]
    assert log_of(fair)[-1] == (Act.LIST_MADE, "T1")
    assert len(log_of(fair)) == 1, "looking at numbers is no act"


def test_the_list_follows_what_ticketing_says_in_any_order(fair: Fair) -> None:
    who = fair.register(ARABIC)
    session_id = UUID(int=int.from_bytes(b"T1"))
    booking_id = tell_booking(fair, session_id, who)
    tell_session(fair, version=2, titles={"fr": "Tissage"}, starts_wall="2026-12-06T15:00:00")
    tell_session(fair, version=1)
    desk = staff(fair, Role.DESK)
    assert "Tissage" in desk.get(LISTS).text
    assert ARABIC in desk.post(f"{LISTS}/T1", format="page").text
    ids = {"session_id": str(session_id), "person_id": who["person_id"]}
    tell(fair, booking_id, 3, example("booking.cancelled.v1") | ids, "booking.cancelled.v1")
    tell(fair, booking_id, 2, example("booking.confirmed.v1") | ids)
    assert ARABIC not in desk.post(f"{LISTS}/T1", format="page").text


def test_a_hall_s_list_holds_all_its_sessions_of_the_day(fair: Fair, booked: UUID) -> None:
    later, elsewhere = tell_session(fair, "T2", starts_wall="2026-12-05T15:00:00"), {"fr": "Grande tente"}
    tell_booking(fair, later, fair.register("Later", "06 12 34 56 20"), reference="LATER234")
    another_day = {"starts_wall": "2026-12-06T10:00:00", "ends_wall": "2026-12-06T12:00:00"}
    for reference, more in (("T3", {"room_names": elsewhere}), ("T4", another_day), ("T5", {"state": "cancelled"})):
        tell_booking(fair, tell_session(fair, reference, **more), fair.register(reference, "06 12 34 56 30"))
    answer = staff(fair, Role.DESK).post(f"{LISTS}/T1", format="csv", scope="hall")
    rows = rows_of(answer.data)
    assert [row[2] for row in rows[1:]] == ["'=Omar", ARABIC, "Later"]
    assert answer.headers["Content-Disposition"] == 'attachment; filename="door-2026-12-05-T1.csv"'


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lang", ["fr", "ar"])
def test_the_paper_list_has_its_names_whole_and_its_pages_numbered(fair: Fair, booked: UUID, lang: str) -> None:
    for number in range(40):
        tell_booking(fair, booked, fair.register(f"Artisan {number}", "06 12 34 56 78"), reference=f"BK{number:06}")
    printed = staff(fair, Role.DESK).post(f"/{lang}/ouarzazate-12/office/lists/T1", format="pdf")
    assert printed.mimetype == "application/pdf"
    document = pypdfium2.PdfDocument(printed.data)
    texts = []
    for page in document:
        text_page = page.get_textpage()
        texts.append(str(text_page.get_text_range()))
        text_page.close()
        page.close()
    document.close()
    assert len(texts) == 2
    # among cells that read the other way, readers give its words in the order they stand
    assert all(word in "".join(texts) for word in ARABIC.split())
    assert "Artisan 39" in "".join(texts)
    for number, text in enumerate(texts, 1):
        assert re.search(rf"{number}\D+2\b", text), text


def test_all_visitors_come_with_contacts_for_organisers_alone(fair: Fair) -> None:
    fair.register("=cmd|' /C calc'!A0", country="MA", region="MA-08")
    fair.register(ARABIC, "06 12 34 56 79", language="ar", email="fatima@example.com")
    told = {
        role: staff(fair, role).post(f"{LISTS}/visitors", format="csv") for role in (Role.ORGANISER, Role.SUPERVISOR)
    }
    full, short = rows_of(told[Role.ORGANISER].data), rows_of(told[Role.SUPERVISOR].data)
    assert [row[:7] for row in full] == short
    assert [row[7:] for row in full[1:]] == [["'+212612345678", ""], ["'+212612345679", "fatima@example.com"]]
    assert [row[1] for row in full[1:]] == ["'=cmd|' /C calc'!A0", ARABIC]
    assert full[1][2:4] == ["Maroc", "Drâa-Tafilalet"]
    assert full[2][4] == "العربية"
    assert [act for act, _subject in log_of(fair)] == [Act.VISITORS_EXPORTED] * 2
    for role in (Role.DESK, Role.VIEWER):
        assert staff(fair, role).post(f"{LISTS}/visitors", format="csv").status_code == 403


def test_the_spreadsheet_reads_from_the_right_in_arabic(fair: Fair) -> None:
    fair.register(ARABIC)
    organiser = staff(fair, Role.ORGANISER)
    answer = organiser.post("/ar/ouarzazate-12/office/lists/visitors", format="xlsx")
    assert answer.data.startswith(b"PK")
    assert answer.headers["Content-Disposition"].endswith('.xlsx"')
