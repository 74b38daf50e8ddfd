"""Badges of a stand: how many, for whom, and what becomes of them when an exhibitor goes."""

import pytest
import sqlalchemy as sa

from services.registration.applications.operations import moving
from services.registration.applications.operations.dossiers import By, find_application
from services.registration.stands.models import allocation, stand_badge, stand_day
from services.registration.stands.operations import people as stand_people
from services.registration.visitors.models import badge
from tests.integration.registration.conftest import Fair, text_of
from tests.integration.registration.standing import Office, rows


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


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


def test_the_schema_holds_the_cap_when_the_count_is_wrong(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Were the cap forgotten, the table would still hold no more than sixty places."""
    [one] = office.confirmed()
    office.place(one, "A-001")
    monkeypatch.setattr(stand_people, "badge_cap", lambda _area: 61)
    mine = office.read(one)
    taken = {"exhibition_id": mine.exhibition_id, "application_id": mine.id, "given_at": mine.made_at}
    with pytest.raises(sa.exc.IntegrityError), office.fair.service.writing() as db:
        db.execute(sa.insert(stand_badge).values(**taken, place=61, person_id=mine.person_id))
