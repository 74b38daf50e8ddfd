"""At the desk: people are found in any spelling, registered with a name alone, given a badge again."""

import re
from uuid import UUID

import pytest

from services.registration.exhibitions import operations as exhibitions
from services.registration.staff.domain import Act, Role
from services.registration.staff.operations import audit
from tests.integration.registration.conftest import Browser, Fair, text_of
from tests.integration.registration.test_team import open_account, signed_in

DESK = "/fr/ouarzazate-12/office/desk"


@pytest.fixture
def agent(fair: Fair) -> Browser:
    """Somebody with the role desk, signed in."""
    return signed_in(fair, open_account(fair, "desk@example.com", {fair.exhibition.id: (Role.DESK,)}))


def log_of(fair: Fair) -> list[tuple[str, str]]:
    with fair.service.reading() as db:
        return [
            (row.act, row.subject) for row in reversed(audit.list_acts(db, [fair.exhibition.id], audit.Wanted(), 100))
        ]


def names_in(page_text: str) -> list[str]:
    return re.findall(r'<h2><a href="[^"]+"><bdi>([^<]+)</bdi>', page_text)


def person_page(agent: Browser, sought: str) -> str:
    """The address of the first person a search finds."""
    found = re.search(rf"{DESK}/people/[2-9A-Z]{{8}}", agent.post(DESK, sought=sought).text)
    assert found, sought
    return found[0]


def test_a_person_is_found_by_name_phone_and_reference(fair: Fair, agent: Browser) -> None:
    reference = fair.register("فاطمة الزهراء المنصوري", "06 12 34 56 78")["badge"]["reference"]
    fair.register("Omar Naji", "06 12 34 56 79")
    for sought in ("Fatima", "fatima mansouri", "فاطمه", "0612345678", reference, reference.lower()):
        answer = agent.post(DESK, sought=sought)
        assert names_in(answer.text) == ["فاطمة الزهراء المنصوري"], sought
        assert "612345678" not in re.sub(r'value="[^"]*"', "", answer.text).replace(" ", "")
    assert "Personne" in text_of(agent.post(DESK, sought="Khadija"))
    assert log_of(fair)[0] == (Act.PEOPLE_SEARCHED, "Fatima")
    assert len(log_of(fair)) == 7


def test_a_changed_name_is_found_by_the_new_one(fair: Fair, agent: Browser) -> None:
    token = fair.register("Fatima")["tokens"]["registration"]
    changed = fair.service.new_client().patch(
        "/registration/v1/exhibitions/ouarzazate-12/visitors/me",
        json={"name": "خديجة"},
        headers={"Authorization": f"Bearer {token}", "If-Match": '"1"'},
    )
    assert changed.status_code == 200
    assert names_in(agent.post(DESK, sought="Khadija").text) == ["خديجة"]
    assert names_in(agent.post(DESK, sought="Fatima").text) == []


def test_nobody_is_listed_without_a_search(fair: Fair, agent: Browser) -> None:
    fair.register("Fatima Aït Ali")
    assert "Fatima" not in agent.get(DESK).text
    for sought in ("", " ", "%", "_", "f"):
        answer = agent.post(DESK, sought=sought)
        assert answer.status_code == 422
        assert "Fatima Aït" not in answer.text


def test_more_than_twenty_are_not_shown(fair: Fair, agent: Browser) -> None:
    for number in range(22):
        fair.register(f"Fatima {number}", f"06 12 34 56 {number + 10}")
    answer = agent.post(DESK, sought="فاطمة")
    assert len(names_in(answer.text)) == 20
    assert "Il y en a d’autres" in text_of(answer)


def test_a_search_too_many_waits(fair: Fair, agent: Browser) -> None:
    *answered, last = [agent.post(DESK, sought="Fatima") for _ in range(61)]
    assert [one.status_code for one in answered] == [200] * 60
    assert (last.status_code, 0 < int(last.headers["Retry-After"]) <= 300) == (429, True)
    assert re.search(r"La prochaine aura sa réponse dans (une minute|\d minutes)\.", text_of(last))
    assert 'value="Fatima"' in last.text


def test_a_name_alone_is_enough_at_the_desk(fair: Fair, agent: Browser) -> None:
    for _ in range(2):
        made = agent.post(f"{DESK}/people", name="Itto n’Ait Hdidou", language="ar", idempotency_key="twice")
        assert made.status_code == 303
    (told,) = fair.service.published("person.registered.v1")
    assert (told["body"]["phone"], told["body"]["language"]) == (None, "ar")
    assert fair.links() == []
    shown = agent.get(made.headers["Location"])
    assert "Itto" in shown.text
    here = made.headers["Location"].partition("?")[0]
    printed = agent.post(f"{here}/print")
    assert printed.mimetype == "application/pdf"
    assert printed.data.startswith(b"%PDF")
    assert [act for act, _subject in log_of(fair)] == [Act.VISITOR_REGISTERED, Act.BADGE_PRINTED]
    assert agent.post(f"{here}/link").status_code in (303, 404)
    assert fair.links() == []


@pytest.mark.parametrize(("home", "counted"), [("MA-08", "MA-08"), ("IN", "IN"), ("", None)])
def test_where_somebody_lives_is_counted_and_never_asked_for(
    fair: Fair, agent: Browser, home: str, counted: str | None
) -> None:
    assert agent.post(f"{DESK}/people", name="Itto", home=home).status_code == 303
    assert fair.service.published("badge.issued.v1")[0]["body"]["residence"] == counted
    assert agent.post(f"{DESK}/people", name="Itto", home="Mars").status_code == 422


def test_a_bad_answer_keeps_what_was_typed(agent: Browser) -> None:
    bad = agent.post(f"{DESK}/people", name="Fatima", phone="12")
    assert bad.status_code == 422
    assert 'value="Fatima"' in bad.text
    assert 'href="#f-phone"' in bad.text


def test_the_desk_registers_while_registration_is_closed(fair: Fair, agent: Browser) -> None:
    with fair.service.writing() as db:
        exhibitions.change_exhibition(db, fair.exhibition.id, state="closed")
    assert fair.post("/visitors", {"name": "Fatima", "phone": "0612345678"}).status_code == 409
    assert agent.post(f"{DESK}/people", name="Fatima").status_code == 303


def test_a_lost_badge_is_replaced_and_the_gates_are_told(fair: Fair, agent: Browser) -> None:
    lost = fair.register("Fatima")["badge"]["reference"]
    here = person_page(agent, "Fatima")
    for _ in range(2):
        assert agent.post(f"{here}/replacement", idempotency_key="lost").status_code == 303
    told = [message["body"] for message in fair.service.published("badge.issued.v1")]
    assert [body["state"] for body in told] == ["valid", "replaced", "valid"]
    assert lost not in agent.get(here).text
    assert names_in(agent.post(DESK, sought=lost).text) == ["Fatima"], "a lost badge that is found has an owner"
    assert (Act.BADGE_REPLACED, "Fatima") in log_of(fair)


def test_the_link_is_sent_again_and_opens_the_badge(fair: Fair, agent: Browser) -> None:
    fair.register("Fatima")
    here = person_page(agent, "Fatima")
    for _ in range(2):
        assert agent.post(f"{here}/link", idempotency_key="again").headers["Location"].endswith("?sent=1")
    first, second = fair.links()
    assert (second["purpose"], second["code"]) == ("link", None)
    assert second["link"] != first["link"]
    assert fair.browser().get("/k/" + second["link"].rpartition("/")[2]).status_code == 200
    for number in range(3):
        last = agent.post(f"{here}/link", idempotency_key=f"more {number}").headers["Location"]
    assert last.endswith("?waiting=1"), "a phone is not flooded from the desk either"


@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.DESK, 200), (Role.SUPERVISOR, 200), (Role.ORGANISER, 200), (Role.STEWARD, 403), (Role.VIEWER, 403)],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_stands_at_the_desk(fair: Fair, role: Role, status: int) -> None:
    staff_id: UUID = open_account(fair, "somebody@example.com", {fair.exhibition.id: (role,)})
    assert signed_in(fair, staff_id).post(DESK, sought="Fatima").status_code == status
