"""Several bodies organise one exhibition: a federation and a prefecture, each with its people."""

import re
from uuid import UUID

import pytest

from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.exhibitions.operations.organising import organisers_at, standings
from services.registration.staff.domain import EVERYWHERE, Act, Role
from services.registration.staff.operations import accounts
from services.registration.staff.operations.organisers import Organiser, organiser_of
from tests.integration.registration.conftest import Browser, Fair, text_of
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
