"""Several bodies organise one exhibition: a federation and a prefecture, each with its people."""

import re
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.exhibitions.operations.organising import organisers_at, standings
from services.registration.staff.domain import EVERYWHERE, Act, Role
from services.registration.staff.operations import accounts
from services.registration.staff.operations.organisers import Organiser, organiser_of
from tests.integration.registration.conftest import API, Browser, Fair, bearer, text_of
from tests.integration.registration.test_opening import FORM
from tests.integration.registration.test_team import NEW, acts, invited, open_account, signed_in

OFFICE = "/fr/ouarzazate-12/office"
NAMES = {"organiser_fr": "Préfecture <b>de</b> Ouarzazate", "organiser_ar": "عمالة ورزازات"}


@pytest.fixture
def organiser(fair: Fair, staff_id: UUID) -> Browser:
    """The first organiser, signed in."""
    return signed_in(fair, staff_id)


def bodies(fair: Fair) -> int:
    """How many organise the fair now."""
    return len(fair.exhibition.organisers)


def add_prefecture(fair: Fair, organiser: Browser) -> Organiser:
    """A second body of the fair."""
    added = organiser.post(f"{OFFICE}/organisers", **NAMES)
    assert added.headers["Location"].endswith("organisers?added=1"), added.text
    return fair.exhibition.organisers[-1]


def join(fair: Fair, organiser: Browser, body: UUID, role: str = "desk") -> UUID:
    """Somebody of a body comes with a link; who they are."""
    address = invited(organiser, f"{role}@prefecture.example", organiser=str(body), roles=role)
    assert fair.browser().post(address, name=f"Aïcha {role}", password=NEW).status_code == 303
    with fair.service.reading() as db:
        account = accounts.find_account(db, f"{role}@prefecture.example")
    assert account is not None
    return account.id


def test_a_second_body_is_shown_wherever_the_first_is(fair: Fair, organiser: Browser) -> None:
    before = fair.exhibition
    assert add_prefecture(fair, organiser).names["fr"] == NAMES["organiser_fr"]
    add_prefecture(fair, organiser)
    names = [before.organiser_names, {"fr": NAMES["organiser_fr"], "ar": NAMES["organiser_ar"]}]
    assert fair.get("").get_json()["organisers"] == names, "typed twice it is there once"
    assert fair.get("").get_json()["organiser_names"] == before.organiser_names
    page = fair.browser().get("/fr/ouarzazate-12/").text
    assert "Préfecture &lt;b&gt;de&lt;/b&gt; Ouarzazate" in page
    assert before.organiser_names["fr"] in page
    assert NAMES["organiser_ar"] in fair.browser().get("/ar/ouarzazate-12/").text
    told = fair.service.published("exhibition.changed.v1")[-1]
    assert told["body"]["organisers"] == names
    assert told["subject_version"] == before.version + 1
    assert acts(fair) == [Act.ORGANISER_ADDED]


def test_people_of_a_body_work_for_it_at_this_fair_only(fair: Fair, organiser: Browser) -> None:
    """Roles of one body open nothing at a fair of another, and the other's people nothing here."""
    organiser.post("/fr/office/exhibitions/new", **FORM)
    with fair.service.reading() as db:
        elsewhere = find_exhibition(db, FORM["reference"])
    body = add_prefecture(fair, organiser)
    aicha = signed_in(fair, join(fair, organiser, body.id, "organiser"))
    assert aicha.get(f"{OFFICE}/organisers").status_code == 200
    there = f"/fr/{FORM['reference']}/office"
    for path in ("staff", "organisers", "log"):
        assert aicha.get(f"{there}/{path}").status_code == 403, path
    assert aicha.post(f"{there}/organisers", **NAMES).status_code == 403
    theirs = signed_in(fair, open_account(fair, "far@example.com", {elsewhere.id: (Role.ORGANISER,)}))
    assert theirs.get(f"{there}/organisers").status_code == 200
    assert theirs.get(f"{OFFICE}/organisers").status_code == 403
    assert theirs.post(f"{OFFICE}/organisers/{body.id}/removal", sure="yes").status_code == 403
    assert theirs.post(f"{there}/organisers/{body.id}/removal", sure="yes").status_code == 404, "not one of theirs"
    refused = theirs.post(f"{there}/staff/invitations", login="x@example.com", roles="desk", organiser=str(body.id))
    assert refused.status_code == 422
    with fair.service.reading() as db:
        account = accounts.find_account(db, "organiser@prefecture.example")
        assert account is not None
        assert organiser_of(db, account.id) == body.names
    assert account.roles == {str(fair.exhibition.id): ["organiser"]}
    assert bodies(fair) == 2


def test_a_body_with_people_is_taken_off_only_when_one_is_sure(fair: Fair, organiser: Browser) -> None:
    body = add_prefecture(fair, organiser)
    desk = signed_in(fair, join(fair, organiser, body.id))
    waiting = invited(organiser, "late@prefecture.example", organiser=str(body.id), roles="desk")
    place = f"{OFFICE}/organisers/{body.id}/removal"
    asked = organiser.post(place)
    assert asked.status_code == 409
    assert "travaillent ici" in text_of(asked)
    assert desk.get(f"{OFFICE}/").status_code == 200
    assert bodies(fair) == 2
    assert organiser.post(place, sure="yes").status_code == 303
    assert bodies(fair) == 1
    assert desk.get(f"{OFFICE}/").status_code == 303, "their roles here ended"
    assert fair.browser().get(waiting).status_code == 410, "and so did invitations"
    assert organiser.post(place, sure="yes").status_code == 404
    told = fair.service.published("exhibition.changed.v1")[-1]["body"]["organisers"]
    assert told == [fair.exhibition.organiser_names]
    assert acts(fair)[-1] == Act.ORGANISER_TAKEN_OFF


def test_the_body_that_answers_stays_and_nobody_takes_off_their_own(fair: Fair, organiser: Browser) -> None:
    body = add_prefecture(fair, organiser)
    theirs = signed_in(fair, join(fair, organiser, body.id, "organiser"))
    own = theirs.post(f"{OFFICE}/organisers/{body.id}/removal", sure="yes")
    assert own.status_code == 409
    first = organiser.post(f"{OFFICE}/organisers/{fair.exhibition.organiser_id}/removal", sure="yes")
    assert first.status_code == 409
    assert "répond de la foire" in text_of(first)
    assert bodies(fair) == 2


def test_the_bodies_come_along_to_the_next_year(fair: Fair, organiser: Browser) -> None:
    add_prefecture(fair, organiser)
    before = fair.exhibition
    form = organiser.get(f"{OFFICE}/copy").text
    fields = FORM | dict(re.findall(r'name="(organiser_\w+)" type="text" value="([^"]*)"', form))
    assert organiser.post(f"{OFFICE}/copy", **(fields | {"reference": "ouarzazate-13"})).status_code == 303
    with fair.service.reading() as db:
        copied: Exhibition = find_exhibition(db, "ouarzazate-13")
        assert organisers_at(db, copied.id) == before.organisers
        assert [one.workers for one in standings(db, copied.id)] == [[], []]
    told = fair.service.published("exhibition.changed.v1")[-1]["body"]
    assert told["reference"] == "ouarzazate-13"
    assert told["organisers"] == before.all_organiser_names


def test_who_works_for_another_body_already_is_not_made_to_change_it(fair: Fair, organiser: Browser) -> None:
    """An invitation to one fair says nothing of whom somebody works for at another."""
    body = add_prefecture(fair, organiser)
    known = open_account(fair, "omar@example.com", {EVERYWHERE: (Role.VIEWER,)})
    for chosen in (fair.exhibition.organiser_id, body.id):
        organiser.post(f"{OFFICE}/staff/invitations", login="omar@example.com", roles="desk", organiser=str(chosen))
    with fair.service.reading() as db:
        assert organiser_of(db, known) == fair.exhibition.organiser_names


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_body_without_a_name_is_refused_and_what_was_typed_stays(fair: Fair, organiser: Browser) -> None:
    nameless = organiser.post(f"{OFFICE}/organisers")
    assert nameless.status_code == 422
    assert 'href="#f-organiser_fr"' in nameless.text
    long = organiser.post(f"{OFFICE}/organisers", organiser_fr="x" * 201, organiser_ar="عمالة")
    assert long.status_code == 422
    assert 'value="عمالة"' in long.text
    assert bodies(fair) == 1


def test_the_team_over_the_api(fair: Fair, organiser: Browser, staff_id: UUID) -> None:
    body = add_prefecture(fair, organiser)
    token = token_of(organiser)
    asked = {"login": "aicha@example.com", "roles": ["desk", "viewer"], "organiser": str(body.id)}
    first, again = (fair.post("/staff/invitations", asked, key="pressed", token=token) for _ in range(2))
    assert (first.status_code, first.data) == (201, again.data)
    address = first.get_json()["address"]
    (waiting,) = fair.get("/staff", token).get_json()["invitations"]
    assert (waiting["login"], waiting["roles"], waiting["organiser_id"]) == (
        "aicha@example.com",
        ["desk", "viewer"],
        str(body.id),
    )
    with fair.service.reading() as db:
        kept = [str(row) for table in fair.service.metadata[2].tables.values() for row in db.execute(table.select())]
    assert not [row for row in kept if address.rpartition("/")[2] in row], "its secret lies nowhere"
    joined = fair.browser().post(address[address.index("/", 9) :], name="Aïcha", password=NEW)
    assert joined.status_code == 303
    said = fair.get("/staff", token).get_json()
    aicha = next(one for one in said["members"] if one["name"] == "Aïcha")
    assert said["invitations"] == []
    assert (aicha["roles"], aicha["organiser_id"], aicha["is_active"]) == (["desk", "viewer"], str(body.id), True)
    changed = put(fair, f"/staff/{aicha['id']}/roles", {"roles": ["steward"]}, token)
    assert (changed.status_code, changed.get_json()["roles"]) == (200, ["steward"])
    closed = fair.post(f"/staff/{aicha['id']}/closing", {}, token=token)
    assert (closed.status_code, closed.get_json()["is_active"]) == (200, False)
    own = put(fair, f"/staff/{staff_id}/roles", {"roles": []}, token)
    assert own.get_json()["type"] == "/problems#own-account"
    assert fair.post("/staff/invitations", asked | {"organiser": str(staff_id)}, token=token).status_code == 422
    assert acts(fair)[1:] == [Act.STAFF_INVITED, Act.STAFF_JOINED, Act.ROLES_CHANGED, Act.ACCOUNT_CLOSED]


def test_an_invitation_is_withdrawn_over_the_api(fair: Fair, organiser: Browser) -> None:
    token = token_of(organiser)
    made = fair.post("/staff/invitations", {"login": "late@example.com", "roles": ["desk"]}, token=token).get_json()
    path = f"{API}/staff/invitations/{made['id']}"
    for status in (204, 404):
        assert fair.service.new_client().delete(path, headers=bearer(token)).status_code == status
    assert fair.browser().get(made["address"][made["address"].index("/", 9) :]).status_code == 410


def put(fair: Fair, path: str, body: object, token: str) -> TestResponse:
    """A change over the API."""
    return fair.service.new_client().put(API + path, json=body, headers=bearer(token))


def token_of(browser: Browser) -> str:
    """The token that a browser carries."""
    cookie = browser.client.get_cookie("staff_registration")
    assert cookie is not None
    return cookie.value
