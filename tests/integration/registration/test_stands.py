"""Stands from the list to the badge: set up, given, swapped, freed, marked, found by visitors."""

import gzip
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.registration.applications.domain.states import State
from services.registration.applications.models import application_change
from services.registration.applications.operations import moving
from services.registration.applications.operations.dossiers import Application, By, find_application
from services.registration.staff.domain import EVERYWHERE, Role
from services.registration.staff.domain import Act as Logged
from services.registration.staff.models import audit as staff_audit
from services.registration.staff.operations import accounts
from services.registration.stands.models import allocation, stand_badge, stand_day
from services.registration.stands.operations import people as stand_people
from services.registration.stands.operations.plan import plan_mark
from services.registration.visitors.models import badge
from services.registration.visitors.operations.people import person_tokens
from shared.ids import new_id
from tests.integration.registration.conftest import Browser, Fair, text_of
from tests.integration.registration.exhibitors import confirm

ON_A_DAY = datetime(2026, 12, 8, 9, 0)
PLAN = "/fr/ouarzazate-12/plan"
OFFICE = "/fr/ouarzazate-12/office/stands"
HEAD = "hall;stand;x;y;width;depth\n"


class Office:
    """An organiser who gives stands, over the API and with forms."""

    def __init__(self, fair: Fair) -> None:
        self.fair = fair
        self._login = f"organiser-{new_id().hex[-6:]}@moussem.example"
        roles: dict[UUID, tuple[Role, ...]] = {EVERYWHERE: (Role.ORGANISER,)}
        with fair.service.writing() as db:
            accounts.open_account(db, accounts.NewStaff("Organiser", (self._login,), "a-long-password-2026", roles))

    @property
    def token(self) -> str:
        """Signed in just now."""
        with self.fair.service.writing() as db:
            account = accounts.find_account(db, self._login)
            assert account is not None
            return accounts.staff_tokens(db, self.fair.service.settings, account)["registration"]

    def post(self, path: str, body: Any) -> TestResponse:
        return self.fair.post(path, body, token=self.token)

    def confirmed(self, count: int = 1, **more: Any) -> list[str]:
        with self.fair.service.writing() as db:
            return confirm(db, self.fair.exhibition, count, **more)

    def place(self, reference: str, stand: str, first: str = "2026-12-04", last: str = "2026-12-23") -> TestResponse:
        said = {"application": reference, "stand": stand, "first_day": first, "last_day": last}
        return self.post("/allocations", said)

    def read(self, reference: str) -> Application:
        with self.fair.service.reading() as db:
            return find_application(db, self.fair.exhibition.id, reference)

    def held(self, stand: str) -> list[dict[str, Any]]:
        """Who has a stand, as the office sees it."""
        rows = self.fair.get("/stands", self.token).get_json()["stands"]
        return next(list(row["exhibitors"]) for row in rows if row["reference"] == stand)

    def browser(self) -> Browser:
        browser = self.fair.browser()
        browser.client.set_cookie("staff_registration", self.token)
        return browser

    def exhibitor(self, reference: str) -> Browser:
        """The exhibitor's own browser."""
        one = self.read(reference)
        with self.fair.service.writing() as db:
            tokens = person_tokens(db, self.fair.service.settings, self.fair.exhibition, one.person_id, one.made_at)
        browser = self.fair.browser()
        browser.client.set_cookie("person_registration", tokens["registration"])
        return browser


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


def rows(fair: Fair, table: sa.Table) -> int:
    with fair.service.reading() as db:
        return int(db.scalar(sa.select(sa.func.count()).select_from(table)) or 0)


def test_the_demo_fair_has_240_stands_and_a_second_start_adds_none(fair: Fair) -> None:
    fair.service.do_due("prepare")
    stands = fair.get("/plan").get_json()["stands"]
    assert len(stands) == 240
    assert {one["hall"] for one in stands} == set("ABCDE")
    assert stands[13] | {"exhibitors": None} == {
        **{"hall": "A", "reference": "A-014", "x": 3.0, "y": 3.0, "width": 3.0, "depth": 3.0},
        **{"is_indoor": True, "has_power": True, "has_water": False, "is_active": True, "exhibitors": None},
    }


def test_a_confirmed_exhibitor_is_placed_moved_and_freed_and_hears_of_it(office: Office) -> None:
    [one] = office.confirmed(name="Fatima Aït Ali")
    placed = office.place(one, "A-014")
    assert (placed.status_code, placed.get_json()["state"]) == (201, "placed")
    assert office.place(one, "A-015").get_json()["state"] == "placed"
    first, second = office.held("A-014")[0], office.held("A-015")[0]
    moved = office.post(f"/allocations/{first['id']}/move", {"stand": "B-001"})
    assert [held["stand"] for held in moved.get_json()["stands"]] == ["A-015", "B-001"]
    assert office.post(f"/allocations/{second['id']}/release", {}).get_json()["state"] == "placed"
    freed = office.post(f"/allocations/{first['id']}/release", {})
    assert (freed.get_json()["state"], freed.get_json()["stands"]) == ("confirmed", [])
    told = [message["body"] for message in office.fair.service.published("application.changed.v1")]
    assert [(body["state"], [held["stand"] for held in body["stands"]]) for body in told] == [
        ("placed", ["A-014"]),
        ("placed", ["A-014", "A-015"]),
        ("placed", ["A-015", "B-001"]),
        ("placed", ["B-001"]),
        ("confirmed", []),
    ]
    with office.fair.service.reading() as db:
        audit = db.execute(sa.select(application_change).order_by(application_change.c.version)).all()
    assert [(row.act, row.before, row.after) for row in audit[:2]] == [
        ("place", "confirmed", "placed"),
        ("move", "placed", "placed"),
    ]
    assert audit[0].reason == "+ A-014 2026-12-04–2026-12-23"
    assert rows(office.fair, stand_day) == rows(office.fair, allocation) == 0
    with office.fair.service.reading() as db:
        log = db.execute(sa.select(staff_audit.c.act, staff_audit.c.subject).order_by(staff_audit.c.id)).all()
    given = [act for act, subject in log if subject == "Fatima Aït Ali" and act.startswith("stand")]
    assert given == [Logged.STAND_GIVEN, *[Logged.STANDS_CHANGED] * 3, Logged.STAND_TAKEN_BACK]


def test_a_stand_serves_two_on_different_days_and_never_two_on_one(office: Office) -> None:
    first, second, third = office.confirmed(3)
    assert office.place(first, "A-001", last="2026-12-10").status_code == 201
    assert office.place(second, "A-001", first="2026-12-11").status_code == 201
    refused = office.place(third, "A-001", first="2026-12-10", last="2026-12-11")
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems#stand-taken")
    assert refused.get_json()["days"] == ["2026-12-10", "2026-12-11"]
    assert office.read(third).state is State.CONFIRMED
    assert rows(office.fair, stand_day) == 20


def test_what_cannot_be_placed_is_refused_by_name(office: Office) -> None:
    one, other = office.confirmed(2)
    assert office.place(one, "A-001", first="2026-12-03").get_json()["type"] == "/problems#wrong-days"
    assert office.place(one, "A-001", first="2026-12-09", last="2026-12-08").status_code == 422
    assert office.place(one, "Z-001").status_code == 404
    assert office.place(one, "A-001").status_code == 201
    headers = {"Authorization": f"Bearer {office.token}"}
    state = "/registration/v1/exhibitions/ouarzazate-12/stands/{}/state"
    client = office.fair.service.new_client()
    said = client.put(state.format("A-001"), json={"is_active": False}, headers=headers)
    assert said.get_json()["type"] == "/problems#stand-in-use"
    assert client.put(state.format("A-002"), json={"is_active": False}, headers=headers).status_code == 200
    assert office.place(other, "A-002").get_json()["type"] == "/problems#stand-closed"
    [draft] = office.confirmed(1, state="submitted")
    assert office.place(draft, "A-003").get_json()["type"] == "/problems#act-refused"


def test_two_swap_and_a_third_in_the_way_undoes_all(office: Office) -> None:
    one, other, third = office.confirmed(3)
    office.place(one, "A-001", last="2026-12-10")
    office.place(other, "B-001", first="2026-12-11")
    ids = [office.held(stand)[0]["id"] for stand in ("A-001", "B-001")]
    assert office.post(f"/allocations/{ids[0]}/swap", {"other": ids[1]}).status_code == 201
    assert [office.read(each).stands[0]["stand"] for each in (one, other)] == ["B-001", "A-001"]  # type: ignore[index]
    office.place(third, "A-001", last="2026-12-10")
    refused = office.post(f"/allocations/{ids[0]}/swap", {"other": ids[1]})
    assert refused.get_json()["type"] == "/problems#stand-taken"
    assert [office.held(stand)[0]["application"] for stand in ("A-001", "B-001")] == [third, one]
    assert office.post(f"/allocations/{ids[0]}/swap", {"other": ids[0]}).get_json()["type"] == (
        "/problems#nothing-to-swap"
    )


def test_presence_is_noted_on_the_fairs_days_and_corrected(office: Office, at: Callable[..., datetime]) -> None:
    [one] = office.confirmed()
    office.place(one, "A-001")
    path = f"/applications/{one}/presence"
    assert office.post(path, {"is_present": True}).get_json()["type"] == "/problems#not-a-day-of-the-fair"
    at(ON_A_DAY)
    states = [office.post(path, {"is_present": said}).get_json()["state"] for said in (False, True)]
    assert states == ["absent", "present"]
    assert office.post(path, {"is_present": True}).get_json()["type"] == "/problems#act-refused"
    held = office.held("A-001")[0]["id"]
    assert office.post(f"/allocations/{held}/release", {}).get_json()["type"] == "/problems#act-refused"
    office.post(path, {"is_present": False})
    assert office.post(f"/allocations/{held}/release", {}).get_json()["state"] == "absent"
    assert office.post(path, {"is_present": True}).get_json()["type"] == "/problems#act-refused"


def test_who_withdraws_gives_back_stands_and_badges(office: Office) -> None:
    [one, waiting] = office.confirmed(2)
    office.place(one, "A-001")
    browser = office.exhibitor(one)
    assert browser.post("/fr/ouarzazate-12/apply/badges", name="Ali Ouhssain").status_code == 303
    with office.fair.service.writing() as db:
        moving.withdraw(db, find_application(db, office.fair.exhibition.id, one), By("staff"))
    assert (rows(office.fair, stand_day), rows(office.fair, allocation), rows(office.fair, stand_badge)) == (0, 0, 0)
    told = office.fair.service.published("badge.issued.v1")
    assert [(body["body"]["kind"], body["body"]["state"]) for body in told] == [
        ("exhibitor", "valid"),
        ("exhibitor", "revoked"),
    ]
    assert office.read(one).stands == []
    assert office.place(waiting, "A-001").status_code == 201


def test_badges_end_at_the_cap_and_a_place_given_back_is_free(office: Office) -> None:
    [one, later] = office.confirmed(2)
    office.place(one, "A-001")
    browser = office.exhibitor(one)
    page = "/fr/ouarzazate-12/apply/badges"
    for name in ("Ali", "فاطمة", "Zahra", "<b>Itto</b>"):
        assert browser.post(page, name=name).status_code == 303
    full = browser.post(page, name="Brahim")
    assert full.status_code == 422
    assert "Votre stand a 4 badges" in text_of(full)
    assert 'value="Brahim"' not in full.text  # there is no field where there is no badge
    assert "&lt;b&gt;Itto&lt;/b&gt;" in browser.get(page).text
    assert browser.get(f"{page}/2.pdf").data.startswith(b"%PDF")
    assert browser.post(f"{page}/2/withdrawal").status_code == 303
    assert browser.post(page, name="Brahim").status_code == 303
    with office.fair.service.reading() as db:
        kinds = db.execute(sa.select(badge.c.kind, badge.c.state).order_by(badge.c.issued_at)).all()
    assert sorted(map(tuple, kinds)) == [("exhibitor", "revoked"), *[("exhibitor", "valid")] * 4]
    assert office.exhibitor(later).post(page, name="Ali").status_code == 422


def test_a_list_is_looked_at_before_anything_is_written(office: Office) -> None:
    browser, fair = office.browser(), office.fair
    bad = HEAD + "A;A-014;0;90;3;3\nF;F-01;0;0;3;3\nF;F-02;2;0;3;3\nF;<i>x</i>;9;0;3;3\n"
    seen = browser.post(f"{OFFICE}/new/list", csv=bad)
    assert seen.status_code == 422
    words = text_of(seen)
    assert "3 lignes sont à revoir" in words
    assert "Le stand A-014 existe déjà." in words
    assert "Il recouvre le stand F-01." in words
    assert "<i>x</i>" not in seen.text
    refused = office.post("/stands", {"csv": bad})
    assert [row["line"] for row in refused.get_json()["rows"]] == [2, 4, 5]
    assert browser.post(f"{OFFICE}/new", csv=bad).status_code == 422
    assert len(fair.get("/plan").get_json()["stands"]) == 240
    good = HEAD + "F;F-01;0;0;3;3\nF;F-02;3;0;2,5;3\n"
    assert "2 stands peuvent être créés" in text_of(browser.post(f"{OFFICE}/new/list", csv=good))
    assert len(fair.get("/plan").get_json()["stands"]) == 240
    assert browser.post(f"{OFFICE}/new", csv=good).status_code == 303
    assert len(fair.get("/plan").get_json()["stands"]) == 242


def test_a_row_of_stands_goes_behind_the_last_one(office: Office) -> None:
    said = {"hall": "A", "prefix": "A", "first": "61", "count": "3", "width": "2,5", "depth": "4", "aisle": "3"}
    seen = office.browser().post(f"{OFFICE}/new/row", **said)
    assert "3 stands peuvent être créés" in text_of(seen)
    assert "A;A-061;0;24;2.5;4;indoor;no;no" in seen.text
    wrong = office.browser().post(f"{OFFICE}/new/row", **said | {"count": "0", "width": "wide"})
    assert wrong.status_code == 422
    assert 'value="wide"' in wrong.text


def test_a_file_from_a_spreadsheet_is_read(office: Office) -> None:
    import io

    browser = office.browser()
    browser.post(OFFICE + "/new/row")  # the form's cookie
    body = "hall;référence;x;y;largeur;profondeur;électricité\r\nF;F-1;0;0;3;3;oui\r\n".encode("cp1252")
    data = {"file": (io.BytesIO(body), "stands.csv"), "csrf_token": _proof()}
    seen = browser.client.post(OFFICE + "/new/list", data=data, content_type="multipart/form-data")
    assert "1 stand peut être créé" in text_of(seen)


def _proof() -> str:
    import hashlib
    import hmac

    from tests.kit.services import SECRET

    return hmac.new(bytes.fromhex(SECRET), b"form:form-of-a-test", hashlib.sha256).hexdigest()


def test_the_forms_do_what_the_api_does(office: Office, at: Callable[..., datetime]) -> None:
    one, other = office.confirmed(2)
    browser = office.browser()
    assert one in browser.get(OFFICE).text
    whole = {"first_day": "2026-12-04", "last_day": "2026-12-23"}
    assert browser.get(f"{OFFICE}/place?application={one}").status_code == 200
    assert browser.post(f"{OFFICE}/place", application=one, stand="A-001", **whole).status_code == 303
    taken = browser.post(f"{OFFICE}/place", application=other, stand="A-001", **whole)
    assert taken.status_code == 422
    assert "Ce stand est pris" in text_of(taken)
    browser.post(f"{OFFICE}/place", application=other, stand="A-002", **whole)
    mine, theirs = office.held("A-001")[0]["id"], office.held("A-002")[0]["id"]
    assert browser.post(f"{OFFICE}/A-001/allocations/{mine}/swap", other=theirs).status_code == 303
    assert browser.post(f"{OFFICE}/A-002/allocations/{mine}/move", stand="A-003").status_code == 303
    assert office.held("A-003")[0]["application"] == one
    at(ON_A_DAY)
    browser = office.browser()
    assert browser.post(f"{OFFICE}/A-003/presence", application=one, is_present="1").status_code == 303
    assert "Présent à la foire" in text_of(browser.get(f"{OFFICE}?colour=craft"))
    assert browser.post(f"{OFFICE}/A-001/allocations/{theirs}/release").status_code == 303
    assert browser.post(f"{OFFICE}/A-001/state", act="remove").status_code == 303
    assert browser.get(f"{OFFICE}/A-001").status_code == 404


def test_visitors_find_exhibitors_in_any_script(office: Office) -> None:
    names = ["فاطمة أيت علي", "Mohammed Ouhssain", '<script>alert("x")</script>']
    refs = [office.confirmed(1, name=name)[0] for name in names]
    for reference, stand in zip(refs, ("A-001", "A-002", "B-001"), strict=True):
        office.place(reference, stand)
    client = office.fair.service.new_client()
    whole = client.get(PLAN)
    assert "3 exposants vous attendent" in whole.text
    assert "<script>alert" not in whole.text
    for typed, found in (
        ("fatima", refs[:1]),
        ("محمد", refs[1:2]),
        ("b-001", refs[2:]),
        ("٢", refs[1:2]),
        ("nobody", []),
    ):
        page = client.get(PLAN, query_string={"q": typed}).text
        assert [ref for ref in refs if f'id="e-{ref}"' in page] == found
    page = client.get(PLAN, query_string={"hall": "A"}).text
    assert [ref for ref in refs if f'id="e-{ref}"' in page] == refs[:2]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lang", ["ar", "fr", "en", "zgh"])
def test_the_public_plan_of_a_full_fair_is_light_and_kept(office: Office, lang: str) -> None:
    fair = office.fair
    stands = [one["reference"] for one in fair.get("/plan").get_json()["stands"]]
    refs = office.confirmed(len(stands), business="Coopérative féminine de tissage de Taznakht")
    with fair.service.writing() as db:
        from services.registration.stands.domain.days import Days
        from services.registration.stands.operations.placing import Wish, place

        days = Days(fair.exhibition.first_day, fair.exhibition.last_day)
        for reference, name in zip(refs, stands, strict=True):
            wish = Wish(find_application(db, fair.exhibition.id, reference), name, days)
            place(db, fair.exhibition, wish, By("staff"))
    address = f"/{lang}/ouarzazate-12/plan"
    client = fair.service.new_client()
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data).count(b'id="e-') == 240
    assert len(packed.data) < 40_000, "with style and font the whole stays below 50 kB"
    again = client.get(address, headers={"If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304
    with fair.service.writing() as db:
        moving.withdraw(db, find_application(db, fair.exhibition.id, refs[0]), By("staff"))
    assert client.get(address, headers={"If-None-Match": packed.headers["ETag"]}).status_code == 200


def test_the_mark_of_the_plan_changes_with_every_act(office: Office) -> None:
    def mark() -> str:
        with office.fair.service.reading() as db:
            return plan_mark(db, office.fair.exhibition.id)

    seen = [mark()]
    one, other = office.confirmed(2)
    seen.append(mark())
    office.place(one, "A-001")
    seen.append(mark())
    office.place(other, "A-002")
    seen.append(mark())
    ids = [office.held(stand)[0]["id"] for stand in ("A-001", "A-002")]
    office.post(f"/allocations/{ids[0]}/swap", {"other": ids[1]})
    seen.append(mark())
    office.post(f"/allocations/{ids[0]}/release", {})
    seen.append(mark())
    office.post("/stands", {"csv": HEAD + "F;F-01;0;0;3;3\n"})
    seen.append(mark())
    office.browser().post(f"{OFFICE}/F-01/state", act="close")
    seen.append(mark())
    assert len(set(seen)) == len(seen)


def test_exhibitors_are_counted_and_the_table_holds_no_formula(office: Office) -> None:
    one, other = office.confirmed(2, name="=HYPERLINK(1)", members=["a", "b"])
    [guest] = office.confirmed(1, country="IN", region=None, kind="delegation")
    office.place(one, "A-001", last="2026-12-13")
    office.place(other, "A-001", first="2026-12-14")
    office.place(guest, "D-037")
    counted = office.fair.get("/exhibitors/figures", office.token).get_json()
    assert (counted["main"], counted["members"], counted["by_country"]) == (3, 4, {"MA": 2, "IN": 1})
    assert counted["net"] == {"indoor": 9.0, "outdoor": 9.0, "national": 9.0, "foreign": 9.0}
    browser = office.browser()
    table = browser.get("/fr/ouarzazate-12/office/exhibitors/list.csv").get_data(as_text=True)
    assert "net m2,outdoor,9.00" in table
    assert not [line for line in table.splitlines() if line.startswith(("=", "+", "-", "@"))]
    assert "3 exposants tiennent 18" in text_of(browser.get("/fr/ouarzazate-12/office/exhibitors"))


def test_the_schema_holds_the_cap_when_the_count_is_wrong(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the cap forgotten, the table would still hold no more than sixty places."""
    [one] = office.confirmed()
    office.place(one, "A-001")
    monkeypatch.setattr(stand_people, "badge_cap", lambda _area: 61)
    mine = office.read(one)
    taken = {"exhibition_id": mine.exhibition_id, "application_id": mine.id, "given_at": mine.made_at}
    with pytest.raises(sa.exc.IntegrityError), office.fair.service.writing() as db:
        db.execute(sa.insert(stand_badge).values(**taken, place=61, person_id=mine.person_id))
