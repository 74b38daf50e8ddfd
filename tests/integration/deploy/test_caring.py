"""The commands for looking after a running house, against three services that know one another."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Connection

from deploy import cli
from deploy.embedded.plan import database_setting
from services.ticketing.admissions.models import attendance_count
from shared import outbox
from shared.ids import new_id
from tests.conftest import At
from tests.kit.databases import Databases
from tests.kit.services import SECRET, Service, relay_all
from tests.kit.waiting import wait_until
from tests.kit.world import HERE, World

Command = Callable[..., tuple[int, str]]
API = f"/ticketing/v1/exhibitions/{HERE}"


@pytest.fixture
def world(service_of: Callable[..., Service], databases: Databases) -> World:
    return World(service_of, databases)


@pytest.fixture
def moussem(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Command:
    """`moussem("keys", "list")` on the world's databases: exit code, and what was printed."""
    for service in world.services:
        address = service.database.url.render_as_string(hide_password=False)
        monkeypatch.setenv(database_setting(service.name), address)
    for name, value in {"DATA": str(tmp_path), "SECRET": SECRET, "REHEARSAL": "1"}.items():
        monkeypatch.setenv(f"MOUSSEM_{name}", value)

    def run(*words: str) -> tuple[int, str]:
        capsys.readouterr()
        code = cli.main([*words, "--data", str(tmp_path)])
        printed = capsys.readouterr()
        return code, printed.out + printed.err

    return run


def key_that_signs(moussem: Command, purpose: str) -> str:
    lines = moussem("keys", "list")[1].splitlines()
    (found,) = [line.split()[0] for line in lines if f" {purpose} " in line and line.endswith("signs")]
    return found


def status(service: Service, path: str, token: str) -> int:
    answer = service.new_client().get(path, headers={"Authorization": f"Bearer {token}"})
    return int(answer.status_code)


def post(service: Service, path: str, body: Any, token: str) -> Any:
    headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(new_id())}
    answer = service.new_client().post(path, json=body, headers=headers)
    assert answer.status_code < 300, answer.text
    return answer.get_json()


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_after_a_rotation_the_old_key_is_believed_and_after_a_revocation_it_is_not(
    world: World, moussem: Command
) -> None:
    token = world.register()["tokens"]["ticketing"]
    first = key_that_signs(moussem, "person")
    assert moussem("keys", "rotate", "person")[0] == 0
    world.quiet()
    assert key_that_signs(moussem, "person") != first
    assert status(world.ticketing, f"{API}/bookings", token) == 200
    code, said = moussem("keys", "revoke", first)
    assert (code, "signs in again" in said) == (0, True)
    world.quiet()
    # each process looks at its keys again within a second
    wait_until(lambda: status(world.ticketing, f"{API}/bookings", token) == 401, 3)
    assert "revoked" in moussem("keys", "list")[1]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_badges_of_a_revoked_key_are_signed_anew(world: World, moussem: Command, at: At) -> None:
    said = world.register()
    world.quiet()
    code, printed = moussem("keys", "revoke", key_that_signs(moussem, "badge"))
    assert (code, "1 valid badges were signed anew" in printed) == (0, True)
    world.quiet()
    path = f"/registration/v1/exhibitions/{HERE}/visitors/me/badge"
    headers = {"Authorization": f"Bearer {said['tokens']['registration']}"}
    fresh = world.registration.new_client().get(path, headers=headers).get_json()
    wait_until(lambda: scan(world, at, fresh["code"])["word"] == "admitted", 3)
    assert scan(world, at, said["badge"]["code"])["reason"] == "unknown-key"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("words", [("rotate", "door"), ("revoke", "nobody")])
def test_unknown_keys_are_named(moussem: Command, words: tuple[str, str]) -> None:
    code, said = moussem("keys", *words)
    assert (code, words[1] in said) == (1, True)


def scan(world: World, at: At, code: str) -> Any:
    """Read a badge at gate A on the fair's first day."""
    fair = world.registration.new_client().get(f"/registration/v1/exhibitions/{HERE}").get_json()
    at(datetime.fromisoformat(f"{fair['first_day']}T09:12:00+00:00"))
    steward = world.staff("steward", HERE).tokens["ticketing"]
    return post(world.ticketing, f"{API}/gates/A/scans", {"id": str(new_id()), "code": code}, steward)


def test_a_recount_finds_the_counter_that_lies(world: World, moussem: Command, at: At) -> None:
    said = world.register()
    world.quiet()
    assert scan(world, at, said["badge"]["code"])["word"] == "admitted"
    code, printed = moussem("recount")
    assert (code, f"{HERE}: no wrong counters" in printed) == (0, True)
    with world.ticketing.writing() as db:
        visitors = sa.update(attendance_count).where(attendance_count.c.measure == "visitors")
        db.execute(visitors.values(value=attendance_count.c.value + 6))
    code, printed = moussem("recount")
    assert (code, "visitors visitor: kept 7, counted 1" in printed) == (1, True)


def test_a_dead_letter_is_shown_with_its_error_and_handled_after_a_replay(
    world: World, moussem: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    handlers = world.notifications.worker.HANDLERS

    def broken(_db: Connection, _message: outbox.Received) -> None:
        raise RuntimeError("no ink in the pen")

    token = world.register()["tokens"]["ticketing"]
    world.quiet()
    session = world.ticketing.new_client().get(f"{API}/sessions?page_size=1").get_json()["sessions"][0]
    with monkeypatch.context() as patched:
        patched.setitem(handlers, "booking.confirmed.v1", broken)
        booked = post(world.ticketing, f"{API}/sessions/{session['reference']}/bookings", {"party_size": 1}, token)
        for _ in range(outbox.MAX_ATTEMPTS):
            relay_all(*world.services, is_strict=False)
    (told,) = world.ticketing.published("booking.confirmed.v1")
    assert told["body"]["reference"] == booked["reference"]

    assert f"{told['id']}  booking.confirmed.v1" in moussem("dead")[1]
    code, shown = moussem("dead", "show", str(told["id"]))
    assert (code, "no ink in the pen" in shown, booked["reference"] in shown) == (0, True, True)
    assert moussem("dead", "replay", str(told["id"])) == (0, "1 messages are sent again while Moussem runs.\n")
    assert relay_all(*world.services) == 1
    assert moussem("dead")[1] == "No message was given up.\n"
    assert '"kind":"booking' in notices_of(world)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_replay_that_fails_again_has_five_more_tries(
    world: World, moussem: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries = []

    def broken(_db: Connection, message: outbox.Received) -> None:
        tries.append(message.id)
        raise RuntimeError("still no ink")

    monkeypatch.setitem(world.notifications.worker.HANDLERS, "person.registered.v1", broken)
    world.register()
    for _ in range(2):
        for _ in range(outbox.MAX_ATTEMPTS + 2):
            relay_all(*world.services, is_strict=False)
        assert "person.registered.v1" in moussem("dead", "list")[1]
        moussem("dead", "replay")
    assert len(tries) == 2 * outbox.MAX_ATTEMPTS


def notices_of(world: World) -> str:
    """The log of notices, as one text."""
    token = world.caller(f"organiser of {HERE}").tokens["notifications"]
    headers = {"Authorization": f"Bearer {token}"}
    return str(
        world.notifications.new_client().get(f"/notifications/v1/exhibitions/{HERE}/notices", headers=headers).text
    )


def test_a_link_to_the_first_account_is_printed_while_nobody_has_one(
    service_of: Callable[..., Service],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    empty = service_of("registration", LOAD_FAIR="0")
    empty.do_due("prepare")
    address = empty.database.url.render_as_string(hide_password=False)
    monkeypatch.setenv(database_setting("registration"), address)
    monkeypatch.setenv("MOUSSEM_SECRET", SECRET)
    assert cli.main(["staff", "link", "--data", str(tmp_path)]) == 0
    link = capsys.readouterr().out.split()[-1]
    assert empty.new_client().get(link).status_code == 200


def test_no_link_to_a_first_account_once_there_is_one(moussem: Command) -> None:
    code, said = moussem("staff", "link")
    assert code == 1
    assert "http" not in said
