"""Signing in with a second step: a code of an app, good once; recovery codes; and the log that tells of the door."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any
from uuid import UUID

import pyotp
import pytest

from services.registration.staff.domain import Act, Role, SecondStepRefused
from services.registration.staff.operations import accounts, audit, second_step
from tests.integration.registration.conftest import Browser, Fair, text_of
from tests.integration.registration.test_team import OFFICE, acts, open_account, signed_in

DOOR = "/registration/v1/staff/sign-in"
MIDDLE = datetime(2026, 11, 22, 12, 0, 15, tzinfo=UTC)
PASSWORD = "a-long-password"


@pytest.fixture
def omar(fair: Fair) -> UUID:
    return open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.DESK,)})


@pytest.fixture(autouse=True)
def _within_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    """No half minute ends in the middle of a test."""
    monkeypatch.setattr(second_step, "machine_now", lambda: MIDDLE)


def code_now(secret: str, later: int = 0) -> str:
    return pyotp.TOTP(secret).at(MIDDLE + timedelta(seconds=30 * later))


def turn_on(fair: Fair, staff_id: UUID) -> tuple[str, list[str]]:
    """The secret and the recovery codes, got over the pages. The step before this one's is used up."""
    browser = signed_in(fair, staff_id)
    shown = browser.get(browser.post(f"{OFFICE}/account/second-step").headers["Location"])
    secret = "".join(re.findall(r"<code>([A-Z2-7 ]+)</code>", shown.text)[0].split())
    assert "<svg" in shown.text
    assert browser.post(f"{OFFICE}/account/second-step/code", code="000000x").status_code == 422
    done = browser.post(f"{OFFICE}/account/second-step/code", code=code_now(secret, -1))
    assert done.status_code == 200, done.text
    return secret, re.findall(r"<code>([\w-]{19})</code>", done.text)


def say(fair: Fair, **more: str) -> Any:
    said = {"login": "omar@example.com", "password": PASSWORD} | more
    return fair.service.new_client().post(DOOR, json=said)


def at_the_door(fair: Fair) -> tuple[Browser, str]:
    """Somebody whose password was right, and the proof that the page carries on."""
    browser = fair.browser()
    asked = browser.post("/fr/office/sign-in", login="omar@example.com", password=PASSWORD, next="/fr/x/")
    assert asked.status_code == 200
    assert not browser.client.get_cookie("staff_registration")
    found = re.search(r'name="proof" value="([^"]+)"', asked.text)
    assert found
    return browser, found[1]


def test_an_account_with_a_second_step_is_asked_for_a_code_that_is_good_once(fair: Fair, omar: UUID) -> None:
    secret, codes = turn_on(fair, omar)
    assert len(codes) == 8
    browser, proof = at_the_door(fair)
    wrong = browser.post("/fr/office/sign-in/code", proof=proof, code="12345", next="/fr/x/")
    assert wrong.status_code == 422
    assert "déjà servi" in text_of(wrong)
    code = code_now(secret)
    welcome = browser.post("/fr/office/sign-in/code", proof=proof, code=code, next="/fr/x/")
    assert (welcome.status_code, welcome.headers["Location"]) == (303, "/fr/x/")
    assert browser.get(f"{OFFICE}/").status_code == 200
    again, proof = at_the_door(fair)
    assert again.post("/fr/office/sign-in/code", proof=proof, code=code).status_code == 422
    assert again.post("/fr/office/sign-in/code", proof=proof, code=codes[0].lower()).status_code == 303
    assert again.post("/fr/office/sign-in/code", proof=proof, code=codes[0]).status_code == 422
    assert "7 codes de secours" in text_of(again.get(f"{OFFICE}/account"))
    failed, came = Act.SIGN_IN_FAILED, Act.SIGNED_IN
    assert acts(fair) == [Act.SECOND_STEP_ON, failed, came, failed, Act.RECOVERY_CODE_USED, came, failed]


def test_programs_give_the_code_with_the_password(fair: Fair, omar: UUID) -> None:
    assert say(fair).status_code == 200
    secret, _codes = turn_on(fair, omar)
    assert say(fair).get_json()["type"] == "/problems#second-step-needed"
    assert say(fair, password="not-this-one", code=code_now(secret)).get_json()["type"] == "/problems#sign-in-refused"
    assert say(fair, code=code_now(secret)).status_code == 200
    assert say(fair, code=code_now(secret)).get_json()["type"] == "/problems#second-step-refused"


def test_the_proof_of_a_right_password_cannot_be_made_up_or_kept(fair: Fair, omar: UUID) -> None:
    secret, _codes = turn_on(fair, omar)
    browser, proof = at_the_door(fair)
    forged = proof.replace(omar.hex, UUID(int=5).hex)
    assert browser.post("/fr/office/sign-in/code", proof=forged, code=code_now(secret)).status_code == 422
    with fair.service.writing() as db:
        accounts.set_password(db, omar, "another password")
    late = browser.post("/fr/office/sign-in/code", proof=proof, code=code_now(secret))
    assert late.status_code == 422
    assert not browser.client.get_cookie("staff_registration")


def test_codes_cannot_be_tried_for_long(fair: Fair, omar: UUID) -> None:
    turn_on(fair, omar)
    browser, proof = at_the_door(fair)
    answers = [browser.post("/fr/office/sign-in/code", proof=proof, code=f"{n}") for n in range(9)]
    assert [answer.status_code for answer in answers[-2:]] == [422, 429]


def test_it_is_turned_off_with_password_and_code_by_an_organiser_or_outside(
    fair: Fair, omar: UUID, staff_id: UUID
) -> None:
    _secret, codes = turn_on(fair, omar)
    own, organiser = signed_in(fair, omar), signed_in(fair, staff_id)
    end = f"{OFFICE}/account/second-step/end"
    assert own.post(end, old="not-this-one", code=codes[0]).status_code == 422
    assert own.post(end, old=PASSWORD, code="12345").status_code == 422
    assert own.post(end, old=PASSWORD, code=codes[0]).status_code == 303
    assert say(fair).status_code == 200
    turn_on(fair, omar)
    assert signed_in(fair, omar).post(f"{OFFICE}/staff/{omar}/second-step").status_code == 403
    assert organiser.post(f"{OFFICE}/staff/{omar}/second-step").status_code == 303
    assert say(fair).status_code == 200
    turn_on(fair, omar)
    with fair.service.writing() as db:
        fresh = accounts.reset_password(db, "omar@example.com")
    assert say(fair, password=fresh).status_code == 200
    assert acts(fair)[-4:-1] == [Act.SECOND_STEP_ON, Act.PASSWORD_RESET_OUTSIDE, Act.SECOND_STEP_RESET]


def test_a_link_to_a_new_password_brings_nobody_past_the_code(fair: Fair, omar: UUID, staff_id: UUID) -> None:
    from tests.integration.registration.test_team import link_in

    turn_on(fair, omar)
    organiser, thief = signed_in(fair, staff_id), fair.browser()
    address = link_in(organiser.get(organiser.post(f"{OFFICE}/staff/{omar}/reset").headers["Location"]).text)
    sent = thief.post(address, password="une phrase facile")
    assert sent.headers["Location"] == "/fr/office/sign-in"
    assert not thief.client.get_cookie("staff_registration")


def crowd_with_one_code(fair: Fair, omar: UUID, code: str) -> list[bool]:
    """Ten who type the same code at once: who is let in."""
    together = Barrier(10)

    def come(_n: int) -> bool:
        together.wait()
        try:
            with fair.service.writing() as db:
                second_step.take_code(db, fair.service.settings, omar, code)
        except SecondStepRefused:
            return False
        return True

    with ThreadPoolExecutor(10) as people:
        return list(people.map(come, range(10)))


def test_of_ten_who_type_one_code_at_once_one_comes_in(fair: Fair, omar: UUID) -> None:
    secret, codes = turn_on(fair, omar)
    assert sum(crowd_with_one_code(fair, omar, code_now(secret))) == 1
    assert sum(crowd_with_one_code(fair, omar, codes[0])) == 1


def test_control_without_the_guard_all_ten_come_in(fair: Fair, omar: UUID, monkeypatch: pytest.MonkeyPatch) -> None:
    secret, _codes = turn_on(fair, omar)
    monkeypatch.setattr(second_step, "take_step", lambda *_args: True)
    assert sum(crowd_with_one_code(fair, omar, code_now(secret))) == 10


def test_what_lies_in_the_database_opens_nothing(fair: Fair, omar: UUID) -> None:
    secret, codes = turn_on(fair, omar)
    with fair.service.reading() as db:
        for metadata in fair.service.metadata:
            for table in metadata.tables.values():
                rows = " ".join(map(str, db.execute(table.select())))
                assert not [text for text in (secret, *codes) if text in rows], table.name


def test_the_log_is_searched_by_who_what_when_and_about_whom(
    fair: Fair, omar: UUID, staff_id: UUID, at: Callable[..., Any]
) -> None:
    say(fair, password="not-this-one")
    fair.browser().post("/fr/office/sign-out")
    browser = signed_in(fair, omar)
    browser.post("/fr/office/sign-out")
    at(later=3 * 1440)
    organiser = signed_in(fair, staff_id)
    organiser.post(f"{OFFICE}/staff/{omar}/roles", roles="viewer")
    assert acts(fair) == [Act.SIGN_IN_FAILED, Act.SIGNED_OUT, Act.ROLES_CHANGED]

    def lines(query: str) -> int:
        answer = organiser.get(f"{OFFICE}/log?{query}")
        assert answer.status_code == 200
        return len(re.findall(r'<tr role="row">', answer.text)) - 1

    assert lines("who=OMAR") == 1
    assert lines("act=sign_in_failed") == 1
    assert lines("subject=omar") == 3
    assert lines("subject=%25") == -1, "a sign is a sign"
    assert lines("until=2026-11-24") == 2
    assert lines("since=2026-11-25&until=2026-11-25") == 1
    assert lines("since=never&act=nothing&before=x") == 3


def test_who_organises_one_fair_reads_nothing_of_the_others(fair: Fair, staff_id: UUID) -> None:
    local = open_account(fair, "local@example.com", {fair.exhibition.id: (Role.ORGANISER,)})
    say(fair, login="stranger@example.com")
    say(fair, login="correct horse battery")
    with fair.service.reading() as db:
        here = [audit.By(fair.exhibition.id, one) for one in (local, staff_id)]
        seen = [audit.list_acts(db, audit.places_seen(db, by), audit.Wanted(), 10) for by in here]
    assert [row.subject for row in seen[0]] == []
    assert [row.subject for row in seen[1]] == ["", "stranger@example.com"], "no password typed in the wrong place"
