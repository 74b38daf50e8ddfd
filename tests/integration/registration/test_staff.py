"""Staff sign in, act at their exhibitions only, and stop when told; keys turn over without stopping the fair."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.registration.exhibitions import operations as exhibitions
from services.registration.staff.domain import LoginTaken, Purpose, Role, StaffUnknown
from services.registration.staff.models import signing_key
from services.registration.staff.operations import accounts, keys
from shared import limits
from tests.integration.registration.conftest import Fair, bearer, text_of
from tests.kit.services import Service

SIGN_IN = "/registration/v1/staff/sign-in"


def passwords(fair: Fair) -> dict[str, str]:
    """What the first start wrote for the operator."""
    lines = (fair.service.settings.data_dir / "staff.txt").read_text().splitlines()
    return dict(line.split(maxsplit=1) for line in lines)


def sign_in(fair: Fair, login: str, password: str) -> Any:
    return fair.service.new_client().post(SIGN_IN, json={"login": login, "password": password})


def test_the_first_accounts_are_written_for_the_operator_alone(registration: Service) -> None:
    registration.do_due("prepare")
    fair = Fair(registration)
    path: Path = fair.service.settings.data_dir / "staff.txt"
    assert path.stat().st_mode & 0o777 == 0o600
    first = path.read_text()
    fair.service.do_due("prepare")
    assert path.read_text() == first
    for login, password in passwords(fair).items():
        assert sign_in(fair, login, password).status_code == 200


def test_signing_in_gives_a_token_for_each_service(fair: Fair) -> None:
    said = sign_in(fair, " ORGANISER@moussem.example", passwords(fair)["organiser@moussem.example"]).get_json()
    assert set(said["tokens"]) == {"registration", "ticketing", "notifications"}
    assert said["roles"] == {"*": ["organiser"]}


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(fair: Fair) -> None:
    wrong, unknown = sign_in(fair, "organiser", "wrong-password"), sign_in(fair, "nobody", "wrong-password")
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.data == unknown.data
    assert wrong.get_json()["type"] == "/problems#sign-in-refused"


def test_the_eleventh_try_within_a_quarter_of_an_hour_waits(fair: Fair) -> None:
    answers = [sign_in(fair, "organiser", f"wrong-{n}") for n in range(11)]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0


def test_with_redis_away_nobody_signs_in_as_staff(service_of: Callable[..., Any]) -> None:
    away = Fair(service_of("registration", REDIS_URL="redis://127.0.0.1:1/0"))
    away.service.do_due("prepare")
    assert sign_in(away, "organiser", "whatever").status_code == 503


def test_the_page_keeps_what_was_typed_and_goes_where_one_wanted(fair: Fair) -> None:
    browser = fair.browser()
    sent_away = browser.get("/fr/ouarzazate-12/office/")
    assert sent_away.status_code == 303
    assert sent_away.headers["Location"] == "/fr/office/sign-in?next=/fr/ouarzazate-12/office/"
    refused = browser.post("/fr/office/sign-in", login="organiser", password="wrong-password")
    assert refused.status_code == 422
    assert 'value="organiser"' in refused.text
    assert "wrong-password" not in refused.text
    password = passwords(fair)["organiser@moussem.example"]
    wanted = {"login": "organiser", "password": password, "next": "/fr/ouarzazate-12/office/"}
    welcome = browser.post("/fr/office/sign-in", **wanted)
    assert welcome.headers["Location"] == "/fr/ouarzazate-12/office/"
    assert "Plus que 12 jours" in text_of(browser.get("/fr/ouarzazate-12/office/")).replace("\xa0", " ")
    for service in accounts.AUDIENCES:
        assert browser.client.get_cookie(f"staff_{service}")
    elsewhere = browser.post("/fr/office/sign-in", **(wanted | {"next": "https://evil.example"}))
    assert elsewhere.headers["Location"] == "/fr/office/"
    browser.post("/fr/office/sign-out")
    assert browser.get("/fr/ouarzazate-12/office/").status_code == 303


def token_of(fair: Fair, staff_id: UUID) -> str:
    with fair.service.writing() as db:
        account = accounts.account_of(db, staff_id)
        assert account is not None
        return accounts.staff_tokens(db, fair.service.settings, account)["registration"]


def look(fair: Fair, token: str) -> int:
    return fair.service.new_client().get("/registration/v1/rehearsal/clock", headers=bearer(token)).status_code


def test_a_change_of_roles_ends_the_tokens_given_before(fair: Fair, staff_id: UUID) -> None:
    token = token_of(fair, staff_id)
    assert look(fair, token) == 200
    with fair.service.writing() as db:
        accounts.set_roles(db, staff_id, UUID(int=0), [Role.VIEWER])
    assert look(fair, token) == 401
    assert look(fair, token_of(fair, staff_id)) == 403
    told = fair.service.published("staff.changed.v1")[-1]
    assert told["body"] == {"staff_version": 2, "roles": {"*": ["viewer"]}, "is_active": True}


def test_a_closed_account_is_out_at_once(fair: Fair, staff_id: UUID) -> None:
    token = token_of(fair, staff_id)
    with fair.service.writing() as db:
        accounts.close_account(db, staff_id)
    assert look(fair, token) == 401
    assert sign_in(fair, "organiser", passwords(fair)["organiser@moussem.example"]).status_code == 401


def test_a_reset_password_replaces_the_old_one(fair: Fair) -> None:
    with fair.service.writing() as db:
        fresh = accounts.reset_password(db, "organiser")
        with pytest.raises(StaffUnknown):
            accounts.reset_password(db, "nobody")
    assert sign_in(fair, "organiser", passwords(fair)["organiser@moussem.example"]).status_code == 401
    assert sign_in(fair, "organiser", fresh).status_code == 200


def test_two_people_never_share_a_login(fair: Fair) -> None:
    new = accounts.NewStaff("Second", ("ORGANISER",), "a-long-password", {})
    with pytest.raises(LoginTaken), fair.service.writing() as db:
        accounts.open_account(db, new)
    assert len(fair.service.published("staff.changed.v1")) == 2


def test_an_organiser_takes_the_rehearsal_to_the_first_day_and_stays_signed_in(
    fair: Fair, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "allow", lambda *_args, **_more: None)
    browser = fair.browser()
    for login in ("steward", "organiser"):
        password = passwords(fair)[f"{login}@moussem.example"]
        browser.post("/fr/office/sign-in", login=login, password=password)
        moved = browser.post("/fr/ouarzazate-12/office/clock")
        assert moved.status_code == (403 if login == "steward" else 303)
    assert "Jour 1 de la foire" in text_of(browser.get("/fr/ouarzazate-12/office/"))


def test_without_a_rehearsal_there_is_no_clock_to_move(service_of: Callable[..., Any]) -> None:
    service = service_of("registration", REHEARSAL="0")
    service.do_due("prepare")
    rules = {rule.rule for rule in service.app.url_map.iter_rules()}
    assert not [rule for rule in rules if "clock" in rule]


def key_row(fair: Fair, purpose: Purpose, number: int) -> Any:
    with fair.service.reading() as db:
        return db.execute(
            sa.select(signing_key).where(signing_key.c.purpose == purpose, signing_key.c.number == number)
        ).one()


def test_a_private_key_never_lies_open(fair: Fair) -> None:
    row = key_row(fair, Purpose.BADGE, 1)
    with fair.service.reading() as db:
        private = keys.signer(db, fair.service.settings, Purpose.BADGE).private
    assert private not in row.sealed_private_key


def test_after_rotation_old_tokens_are_believed_until_the_fair_is_long_over(
    fair: Fair, at: Callable[..., datetime]
) -> None:
    old = fair.register()["tokens"]["registration"]
    with fair.service.writing() as db:
        new_key = keys.rotate_key(db, fair.service.settings, Purpose.PERSON)
    fresh = fair.register("Omar")["tokens"]["registration"]
    assert fair.get("/visitors/me", old).status_code == 200
    assert fair.get("/visitors/me", fresh).status_code == 200
    told = [m["body"] for m in fair.service.published("key.published.v1") if m["body"]["purpose"] == "person"]
    assert [(key["number"], key["verifies_until"] is None) for key in told] == [(1, True), (1, False), (2, True)]
    assert told[-1]["key_id"] == new_key
    assert told[1]["verifies_until"].startswith("2027-01-22")
    client = fair.service.new_client()
    assert len(client.get("/registration/.well-known/jwks.json").get_json()["keys"]) == len(Purpose) + 1
    at(datetime(2027, 1, 23, tzinfo=UTC))
    assert len(client.get("/registration/.well-known/jwks.json").get_json()["keys"]) == len(Purpose)


def test_a_fair_that_is_prolonged_prolongs_its_keys(fair: Fair) -> None:
    fair.register()
    with fair.service.writing() as db:
        keys.rotate_key(db, fair.service.settings, Purpose.BADGE)
        exhibitions.change_exhibition(db, fair.exhibition.id, last_day=fair.exhibition.last_day + timedelta(days=5))
    assert key_row(fair, Purpose.BADGE, 1).verifies_until.date().isoformat() == "2027-01-27"
    assert fair.service.published("key.published.v1")[-1]["body"]["verifies_until"].startswith("2027-01-27")


def test_a_revoked_key_is_believed_no_more_and_another_signs(fair: Fair) -> None:
    old = fair.register()["tokens"]["registration"]
    with fair.service.writing() as db:
        keys.revoke_key(db, fair.service.settings, key_row(fair, Purpose.PERSON, 1).key_id)
    fresh = fair.register("Omar")["tokens"]["registration"]
    assert fair.get("/visitors/me", fresh).status_code == 200
    assert fair.get("/visitors/me", old).status_code == 401
    revoked, new = fair.service.published("key.published.v1")[-2:]
    assert revoked["body"]["is_revoked"]
    assert not new["body"]["is_revoked"]
