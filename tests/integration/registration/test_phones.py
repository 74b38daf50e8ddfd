"""Private links and phone codes: who a message reached may act, and nobody learns whose number is known."""

from collections.abc import Callable
from datetime import datetime

import pytest

from shared import limits
from tests.integration.registration.conftest import Fair, bearer

PHONE = "06 12 34 56 78"


@pytest.fixture(autouse=True)
def _many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits have their own tests."""
    monkeypatch.setattr(limits, "allow", lambda *_args, **_more: None)


def secret_of(fair: Fair) -> str:
    return str(fair.links()[0]["link"]).rpartition("/k/")[2]


def answered(fair: Fair) -> None:
    """Somebody registered whose phone has answered."""
    fair.register()
    assert fair.browser().post(f"/k/{secret_of(fair)}").status_code == 303


def ask(fair: Fair, phone: str = PHONE) -> str:
    """Ask for a code; the newest one that was sent."""
    assert fair.post("/phone-codes", {"phone": phone}).status_code == 202
    return str(fair.links()[-1]["code"])


def test_a_private_link_has_22_characters_and_signs_in_only_by_its_button(fair: Fair) -> None:
    fair.register("Fatima")
    assert len(secret_of(fair)) == 22
    browser = fair.browser()
    shown = browser.get(f"/k/{secret_of(fair)}")
    assert shown.status_code == 200
    assert "Fatima" in shown.text
    assert not browser.client.get_cookie("person_registration")
    pressed = browser.post(f"/k/{secret_of(fair)}")
    assert pressed.headers["Location"].endswith("/ouarzazate-12/me")
    assert browser.client.get_cookie("person_registration")
    assert browser.client.get_cookie("person_ticketing")
    assert browser.get(pressed.headers["Location"]).status_code == 200


def test_looking_at_a_link_answers_nothing_for_the_phone(fair: Fair) -> None:
    fair.register()
    fair.browser().get(f"/k/{secret_of(fair)}")
    fair.register("Omar")
    assert len(fair.links()) == 1


def test_a_silent_number_gets_one_message_only(fair: Fair) -> None:
    fair.register()
    fair.register("Omar")
    fair.post("/phone-codes", {"phone": PHONE})
    assert len(fair.links()) == 1


def test_a_number_that_answered_gets_further_messages(fair: Fair) -> None:
    answered(fair)
    fair.register("Omar")
    assert len(fair.links()) == 2
    ask(fair)
    assert fair.links()[-1]["purpose"] == "sign_in"


def test_an_old_or_invented_link_is_gone(fair: Fair, at: Callable[..., datetime]) -> None:
    fair.register()
    assert fair.browser().get("/k/aaaaaaaaaaaaaaaaaaaaaa").status_code == 410
    at(datetime(2026, 12, 24, 0, 1))
    assert fair.browser().post(f"/k/{secret_of(fair)}").status_code == 410


def test_the_code_of_the_first_message_signs_in_and_counts_once(fair: Fair) -> None:
    said = fair.register()
    given = {"phone": PHONE, "code": fair.links()[0]["code"]}
    answer = fair.post("/phone-codes/answers", given)
    assert answer.status_code == 200
    assert answer.get_json()["person_id"] == said["person_id"]
    assert fair.get("/visitors/me", answer.get_json()["tokens"]["registration"]).status_code == 200
    assert fair.post("/phone-codes/answers", given).status_code == 422


def test_a_known_and_an_unknown_number_are_answered_alike(fair: Fair) -> None:
    answered(fair)
    known, unknown = (fair.post("/phone-codes", {"phone": phone}) for phone in (PHONE, "0698765432"))
    assert (known.status_code, known.data) == (unknown.status_code, unknown.data)
    wrong = [fair.post("/phone-codes/answers", {"phone": phone, "code": "x"}) for phone in (PHONE, "0698765432")]
    assert wrong[0].status_code == wrong[1].status_code == 422
    assert wrong[0].data == wrong[1].data


def test_five_wrong_tries_use_a_code_up(fair: Fair) -> None:
    answered(fair)
    code = ask(fair)
    wrong = str((int(code) + 1) % 1_000_000).zfill(6)
    for _ in range(5):
        assert fair.post("/phone-codes/answers", {"phone": PHONE, "code": wrong}).status_code == 422
    assert fair.post("/phone-codes/answers", {"phone": PHONE, "code": code}).status_code == 422


def test_four_wrong_tries_leave_one(fair: Fair) -> None:
    answered(fair)
    code = ask(fair)
    wrong = str((int(code) + 1) % 1_000_000).zfill(6)
    for _ in range(4):
        fair.post("/phone-codes/answers", {"phone": PHONE, "code": wrong})
    assert fair.post("/phone-codes/answers", {"phone": PHONE, "code": code}).status_code == 200


def test_a_code_is_good_for_ten_minutes(fair: Fair, at: Callable[..., datetime]) -> None:
    answered(fair)
    code = ask(fair)
    at(later=10)
    assert fair.post("/phone-codes/answers", {"phone": PHONE, "code": code}).status_code == 422


def test_people_who_share_a_phone_choose_their_name_after_the_code(fair: Fair) -> None:
    answered(fair)
    omar = fair.register("Omar")
    code = ask(fair)
    first = fair.post("/phone-codes/answers", {"phone": PHONE, "code": code}).get_json()
    assert {one["name"] for one in first["choices"]} == {"Fatima Aït Ali", "Omar"}
    assert "tokens" not in first
    nobody = fair.post("/phone-codes/answers", {"phone": PHONE, "code": code, "reference": "ZZZZZZZZ"})
    assert nobody.get_json()["type"] == "/problems#person-unknown"
    chosen = {"phone": PHONE, "code": code, "reference": omar["reference"]}
    assert fair.post("/phone-codes/answers", chosen).get_json()["person_id"] == omar["person_id"]


def test_the_pages_do_the_same_and_a_double_click_signs_in_twice(fair: Fair) -> None:
    answered(fair)
    fair.register("Omar")
    here = "/fr/ouarzazate-12/me/sign-in"
    browser = fair.browser()
    assert browser.post(here, phone="12").status_code == 422
    asked = browser.post(here, phone=PHONE, idempotency_key="ask")
    assert asked.status_code == 200
    sent = len(fair.links())
    browser.post(here, phone=PHONE, idempotency_key="ask")
    assert len(fair.links()) == sent
    typed = {"phone": PHONE, "code": str(fair.links()[-1]["code"]), "idempotency_key": "try"}
    choice = browser.post(f"{here}/code", **typed)
    assert "Omar" in choice.text
    with fair.service.reading() as db:
        from services.registration.visitors.operations.people import visitors_with_phone

        omar = visitors_with_phone(db, fair.exhibition.id, "+212612345678")[1]
    for _ in range(2):
        signed_in = browser.post(f"{here}/code", **typed, reference=omar.reference)
        assert signed_in.status_code == 303
    assert "Omar" in browser.get("/fr/ouarzazate-12/me").text


def test_nobody_is_sent_to_another_host_after_signing_in(fair: Fair) -> None:
    fair.register()
    typed = {"phone": PHONE, "code": str(fair.links()[0]["code"]), "next": "//evil.example/"}
    answer = fair.browser().post("/fr/ouarzazate-12/me/sign-in/code", **typed)
    assert answer.headers["Location"] == "/fr/ouarzazate-12/me"


def test_a_token_of_one_fair_is_nothing_at_another(fair: Fair) -> None:
    token = fair.register()["tokens"]["registration"]
    other = fair.service.new_client().get("/registration/v1/exhibitions/elsewhere/visitors/me", headers=bearer(token))
    assert other.status_code == 404
