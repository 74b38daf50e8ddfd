"""Many at the same moment: one person a key, one message a new phone, five tries a code, one badge each."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.registration.visitors.domain import phone_codes
from services.registration.visitors.models import badge, phone_code
from shared import limits
from tests.integration.registration.conftest import Fair

PHONE = "06 12 34 56 78"
MANY = 12


@pytest.fixture(autouse=True)
def _many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits have their own tests."""
    monkeypatch.setattr(limits, "allow", lambda *_args, **_more: None)


def at_once(act: Callable[[int], TestResponse]) -> list[TestResponse]:
    with ThreadPoolExecutor(MANY) as crowd:
        return list(crowd.map(act, range(MANY)))


def guess(fair: Fair) -> Callable[[int], TestResponse]:
    wrong = str((int(fair.links()[0]["code"]) + 1) % 1_000_000).zfill(6)
    return lambda _n: fair.post("/phone-codes/answers", {"phone": PHONE, "code": wrong})


def tries_of(fair: Fair) -> int:
    with fair.service.reading() as db:
        return int(db.scalars(sa.select(phone_code.c.tries)).one())


def test_one_key_registers_one_person(fair: Fair) -> None:
    fair.get("")
    answers = at_once(lambda _n: fair.post("/visitors", {"name": "Ali", "phone": PHONE}, key="one"))
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.data for answer in answers}) == 1
    assert len(fair.service.published("person.registered.v1")) == 1


def test_a_new_phone_gets_one_message_however_many_share_it(fair: Fair) -> None:
    fair.get("")
    answers = at_once(lambda n: fair.post("/visitors", {"name": f"Artisan {n}", "phone": PHONE}))
    assert {answer.status_code for answer in answers} == {201}
    assert len(fair.links()) == 1


def test_a_code_is_tried_five_times_at_most(fair: Fair) -> None:
    fair.register(phone=PHONE)
    answers = at_once(guess(fair))
    assert {answer.status_code for answer in answers} == {422}
    assert tries_of(fair) == phone_codes.TRIES
    right = {"phone": PHONE, "code": fair.links()[0]["code"]}
    assert fair.post("/phone-codes/answers", right).status_code == 422


def test_control_with_the_first_guard_off_the_constraint_still_stops_the_sixth(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    fair.register(phone=PHONE)
    monkeypatch.setattr(phone_codes, "TRIES", 1_000)
    answers = at_once(guess(fair))
    assert sorted(answer.status_code for answer in answers) == [422] * 5 + [500] * (MANY - 5)
    assert tries_of(fair) == 5


def test_nobody_ever_has_two_valid_badges(fair: Fair) -> None:
    token = fair.register()["tokens"]["registration"]
    answers = at_once(lambda _n: fair.post("/visitors/me/badge/replacement", {}, token=token))
    assert {answer.status_code for answer in answers} == {201}
    with fair.service.reading() as db:
        valid = sa.select(sa.func.count()).select_from(badge).where(badge.c.state == "valid")
        assert db.scalar(valid) == 1
