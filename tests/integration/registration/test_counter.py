"""Who was typed in without a phone answers at the counter: the acts are everybody's, by staff and in the log."""

import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from PIL import Image

from services.notifications.notices.models import notice
from services.registration.staff.domain import Role
from shared import limits
from tests.integration.registration.conftest import NOVEMBER, Browser, Fair, text_of
from tests.integration.registration.test_applications import FORM, HERE, Office
from tests.kit.services import Service

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
OFFICE = f"{HERE}/office/applications"


@pytest.fixture(autouse=True)
def _many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits have their own tests."""
    monkeypatch.setattr(limits, "allow", lambda *_args, **_more: None)


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


def staff(office: Office, role: Role = Role.DESK) -> Browser:
    browser = office.fair.browser()
    browser.client.set_cookie("staff_registration", office.staff(role))
    return browser


def typed_in(office: Office, **more: str) -> dict[str, Any]:
    """Somebody without a phone, typed in at the counter."""
    sent = staff(office).post(f"{OFFICE}/new", **FORM | {"phone": "", "act": "submit"} | more)
    assert sent.status_code == 303, sent.text
    return {"reference": sent.headers["Location"].split("/")[-2]}


def offered(office: Office, **more: str) -> dict[str, Any]:
    """The same, offered a place."""
    one = typed_in(office, **more)
    office.decide("in_review", one)
    office.decide("accepted", one)
    assert office.publish() == [one["reference"]]
    return one


def buttons(page: str) -> set[str]:
    return set(re.findall(r'(?:form)?action="[^"]*/spoken/(\w+)"', page))


def test_the_desk_takes_the_place_for_somebody_without_a_phone_once_and_the_log_says_who(office: Office) -> None:
    one, desk = offered(office), staff(office)
    paper = desk.get(f"{OFFICE}/{one['reference']}/paper")
    assert buttons(paper.text) == {"confirmation", "refusal", "withdrawal"}
    assert f"au guichet aussi, avec la référence ⁦{one['reference']}⁩" in text_of(paper)
    assert "C’est déposé" not in paper.text
    for _ in range(2):
        done = desk.post(f"{OFFICE}/{one['reference']}/spoken/confirmation", said="", idempotency_key="twice")
        assert done.headers["Location"] == f"{OFFICE}/{one['reference']}/paper"
    last = office.dossier(one)["changes"][-1]
    assert (last["act"], last["by_kind"], last["by_name"]) == ("confirm", "staff", "desk")
    assert last["reason"] == "Dit au guichet"
    log = staff(office, Role.ORGANISER).get(f"{HERE}/office/log").text
    assert log.count("A confirmé une place pour quelqu’un</td>") == 1
    assert buttons(desk.get(done.headers["Location"]).text) == {"withdrawal"}


@pytest.mark.parametrize(("act", "state"), [("refusal", "declined"), ("withdrawal", "withdrawn")])
def test_the_office_gives_the_place_back_in_their_words_and_it_goes_on(office: Office, act: str, state: str) -> None:
    one, browser = offered(office), staff(office, Role.ORGANISER)
    assert buttons(browser.get(f"{OFFICE}/{one['reference']}").text) == {"confirmation", "refusal", "withdrawal"}
    assert browser.post(f"{OFFICE}/{one['reference']}/spoken/{act}", said="Vient en janvier").status_code == 303
    dossier = office.dossier(one)
    assert (dossier["state"], dossier["changes"][-1]["reason"]) == (state, "Vient en janvier")


def test_what_came_too_late_or_twice_is_said_on_the_paper(office: Office, at: Any) -> None:
    one, desk = offered(office), staff(office)
    assert desk.post(f"{OFFICE}/{one['reference']}/spoken/unheard").status_code == 404
    at(NOVEMBER + timedelta(hours=72))
    late = staff(office).post(f"{OFFICE}/{one['reference']}/spoken/confirmation", said="oui")
    assert (late.status_code, "Cette offre a pris fin" in text_of(late)) == (422, True)
    assert office.read(one).state == "offered"


def test_a_reviewer_answers_for_nobody(office: Office) -> None:
    one, reviewer = offered(office), staff(office, Role.REVIEWER)
    assert buttons(reviewer.get(f"{OFFICE}/{one['reference']}").text) == set()
    assert reviewer.post(f"{OFFICE}/{one['reference']}/spoken/confirmation").status_code == 403


def test_an_offer_is_told_to_staff_without_saying_you(office: Office) -> None:
    one = offered(office)
    pages = [f"/{one['reference']}", f"/{one['reference']}/paper", ""]
    for page in pages:
        words = text_of(staff(office, Role.ORGANISER).get(f"/ar/ouarzazate-12/office/applications{page}"))
        assert ("عُرض مكان" in words, "عُرض عليك" in words) == (True, False)


@pytest.mark.parametrize("page", ["/office/", "/office/desk"])
def test_the_counter_is_found_by_whom_it_is_for(office: Office, page: str) -> None:
    led = {role: f'href="{OFFICE}/new"' in staff(office, role).get(HERE + page).text for role in Role}
    assert {role for role, is_led in led.items() if is_led} == {Role.DESK, Role.ORGANISER}


NOTE = "Deux photos <b>nettes</b> de l’atelier & du métier"


def sent_back(office: Office, reference: str, **more: Any) -> None:
    """The organiser asks for photos, in words of their own."""
    browser = staff(office, Role.ORGANISER)
    said = {"missing": "photos", "note": NOTE, "reason": "Photos floues", **more}
    assert browser.post(f"{OFFICE}/{reference}/questions", **said).status_code == 303


def test_photos_are_asked_for_in_words_that_reach_the_applicant_and_not_let_pass_without(office: Office) -> None:
    browser = office.fair.browser()
    browser.post(f"{HERE}/apply", **FORM, act="submit")
    reference = office.fair.links()[0]["badge_reference"]
    sent_back(office, reference)
    for page in ("mine", "mine/answers"):
        text = browser.get(f"{HERE}/apply/{page}").text
        assert "Photos de votre travail" in text
        assert "Deux photos &lt;b&gt;nettes&lt;/b&gt; de l’atelier &amp; du métier" in text
        assert "Photos floues" not in text
    again = {name: text for name, text in FORM.items() if name not in ("name", "phone")} | {"act": "submit"}
    unchanged = browser.post(f"{HERE}/apply/mine/answers", **again, version="3")
    assert (unchanged.status_code, 'href="#f-photos"' in unchanged.text) == (422, True)
    assert office.read({"reference": reference}).version == 3
    done = browser.post(f"{HERE}/apply/mine/answers", **again, version="3", photos=picture())
    assert done.status_code == 303, done.text
    one = office.read({"reference": reference})
    assert (one.state, one.missing, one.missing_note) == ("submitted", [], "")


def test_the_counter_brings_what_was_asked_for_and_reads_the_words(office: Office) -> None:
    one, desk = typed_in(office), staff(office)
    sent_back(office, one["reference"])
    for page in ("paper", "answers"):
        assert "de l’atelier &amp; du métier" in desk.get(f"{OFFICE}/{one['reference']}/{page}").text
    again = {name: text for name, text in FORM.items() if name not in ("name", "phone")} | {"act": "submit"}
    unchanged = desk.post(f"{OFFICE}/{one['reference']}/answers", **again, version="3")
    assert (unchanged.status_code, 'href="#f-photos"' in unchanged.text) == (422, True)
    done = desk.post(f"{OFFICE}/{one['reference']}/answers", **again, version="3", photos=picture())
    assert done.status_code == 303, done.text


def test_what_was_asked_for_and_is_filled_in_passes_unchanged(office: Office) -> None:
    one = office.hand_in()
    # the call asks no questions of its own: their answers cannot be asked for
    body = {"missing": ["shows", "answers"], "note": "Combien ?"}
    asked = office.fair.post(f"/applications/{one['reference']}/questions", body, token=office.organiser)
    assert asked.get_json()["missing_note"] == "Combien ?"
    assert office.mine(one, "submission").get_json()["missing_note"] == ""


def test_a_program_that_hands_in_without_what_was_asked_for_is_told_its_name(office: Office) -> None:
    one = office.hand_in()
    office.decide("incomplete", one, missing=["photos", "business", "shows"])
    refused = office.mine(one, "submission")
    assert (refused.status_code, refused.get_json()["missing"]) == (422, ["business", "photos"])


def picture() -> Any:
    out = io.BytesIO()
    Image.new("RGB", (30, 20), "#A8482A").save(out, "JPEG")
    return [(io.BytesIO(out.getvalue()), "atelier.jpg")]


def test_one_text_tells_the_link_and_that_it_is_handed_in(
    office: Office, notifications: Service, relay_all: Callable[..., None]
) -> None:
    at_once, draft, counter = office.fair.browser(), office.fair.browser(), staff(office)
    at_once.post(f"{HERE}/apply", **FORM | {"phone": "0612345671"}, act="submit")
    draft.post(f"{HERE}/apply", **FORM | {"phone": "0612345672"}, act="keep")
    draft.post(f"{HERE}/apply/mine/submission")
    counter.post(f"{OFFICE}/new", **FORM | {"phone": "0612345673"}, act="submit")
    again = office.fair.browser()  # whose number has not answered its first message: no second link goes there
    again.post(f"{HERE}/apply", **FORM | {"phone": "0612345671"}, act="submit")
    assert [link["is_handed_in"] for link in office.fair.links()] == [True, False, True]
    told = office.fair.service.published("application.changed.v1")
    assert [message["body"]["is_told"] for message in told] == [True, False, True, False]
    relay_all(office.fair.service, notifications)
    with notifications.reading() as db:
        kinds = db.execute(sa.select(notice.c.address, notice.c.kind).where(notice.c.channel == "sms")).all()
    assert sorted(map(tuple, kinds)) == [
        ("+212612345671", "application_handed_in"),
        ("+212612345671", "application_submitted"),
        ("+212612345672", "application_begun"),
        ("+212612345672", "application_submitted"),
        ("+212612345673", "application_handed_in"),
    ]
