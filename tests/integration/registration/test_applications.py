"""Applications from the draft to the answer: handed in, reviewed, decided, offered, passed on."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.registration.applications.domain.states import Act, Decision
from services.registration.applications.operations import deciding, dossiers, moving
from services.registration.applications.operations.dossiers import Application, By
from services.registration.staff.domain import EVERYWHERE, Role
from services.registration.staff.domain import Act as Logged
from services.registration.staff.models import audit as staff_audit
from services.registration.staff.operations import accounts
from shared import limits
from shared.ids import new_id
from shared.problem import ChangedMeanwhile
from tests.integration.registration.conftest import NOVEMBER, Fair, text_of

WHOLE: dict[str, Any] = {
    "kind": "artisan",
    "filiere": "carpets",
    "activity": "Tapis de Taznakht",
    "town": "Taznakht",
    "country": "MA",
    "region": "MA-08",
    "shows": "Dix tapis noués",
}


@pytest.fixture(autouse=True)
def _many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits have their own tests."""
    monkeypatch.setattr(limits, "allow", lambda *_args, **_more: None)


class Office:
    """Applicants and an organiser, over the API."""

    def __init__(self, fair: Fair) -> None:
        self.fair = fair
        self.organiser = self.staff(Role.ORGANISER)
        self._phones = iter(range(12_345_600, 12_345_700))

    def staff(self, role: Role) -> str:
        """A token of somebody new of the staff."""
        login = f"{role}-{new_id().hex[-6:]}@moussem.example"
        with self.fair.service.writing() as db:
            accounts.open_account(db, accounts.NewStaff(role, (login,), "a-long-password-2026", {EVERYWHERE: (role,)}))
            account = accounts.find_account(db, login)
            assert account is not None
            return accounts.staff_tokens(db, self.fair.service.settings, account)["registration"]

    def draft(self, **more: Any) -> dict[str, Any]:
        """Somebody's draft; the answer."""
        body = WHOLE | {"name": "Fatima Aït Ali", "phone": f"06{next(self._phones)}"} | more
        answer = self.fair.post("/applications", body)
        assert answer.status_code == 201, answer.text
        said: dict[str, Any] = answer.get_json()
        return said

    def hand_in(self, **more: Any) -> dict[str, Any]:
        """The same, handed in."""
        draft = self.draft(**more)
        assert self.mine(draft, "submission").status_code == 201
        return draft

    def mine(self, draft: dict[str, Any], what: str) -> TestResponse:
        """An act of its exhibitor."""
        return self.fair.post(f"/applications/mine/{what}", {}, token=draft["tokens"]["registration"])

    def decide(self, decision: str, *drafts: dict[str, Any], **more: Any) -> dict[str, Any]:
        """The organiser's bulk act."""
        body = {"references": [one["reference"] for one in drafts], "decision": decision} | more
        answer = self.fair.post("/decisions", body, token=self.organiser)
        assert answer.status_code == 201, answer.text
        said: dict[str, Any] = answer.get_json()
        return said

    def publish(self) -> list[str]:
        """The organiser publishes."""
        answer = self.fair.post("/decisions/publication", {}, token=self.organiser)
        assert answer.status_code == 201, answer.text
        done: list[str] = answer.get_json()["done"]
        return done

    def decided(self, decision: str, **more: Any) -> dict[str, Any]:
        """A dossier with a held decision."""
        one = self.hand_in(**more)
        self.decide("in_review", one)
        assert self.decide(decision, one)["done"] == [one["reference"]]
        return one

    def state(self, draft: dict[str, Any]) -> str:
        """What its exhibitor sees."""
        return str(self.fair.get("/applications/mine", draft["tokens"]["registration"]).get_json()["state"])

    def read(self, draft: dict[str, Any]) -> Application:
        """The row, as an operation reads it."""
        with self.fair.service.reading() as db:
            return dossiers.find_application(db, self.fair.exhibition.id, draft["reference"])

    def dossier(self, draft: dict[str, Any], token: str = "") -> dict[str, Any]:
        """What the office sees."""
        answer = self.fair.get(f"/applications/{draft['reference']}", token or self.organiser)
        assert answer.status_code == 200, answer.text
        said: dict[str, Any] = answer.get_json()
        return said


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


def states(office: Office, reference: str) -> list[str]:
    told = office.fair.service.published("application.changed.v1")
    return [message["body"]["state"] for message in told if message["body"]["reference"] == reference]


def test_the_demo_fair_has_an_open_call(fair: Fair) -> None:
    call = fair.get("/call").get_json()
    assert call["is_open"]
    assert call["closes_at"] == "2026-12-02T18:00:00+00:00"


def test_a_draft_lacks_answers_until_it_is_whole(office: Office) -> None:
    draft = office.draft(shows="", kind="association")
    refused = office.mine(draft, "submission")
    assert (refused.status_code, refused.get_json()["missing"]) == (422, ["business", "shows", "members"])
    client = office.fair.service.new_client()
    headers = {"Authorization": f"Bearer {draft['tokens']['registration']}", "If-Match": '"1"'}
    change = {"business": "Association Tifawin", "shows": "Poterie", "members": ["Ali", "فاطمة"]}
    path = "/registration/v1/exhibitions/ouarzazate-12/applications/mine"
    assert client.patch(path, json=change, headers=headers).status_code == 200
    assert client.patch(path, json=change, headers=headers).status_code == 412
    assert office.mine(draft, "submission").get_json()["state"] == "submitted"


def test_incomplete_and_handed_in_again(office: Office) -> None:
    one = office.hand_in()
    body = {"missing": ["shows", "town"], "reason": "Une photo ?"}
    asked = office.fair.post(f"/applications/{one['reference']}/questions", body, token=office.organiser)
    assert asked.get_json()["state"] == "incomplete"
    assert office.mine(one, "submission").get_json()["state"] == "submitted"
    assert states(office, one["reference"]) == ["submitted", "incomplete", "submitted"]
    assert office.fair.service.published("application.changed.v1")[1]["body"]["missing"] == ["shows", "town"]


def test_a_lapsed_offer_goes_to_the_next_of_the_reserve(office: Office, at: Callable[..., datetime]) -> None:
    first, second, third = (office.decided(how) for how in ("accepted", "reserve", "reserve"))
    assert office.state(first) == "in_review"  # nobody hears of a held decision
    assert sorted(office.publish()) == sorted(one["reference"] for one in (first, second, third))
    assert [office.state(one) for one in (first, second, third)] == ["offered", "reserve", "reserve"]
    at(NOVEMBER + timedelta(hours=72))
    # the clock decides, before any job has run; the tokens of then are over
    assert office.read(first).standing == "lapsed"
    with office.fair.service.writing() as db, pytest.raises(Exception, match="offer-ended"):
        moving.answer_offer(db, office.read(first), By("person"), Act.CONFIRM)
    assert office.fair.service.do_due("offers") == 2  # one lapsed, one was offered
    assert [office.read(one).state for one in (first, second, third)] == ["lapsed", "offered", "reserve"]
    assert office.fair.service.do_due("offers") == 0


def test_a_declined_offer_and_a_withdrawn_place_pass_on(office: Office) -> None:
    first, second, third = (office.decided(how) for how in ("accepted", "reserve", "reserve"))
    office.publish()
    assert office.mine(first, "refusal").get_json()["state"] == "declined"
    assert office.mine(second, "confirmation").get_json()["state"] == "confirmed"
    assert office.mine(second, "withdrawal").get_json()["state"] == "withdrawn"
    assert office.state(third) == "offered"


def test_decisions_are_published_once(office: Office) -> None:
    one = office.decided("accepted")
    assert office.publish() == [one["reference"]]
    assert office.publish() == []
    assert states(office, one["reference"]).count("offered") == 1


def test_two_reviewers_at_once_both_count(office: Office) -> None:
    one = office.hand_in()
    tokens = [office.staff(Role.REVIEWER) for _ in range(2)]
    for token, score in zip(tokens, (5, 2), strict=True):
        path = f"/registration/v1/exhibitions/ouarzazate-12/applications/{one['reference']}/review"
        headers = {"Authorization": f"Bearer {token}"}
        body = {"scores": {"craft": score, "heritage": score}, "comment": "vu"}
        assert office.fair.service.new_client().put(path, json=body, headers=headers).status_code == 200
    listed = office.fair.get("/applications?kind=artisan", tokens[0]).get_json()["applications"]
    assert [row["score"] for row in listed] == [3.5]
    assert [given["score"] for given in office.dossier(one, tokens[0])["reviews"]] == [5.0, 2.0]
    assert office.fair.get("/applications?kind=delegation", tokens[0]).get_json()["applications"] == []


def race(office: Office) -> dict[str, Any]:
    """A decision on a dossier that was withdrawn since it was read."""
    one = office.hand_in()
    office.decide("in_review", one)
    stale = office.read(one)
    assert office.mine(one, "withdrawal").status_code == 201
    with office.fair.service.writing() as db:
        deciding.decide(db, stale, Decision.ACCEPTED, By("staff"))
    return one


def test_a_decision_that_races_with_a_withdrawal_is_refused(office: Office) -> None:
    with pytest.raises(ChangedMeanwhile):
        race(office)


def test_control_with_the_guard_off_only_the_constraints_stand(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    import sqlalchemy as sa

    monkeypatch.setattr(moving, "unchanged", lambda _one: sa.true())
    with pytest.raises(sa.exc.IntegrityError):
        race(office)


def test_every_change_is_in_the_audit_trail(office: Office) -> None:
    one = office.decided("reserve")
    office.publish()
    trail = office.dossier(one)["changes"]
    assert [(line["act"], line["after"], line["by_kind"]) for line in trail] == [
        ("begin", "draft", "person"),
        ("submit", "submitted", "person"),
        ("review", "in_review", "staff"),
        ("reserve", "in_review", "staff"),
        ("reserve", "reserve", "staff"),
    ]
    assert logged(office.fair)[-3:] == [Logged.REVIEW_BEGUN, Logged.APPLICATION_RESERVED, Logged.RESERVE_PUBLISHED]


def logged(fair: Fair) -> list[str]:
    """What the log of acts holds, oldest first."""
    with fair.service.reading() as db:
        return list(db.scalars(sa.select(staff_audit.c.act).order_by(staff_audit.c.id)))


def test_only_what_is_noted_elsewhere_or_done_by_the_clock_is_not_for_the_log_of_acts() -> None:
    noted_by_the_counter_or_the_page = {Act.BEGIN, Act.SUBMIT, Act.CORRECT}
    assert set(Act) - set(moving.LOGGED) == noted_by_the_counter_or_the_page | {Act.LAPSE}


def test_what_looks_like_the_same_dossier_is_shown(office: Office) -> None:
    first = office.hand_in(name="فاطمة الإدريسي")
    second = office.hand_in(name="فاطمه الادريسى")
    office.hand_in(name="Ali")
    assert office.dossier(second)["lookalikes"] == [first["reference"]]


def test_one_live_application_each(office: Office) -> None:
    draft = office.draft()
    token = draft["tokens"]["registration"]
    again = office.fair.post("/applications", WHOLE, token=token)
    assert (again.status_code, again.get_json()["type"]) == (409, "/problems#already-applied")
    assert office.mine(draft, "withdrawal").status_code == 201
    assert office.fair.post("/applications", WHOLE, token=token).status_code == 201


def test_after_the_call_nothing_is_handed_in(office: Office, at: Callable[..., datetime]) -> None:
    at(datetime(2026, 12, 2, 18, 0))
    body = WHOLE | {"name": "Ali", "phone": "0612345678"}
    assert office.fair.post("/applications", body).get_json()["type"] == "/problems#call-closed"


def test_a_refused_act_says_where_the_dossier_stands(office: Office) -> None:
    one = office.hand_in()
    assert office.decide("accepted", one)["refused"] == {one["reference"]: "act-refused"}
    assert office.mine(one, "confirmation").get_json()["state"] == "submitted"


def test_the_phone_gets_a_private_link_with_the_reference(office: Office) -> None:
    draft = office.draft()
    (link,) = office.fair.links()
    assert (link["purpose"], link["badge_reference"]) == ("application", draft["reference"])


FORM = {
    **{"kind": "cooperative", "name": "Fatima Aït Ali", "phone": "06 12 34 56 78", "business": "Coopérative Tifawin"},
    **{"filiere": "carpets", "activity": "Tapis", "town": "Taznakht", "home": "MA-08", "shows": "Dix tapis"},
}
HERE = "/fr/ouarzazate-12"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_form_keeps_what_was_typed_and_hands_in_once(office: Office) -> None:
    browser = office.fair.browser()
    assert "Appel à candidatures" in browser.get(f"{HERE}/apply").text
    refused = browser.post(f"{HERE}/apply", **FORM | {"shows": "", "act": "submit"})
    assert (refused.status_code, 'href="#f-shows"' in refused.text, 'value="Taznakht"' in refused.text) == (
        422,
        True,
        True,
    )
    for _ in range(2):
        sent = browser.post(f"{HERE}/apply", **FORM | {"act": "submit", "idempotency_key": "twice"})
        assert sent.status_code == 303, sent.text
    assert len(office.fair.service.published("application.changed.v1")) == 1
    shown = browser.get(sent.headers["Location"])
    assert "Déposé" in shown.text
    assert "Coopérative Tifawin" in shown.text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_draft_is_taken_up_again_with_reference_and_code(office: Office) -> None:
    office.fair.browser().post(f"{HERE}/apply", **FORM | {"act": "keep", "members": "Nom;Ville\nAli;Fès\nفاطمة"})
    link = office.fair.links()[0]
    other = office.fair.browser()
    assert other.get(f"{HERE}/apply/mine").headers["Location"] == f"{HERE}/apply/sign-in"
    claim = {"reference": link["badge_reference"].lower(), "phone": FORM["phone"]}
    assert other.post(f"{HERE}/apply/sign-in/code", **claim, code="000000").status_code == 422
    assert other.post(f"{HERE}/apply/sign-in/code", **claim, code=link["code"]).status_code == 303
    shown = other.get(f"{HERE}/apply/mine/answers")
    assert "Ali\nفاطمة</textarea>" in shown.text
    assert other.post(f"{HERE}/apply/sign-in", **claim).status_code == 200
    assert office.fair.links()[-1]["purpose"] == "sign_in"
    changed = FORM | {"act": "submit", "version": "1"}
    del changed["name"], changed["phone"]
    assert other.post(f"{HERE}/apply/mine/answers", **changed | {"version": "7"}).status_code == 422
    assert other.post(f"{HERE}/apply/mine/answers", **changed).status_code == 303
    assert other.post(f"{HERE}/apply/mine/withdrawal").status_code == 303
    assert "Retiré" in other.get(f"{HERE}/apply/mine").text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_private_link_leads_to_the_application(office: Office) -> None:
    office.fair.browser().post(f"{HERE}/apply", **FORM)
    secret = office.fair.links()[0]["link"].rpartition("/")[2]
    browser = office.fair.browser()
    shown = text_of(browser.get(f"/k/{secret}"))
    assert "Votre dossier pour cette foire" in shown
    assert "badge est prêt" not in shown, "there is none"
    answer = browser.post(f"/k/{secret}")
    assert answer.headers["Location"] == f"{HERE}/apply/mine"
    assert browser.get(f"{HERE}/me").status_code == 404


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_the_office_reviews_and_publishes_from_its_pages(office: Office, lang: str) -> None:
    one = office.hand_in(business='=HYPERLINK("x")')
    browser = office.fair.browser()
    browser.client.set_cookie("staff_registration", office.organiser)
    base = f"/{lang}/ouarzazate-12/office/applications"
    assert one["reference"] in browser.get(f"{base}?kind=artisan").text
    assert one["reference"] not in browser.get(f"{base}?kind=delegation").text
    assert browser.get(f"{base}/{one['reference']}").status_code == 200
    review = {"score-craft": "4", "score-heritage": "", "comment": "Beau travail"}
    assert browser.post(f"{base}/{one['reference']}/review", **review).status_code == 303
    assert "Beau travail" in browser.get(f"{base}/{one['reference']}").text
    assert logged(office.fair)[-1] == Logged.REVIEW_GIVEN
    assert browser.post(f"{base}/{one['reference']}/questions", reason="x").status_code == 422
    for decision in ("in_review", "accepted"):
        assert browser.post(f"{base}/decisions", references=one["reference"], decision=decision).status_code == 303
    assert browser.post(f"{base}/decisions", decision="accepted").status_code == 422
    assert browser.post(f"{base}/publication").headers["Location"].endswith("published=1")
    assert office.state(one) == "offered"
    sheet = browser.post(f"{base}/list", format="csv").text
    assert "'=HYPERLINK" in sheet
    assert "'+2126" in sheet
