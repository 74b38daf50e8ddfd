"""The people of stands at the desk and in the office: found, given badges, printed, replaced as visitors are."""

import pytest
import sqlalchemy as sa

from services.registration.applications.models import application
from services.registration.staff.domain import Act, Role
from services.registration.visitors.domain.badge_code import show_reference
from services.registration.visitors.domain.names import search_key
from services.registration.visitors.models import badge, person
from tests.integration.registration.conftest import Browser, Fair, text_of
from tests.integration.registration.standing import Office
from tests.integration.registration.test_desk import DESK, log_of, names_in, person_page
from tests.integration.registration.test_team import open_account, signed_in

HOUSE = "Coopérative Tifaouine"
BADGES = "/fr/ouarzazate-12/office/badges"


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


@pytest.fixture
def agent(fair: Fair) -> Browser:
    """Somebody with the role desk, signed in."""
    return signed_in(fair, open_account(fair, "desk@example.com", {fair.exhibition.id: (Role.DESK,)}))


@pytest.fixture
def dossier(office: Office) -> str:
    """A placed cooperative, spoken for by محمد أمزيان, whose phone is known; nobody has a badge yet."""
    [reference] = office.confirmed()
    assert office.place(reference, "A-001").status_code == 201
    one = office.read(reference)
    name = "محمد أمزيان"
    told = {"name": name, "name_key": search_key(name), "phone": "+212655443322"}
    with office.fair.service.writing() as db:
        db.execute(sa.update(person).where(person.c.id == one.person_id).values(told))
        db.execute(sa.update(application).where(application.c.id == one.id).values(business=HOUSE))
    return reference


def badge_of_a_stand(fair: Fair) -> str:
    """The reference of the only valid exhibitor's badge."""
    with fair.service.reading() as db:
        which = sa.select(badge.c.reference).where(badge.c.kind == "exhibitor", badge.c.state == "valid")
        return str(db.execute(which).scalar_one())


def test_who_works_at_a_stand_is_found_as_visitors_are(fair: Fair, agent: Browser, dossier: str) -> None:
    assert agent.post(f"{BADGES}/{dossier}", name="فاطمة أيت لحسن").status_code == 303
    fair.register("Omar Naji", "06 12 34 56 79")
    worn = badge_of_a_stand(fair)
    own = ("Fatima", "fatima ait lahcen", "فاطمه", worn, show_reference(worn).lower())
    theirs = (dossier, dossier.lower(), "06 55 44 33 22", "Mohamed Amzian", "محمد", "tifaouine", "cooperative")
    for sought in (*own, *theirs):
        answer = agent.post(DESK, sought=sought)
        assert names_in(answer.text) == ["فاطمة أيت لحسن"], sought
        assert f"Exposant · {HOUSE} · A-001" in " ".join(text_of(answer).split()), sought
        assert (f"{BADGES}/{dossier}" in answer.text) == (sought in theirs), sought
    assert log_of(fair).count((Act.PEOPLE_SEARCHED, "Fatima")) == 1
    assert names_in(agent.post(DESK, sought="Omar").text) == ["Omar Naji"]


def test_an_exhibitor_without_badges_is_found_and_given_one(fair: Fair, agent: Browser, dossier: str) -> None:
    answer = agent.post(DESK, sought="Amzian")
    assert "Un exposant trouvé" in text_of(answer)
    assert names_in(answer.text) == []
    page = agent.get(f"{BADGES}/{dossier}")
    assert "0 sur 4" in text_of(page)
    for _ in range(2):
        assert agent.post(f"{BADGES}/{dossier}", name="محمد أمزيان", idempotency_key="twice").status_code == 303
    assert "1 sur 4" in text_of(agent.get(f"{BADGES}/{dossier}"))
    assert names_in(agent.post(DESK, sought="Amzian").text) == ["محمد أمزيان"]
    assert (Act.STAND_BADGE_GIVEN, "محمد أمزيان") in log_of(fair)


def test_the_office_keeps_to_the_cap_and_takes_badges_back(fair: Fair, agent: Browser, dossier: str) -> None:
    for name in ("Ali", "Zahra", "Itto", "Brahim"):
        assert agent.post(f"{BADGES}/{dossier}", name=name).status_code == 303
    full = agent.post(f"{BADGES}/{dossier}", name="Hassan")
    assert (full.status_code, "Votre stand a 4 badges" in text_of(full)) == (422, True)
    here = person_page(agent, "Zahra")
    assert agent.post(f"{BADGES}/{dossier}/2/withdrawal").status_code == 303
    assert names_in(agent.post(DESK, sought="Zahra").text) == []
    assert agent.get(here).status_code == 404, "a badge taken back is nobody's"
    assert (Act.STAND_BADGE_TAKEN_BACK, "Zahra") in log_of(fair)
    assert agent.post(f"{BADGES}/{dossier}", name="").status_code == 422


def test_a_lost_badge_of_a_stand_is_replaced_at_the_desk(fair: Fair, agent: Browser, dossier: str) -> None:
    agent.post(f"{BADGES}/{dossier}", name="Fatima")
    lost = badge_of_a_stand(fair)
    here = person_page(agent, dossier)
    assert here.endswith(lost)
    for _ in range(2):
        assert agent.post(f"{here}/replacement", idempotency_key="lost").status_code == 303
    told = [message["body"] for message in fair.service.published("badge.issued.v1")]
    assert [(body["kind"], body["state"]) for body in told] == [
        ("exhibitor", "valid"),
        ("exhibitor", "replaced"),
        ("exhibitor", "valid"),
    ]
    fresh = badge_of_a_stand(fair)
    assert show_reference(fresh) in agent.get(here).text, "the address of the lost badge leads to its owner"
    assert names_in(agent.post(DESK, sought=lost).text) == ["Fatima"]
    assert agent.post(f"{here}/print").data.startswith(b"%PDF")
    assert fresh in agent.get(f"{BADGES}/{dossier}").text
    acts = [act for act, subject in log_of(fair) if subject == "Fatima"]
    assert acts == [Act.STAND_BADGE_GIVEN, Act.BADGE_REPLACED, Act.BADGE_PRINTED]


def test_who_works_at_a_stand_has_nothing_to_sign_in_for(fair: Fair, agent: Browser, dossier: str) -> None:
    agent.post(f"{BADGES}/{dossier}", name="Fatima")
    here = person_page(agent, "Fatima")
    page = agent.get(here)
    assert (f"{here}/print" in page.text, f"{here}/letter" in page.text, f"{here}/link" in page.text) == (
        True,
        False,
        False,
    )
    assert [agent.post(f"{here}/{way}").status_code for way in ("letter", "link")] == [404, 404]
    assert fair.links() == []


def test_programs_see_who_works_where(office: Office, dossier: str) -> None:
    office.browser().post(f"{BADGES}/{dossier}", name="Fatima")
    found = office.post("/desk/searches", {"sought": "Tifaouine"}).get_json()
    house = {"reference": dossier, "title": HOUSE, "stands": ["A-001"]}
    assert found["exhibitors"] == [house]
    [one] = found["people"]
    assert (one["name"], one["kind"], one["exhibitor"]) == ("Fatima", "exhibitor", house)
    assert office.fair.get(f"/desk/people/{one['reference']}", office.token).get_json()["exhibitor"] == house


def test_the_stand_and_the_dossier_lead_to_their_badges(office: Office, dossier: str) -> None:
    for page in ("stands/A-001", f"applications/{dossier}"):
        assert f'href="{BADGES}/{dossier}"' in office.browser().get(f"/fr/ouarzazate-12/office/{page}").text, page
