"""From empty: the first organiser opens an exhibition, and copies it to the next year."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.registration.applications.operations.calls import call_of
from services.registration.exhibitions.operations import Exhibition, find_exhibition
from services.registration.staff.domain import Act, Role
from services.registration.staff.operations import accounts, audit
from services.registration.stands.operations.setting_up import stands_of
from shared.ids import new_id
from tests.integration.registration.conftest import NOVEMBER, Browser, Fair, bearer, text_of
from tests.integration.registration.test_team import open_account, signed_in
from tests.kit.services import Service

FORM = {
    "reference": "taznakht-4",
    "name_fr": "Foire du tapis",
    "name_ar": "معرض الزربية",
    "first_day": "2027-05-07",
    "last_day": "2027-05-16",
    "zone": "Africa/Casablanca",
    "organiser_fr": "Coopérative",
    "venue_fr": "Souk",
    "town_fr": "Taznakht",
    "halls": "A; 300; Tapis; الزرابي; Carpets\n\nB;200;Laine",
}
NEW = "/fr/office/exhibitions/new"


@pytest.fixture
def empty(service_of: Callable[..., Service], at: Callable[..., datetime]) -> Fair:
    """An installation without any exhibition."""
    at(NOVEMBER)
    service = service_of("registration", LOAD_FAIR="0")
    service.do_due("prepare")
    with service.writing() as db:
        accounts.ensure_first_staff(db, service.settings.data_dir / "staff.txt")
    return Fair(service)


def first_organiser(fair: Fair) -> Browser:
    with fair.service.reading() as db:
        account = accounts.find_account(db, "organiser")
    assert account is not None
    return signed_in(fair, account.id)


def exhibition(fair: Fair, reference: str) -> Exhibition:
    with fair.service.reading() as db:
        return find_exhibition(db, reference)


def test_the_first_organiser_is_led_to_the_form_and_opens_a_fair(empty: Fair) -> None:
    organiser = first_organiser(empty)
    assert organiser.get("/fr/office/").headers["Location"] == NEW
    assert organiser.get(NEW).status_code == 200
    for _ in range(2):
        opened = organiser.post(NEW, **FORM, idempotency_key="pressed-twice")
        assert opened.headers["Location"] == "/fr/taznakht-4/office/setup"
    assert organiser.get("/fr/taznakht-4/office/").status_code == 200
    assert "Foire du tapis" in text_of(empty.browser().get("/fr/taznakht-4/"))
    (told,) = empty.service.published("exhibition.changed.v1")
    assert told["body"]["number"] == 1
    assert told["body"]["languages"] == ["ar", "fr"]
    assert [(hall["reference"], hall["capacity"], hall["names"]) for hall in told["body"]["halls"]] == [
        ("A", 300, {"fr": "Tapis", "ar": "الزرابي", "en": "Carpets"}),
        ("B", 200, {"fr": "Laine"}),
    ]
    with empty.service.reading() as db:
        (act,) = audit.list_acts(db, [exhibition(empty, "taznakht-4").id], audit.Wanted(), 10)
    assert act.act == Act.EXHIBITION_OPENED


def test_a_steward_finds_no_form(empty: Fair) -> None:
    with empty.service.reading() as db:
        account = accounts.find_account(db, "steward")
    assert account is not None
    steward = signed_in(empty, account.id)
    assert steward.get("/fr/office/").status_code == 404
    assert steward.get(NEW).status_code == 403


@pytest.mark.parametrize(
    ("wrong", "field", "said"),
    [
        ({"reference": "Office Nº 1"}, "reference", "référence courte"),
        ({"reference": "office"}, "reference", "référence courte"),
        ({"last_day": "2027-05-06"}, "last_day", "avant le premier"),
        ({"last_day": "2029-05-06"}, "last_day", "au plus un an"),
        ({"first_day": "demain"}, "first_day", "Choisissez un jour"),
        ({"zone": "Mars/Olympus"}, "zone", "fuseau"),
        ({"name_fr": "", "name_ar": ""}, "name_fr", "au moins une langue"),
        ({"town_fr": ""}, "town_fr", "au moins une langue"),
        ({"halls": ""}, "halls", "au moins un hall"),
        ({"halls": "A; 300; Tapis\nB; beaucoup; Laine"}, "halls", "Ligne 2"),
        ({"halls": "A; 300; Tapis\nA; 200; Laine"}, "halls", "même lettre"),
        ({"halls": "A; 0; Tapis"}, "halls", "Ligne 1"),
        ({"halls": "A"}, "halls", "Ligne 1"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_each_bad_answer_is_named_and_the_rest_stays(empty: Fair, wrong: dict[str, str], field: str, said: str) -> None:
    answer = first_organiser(empty).post(NEW, **(FORM | wrong))
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert said in text_of(answer)
    assert 'value="Coopérative"' in answer.text
    assert not empty.service.published("exhibition.changed.v1")


def test_a_reference_is_taken_once(empty: Fair) -> None:
    organiser = first_organiser(empty)
    organiser.post(NEW, **FORM)
    again = organiser.post(NEW, **FORM)
    assert again.status_code == 409
    assert "porte cette référence" in text_of(again)
    assert len(empty.service.published("exhibition.changed.v1")) == 1


def test_a_fair_is_copied_to_the_next_year_with_the_same_halls(fair: Fair) -> None:
    staff_id = open_account(fair, "local@example.com", {fair.exhibition.id: (Role.ORGANISER,)})
    local = signed_in(fair, staff_id)
    form = local.get("/fr/ouarzazate-12/office/copy")
    assert 'value="ouarzazate-13"' in form.text
    assert 'value="2027-12-03"' in form.text, "a Friday again"
    fields = FORM | {"reference": "ouarzazate-13", "first_day": "2027-12-03", "last_day": "2027-12-22"}
    fields |= {"halls": _textarea(form.text)}
    opened = local.post("/fr/ouarzazate-12/office/copy", **fields)
    assert opened.headers["Location"] == "/fr/ouarzazate-13/office/setup"
    copied = exhibition(fair, "ouarzazate-13")
    assert [(h.reference, h.names, h.capacity) for h in copied.halls] == [
        (h.reference, h.names, h.capacity) for h in fair.exhibition.halls
    ]
    assert copied.number == 13
    assert copied.abouts == fair.exhibition.abouts
    assert local.get("/fr/ouarzazate-13/office/staff").status_code == 200, "who copies is an organiser there"
    with fair.service.reading() as db:
        (act,) = audit.list_acts(db, [copied.id], audit.Wanted(), 10)
        stands, before = stands_of(db, copied.id), stands_of(db, fair.exhibition.id)
        call, old = call_of(db, copied.id), call_of(db, fair.exhibition.id)
    assert act.act == Act.EXHIBITION_COPIED
    assert [one.as_new for one in stands] == [one.as_new for one in before]
    assert len(stands) == 240
    assert call is not None
    assert old is not None
    assert (call.titles, call.criteria) == (old.titles, old.criteria)
    assert call.closes_wall - old.closes_wall == copied.first_day - fair.exhibition.first_day
    told = fair.service.published("exhibition.changed.v1")[-1]["body"]
    assert told["copied_from"] == str(fair.exhibition.id)
    page = text_of(local.get("/fr/ouarzazate-13/office/setup"))
    assert "Les halls et 240 stands" in page
    assert "L’équipe, les téléphones aux portes" in page, "and what does not come along"


def test_an_organiser_elsewhere_cannot_copy_what_is_not_theirs(fair: Fair) -> None:
    staff_id = open_account(fair, "other@example.com", {uuid4(): (Role.ORGANISER,)})
    assert signed_in(fair, staff_id).get("/fr/ouarzazate-12/office/copy").status_code == 403


def _textarea(page: str) -> str:
    from html import unescape

    return unescape(page.partition("<textarea")[2].partition(">")[2].partition("</textarea>")[0])


def test_an_organiser_opens_one_over_the_api(fair: Fair, staff_id: UUID) -> None:
    body: dict[str, Any] = {
        "reference": "taznakht-4",
        "names": {"fr": "Foire du tapis"},
        "first_day": "2027-05-07",
        "last_day": "2027-05-16",
        "organiser_names": {"fr": "Coopérative"},
        "venue_names": {"fr": "Souk"},
        "town_names": {"fr": "Taznakht"},
        "halls": [{"reference": "A", "names": {"fr": "Tapis"}, "capacity": 300}],
    }
    cookie = signed_in(fair, staff_id).client.get_cookie("staff_registration")
    assert cookie is not None
    key = str(new_id())

    def post(said: dict[str, Any], key: str) -> Any:
        headers = {"Idempotency-Key": key} | bearer(cookie.value)
        return fair.service.new_client().post("/registration/v1/exhibitions", json=said, headers=headers)

    first, second = post(body, key), post(body, key)
    assert first.status_code == 201
    assert first.data == second.data
    assert first.get_json()["number"] == 13
    assert post(body, str(new_id())).status_code == 409
    assert post(body | {"halls": body["halls"] * 2, "reference": "two"}, str(new_id())).status_code == 422
