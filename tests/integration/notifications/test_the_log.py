"""Who may read the log, and what stands in it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from werkzeug import Response
from werkzeug.test import TestResponse

from shared import clock, tokens
from shared.db import Database, migrate
from tests.integration.notifications.peers import Gateway
from tests.integration.notifications.story import Story

KEY = tokens.new_key()
PAGE, API = "/fr/ouarzazate-12/office/notices", "/notifications/v1/exhibitions/ouarzazate-12/notices"


def tell_key(story: Story, version: int = 1, **body: Any) -> None:
    said = {
        "key_id": KEY.key_id,
        "number": 1,
        "purpose": "staff",
        "public_key": tokens.b64(KEY.public),
        "verifies_until": None,
        "is_revoked": False,
    }
    verdict = story.service.receive("key.published.v1", said | body, subject_id=UUID(int=7), version=version)
    assert verdict == "done"


def token(*roles: str, where: str = "*", ver: int = 1, staff: UUID | None = None, **claims: Any) -> str:
    said = {
        "aud": "notifications",
        "sub": str(staff or uuid4()),
        "ver": ver,
        "roles": {where: list(roles)},
        "exp": int((clock.now() + timedelta(hours=1)).timestamp()),
    }
    return tokens.sign(said | claims, private=KEY.private, key_id=KEY.key_id, typ="staff+jwt")


@pytest.fixture
def ask(story: Story) -> Callable[..., TestResponse]:
    """Ask for a page or a JSON route with a token."""
    story.tell_scene()
    tell_key(story)

    def asked(path: str, bearer: str = "") -> TestResponse:
        headers = {"Authorization": f"Bearer {bearer}"} if bearer else {}
        return story.service.new_client().get(path, headers=headers)

    return asked


Ask = Callable[..., TestResponse]


def test_a_log_without_a_line_says_that_nobody_was_told(ask: Ask) -> None:
    assert "Personne n’a encore reçu de message" in ask(PAGE, token("organiser")).text
    assert "Personne n’a encore" not in ask(f"{PAGE}?q=Fatima", token("organiser")).text, "nothing was found is another"


def test_the_log_shows_each_notice_with_its_state_and_no_address_in_full(
    story: Story, gateway: Gateway, ask: Ask
) -> None:
    gateway.answers = [Response(status=400)]
    story.tell_booking()
    story.send()
    text = ask(PAGE, token("organiser")).text
    for shown in ("1 message n’est pas arrivé", "Fatima Aït Brahim", "Place réservée", "Échec", "Remis"):
        assert shown in text
    assert "La passerelle SMS l’a refusé" in text
    for hidden in ("+212612345678", "fatima@mail.example", "K7P3M9QA"):
        assert hidden not in text
    rows = ask(API, token("viewer")).get_json()["notices"]
    assert {(row["channel"], row["state"], row["attempts"], row["reason"], row["address"]) for row in rows} == {
        ("sms", "failed", 1, "gateway-refused 400", "+212 •••• 78"),
        ("email", "accepted", 1, "", "f•••@mail.example"),
    }
    assert "data" not in rows[0]


def test_the_log_is_filtered_and_read_on_page_by_page(story: Story, ask: Ask) -> None:
    for version in range(1, 4):
        story.tell_booking(version=version)
    story.send()
    for version in range(4, 6):
        story.tell_booking(version=version)
    everyone = token("desk")
    first = ask(f"{API}?at_most=4", everyone).get_json()
    second = ask(f"{API}?at_most=4&before={first['next']}", everyone).get_json()
    third = ask(f"{API}?at_most=4&before={second['next']}", everyone).get_json()
    ids = [row["id"] for part in (first, second, third) for row in part["notices"]]
    assert len(ids) == len(set(ids)) == 10
    assert third["next"] is None
    made = [row["made_at"] for part in (first, second, third) for row in part["notices"]]
    assert made == sorted(made, reverse=True)
    assert {row["state"] for row in ask(f"{API}?state=due", everyone).get_json()["notices"]} == {"due"}
    assert ask(f"{PAGE}?state=due&at_most=2", everyone).text.count("<tr") == 3


@pytest.mark.parametrize("query", ["state=odd", "before=1", "at_most=0", "at_most=x", "who=me", "state=%00"])
@pytest.mark.parametrize("path", [PAGE, API])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_an_odd_filter_is_refused_by_name(ask: Ask, path: str, query: str) -> None:
    assert ask(f"{path}?{query}", token("viewer")).status_code == 422


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_who_may_read(story: Story, ask: Ask) -> None:
    assert ask(API).status_code == 401
    assert ask(PAGE).headers["Location"] == f"/fr/office/sign-in?next={PAGE}"
    assert ask(API, token("steward")).status_code == 403
    assert ask(API, token("organiser", where=str(uuid4()))).status_code == 403
    assert ask(API, token("organiser", where=str(story.exhibition))).status_code == 200
    assert ask(API.replace("12", "13"), token("organiser")).status_code == 404
    for wrong in ({"aud": "ticketing"}, {"exp": 1}):
        assert ask(API, token("organiser", **wrong)).status_code == 401
    assert ask(API, "forged").status_code == 401


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_person_token_opens_nothing(story: Story, ask: Ask) -> None:
    person = {"aud": "notifications", "sub": str(story.person), "ex": str(story.exhibition), "exp": 4_000_000_000}
    for typ in ("person+jwt", "staff+jwt"):
        forged = tokens.sign(person, private=KEY.private, key_id=KEY.key_id, typ=typ)
        assert ask(API, forged).status_code == 401


def test_somebody_shut_out_reads_no_more_and_a_revoked_key_opens_nothing(story: Story, ask: Ask) -> None:
    staff = uuid4()

    def tell_staff(version: int, *, is_active: bool) -> None:
        body = {"staff_version": version, "roles": {"*": ["organiser"]}, "is_active": is_active}
        assert story.service.receive("staff.changed.v1", body, subject_id=staff, version=version) == "done"

    old = token("organiser", staff=staff, ver=1)
    tell_staff(1, is_active=True)
    assert ask(API, old).status_code == 200
    tell_staff(2, is_active=True)
    assert ask(API, old).status_code == 401
    new = token("organiser", staff=staff, ver=2)
    assert ask(API, new).status_code == 200
    tell_staff(3, is_active=False)
    assert ask(API, new).status_code == 401
    other = token("organiser")
    assert ask(API, other).status_code == 200
    tell_key(story, 2, is_revoked=True)
    assert ask(API, other).status_code == 401


def test_the_metrics_tell_how_much_waits(story: Story, ask: Ask) -> None:
    story.tell_booking()
    story.skip_pause()
    text = ask("/notifications/metrics").text
    assert "moussem_notices_open 2.0" in text
    (age,) = [line.split()[1] for line in text.splitlines() if line.startswith("moussem_notices_oldest_due_seconds ")]
    assert 1 <= float(age) < 60
    assert "moussem_notices_oldest_due_seconds_whatsapp 0.0" in text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("lang", ["ar", "fr", "en"])
def test_the_log_is_there_in_every_language_of_staff_and_empty_at_first(ask: Ask, lang: str) -> None:
    text = ask(PAGE.replace("/fr/", f"/{lang}/"), token("viewer")).text
    assert f'<html lang="{lang}"' in text
    assert "<table" not in text


def test_the_schema_goes_up_and_down(empty_database: Database) -> None:
    for _ in range(2):
        migrate(empty_database, "services/notifications/migrations")
        migrate(empty_database, "services/notifications/migrations", "base")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_there_is_a_handler_for_every_message_that_comes_here(story: Story) -> None:
    from services.subscriptions import SUBSCRIPTIONS

    ours = {name for name, listeners in SUBSCRIPTIONS.items() if "notifications" in listeners}
    assert set(story.service.worker.HANDLERS) == ours
    with story.service.reading() as db:
        assert story.service.worker.resync(db) == 0
