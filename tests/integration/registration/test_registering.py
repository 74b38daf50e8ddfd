"""Somebody registers: a badge, tokens, messages; once, however often it is sent."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from services.registration.exhibitions import operations as exhibitions
from tests.integration.registration.conftest import API, Fair, bearer


def test_a_visitor_has_a_badge_tokens_and_is_told_of_by_three_messages(fair: Fair) -> None:
    said = fair.register("فاطمة الزهراء", "٠٦١٢٣٤٥٦٧٨", email="Fatima@Example.com", language="ar", region="MA-08")
    assert said["badge"]["code"].startswith("MSM:")
    assert len(said["badge"]["code"]) == 141
    assert set(said["tokens"]) == {"registration", "ticketing"}
    (person,) = fair.service.published("person.registered.v1")
    assert person["body"] == {
        "name": "فاطمة الزهراء",
        "phone": "+212612345678",
        "email": "Fatima@example.com",
        "language": "ar",
        "kind": "visitor",
    }
    (badge,) = fair.service.published("badge.issued.v1")
    assert badge["body"]["person_id"] == str(person["subject_id"]) == said["person_id"]
    assert (badge["body"]["first_day"], badge["body"]["last_day"]) == ("2026-12-04", "2026-12-23")
    assert badge["body"]["residence"] == "MA-08"
    (link,) = fair.service.published("person.link_issued.v1")
    assert link["is_secret"]
    assert link["body"]["purpose"] == "welcome"
    assert link["body"]["badge_reference"] == said["badge"]["reference"].replace("-", "")


def test_a_token_says_who_where_for_whom_and_for_how_long(fair: Fair) -> None:
    said = fair.register()
    token = said["tokens"]["ticketing"]
    claims = jwt.decode(token, options={"verify_signature": False})
    header = jwt.get_unverified_header(token)
    assert header["typ"] == "person+jwt"
    assert header["alg"] == "EdDSA"
    assert claims["aud"] == "ticketing"
    assert claims["sub"] == said["person_id"]
    assert claims["ex"] == str(fair.exhibition.id)
    assert claims["exp"] - claims["iat"] == 12 * 3600


def test_the_same_request_twice_is_the_same_answer_and_one_person(fair: Fair) -> None:
    body = {"name": "Ali", "phone": "0612345678"}
    first, second = (fair.post("/visitors", body, key="one") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.get_json() == second.get_json()
    assert len(fair.service.published("person.registered.v1")) == 1
    other = fair.post("/visitors", body | {"name": "Omar"}, key="one")
    assert other.status_code == 409
    assert other.get_json()["type"] == "/problems#idempotency-key-reused"


def test_a_repeated_request_gives_no_longer_life_to_its_tokens(fair: Fair, at: Callable[..., datetime]) -> None:
    body = {"name": "Ali", "phone": "0612345678"}
    first = fair.post("/visitors", body, key="one").get_json()
    at(later=60)
    assert fair.post("/visitors", body, key="one").get_json()["tokens"] == first["tokens"]


def test_a_phone_may_be_shared_by_twenty_artisans(fair: Fair) -> None:
    people = {fair.register(f"Artisan {n}")["person_id"] for n in range(20)}
    assert len(people) == 20


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("wrong", "fields"),
    [
        ({"name": ""}, {"name"}),
        ({"name": "a\x00b"}, {"name"}),
        ({"name": "Ali\u202egnp"}, {"name"}),
        ({"name": None}, {"name"}),
        ({"name": 5}, {"name"}),
        ({"name": "x" * 121}, {"name"}),
        ({"phone": "123"}, {"phone"}),
        ({"phone": None}, {"phone"}),
        ({"email": "nobody"}, {"email"}),
        ({"language": "de"}, {"language"}),
        ({"country": "XY"}, {"country"}),
        ({"region": "MA-99"}, {"region"}),
        ({"cin": "AB123456"}, {"cin"}),
        ({"name": "", "phone": "1"}, {"name", "phone"}),
    ],
)
def test_what_cannot_be_taken_is_named_field_by_field(fair: Fair, wrong: dict[str, Any], fields: set[str]) -> None:
    answer = fair.post("/visitors", {"name": "Ali", "phone": "0612345678"} | wrong)
    assert answer.status_code == 422
    assert answer.content_type == "application/problem+json"
    assert set(answer.get_json()["errors"]) == fields
    assert not fair.service.published("person.registered.v1")


def test_one_registers_on_the_last_day_but_not_after_it(fair: Fair, at: Callable[..., datetime]) -> None:
    at(datetime(2026, 12, 23, 23, 59, tzinfo=UTC))
    fair.register()
    at(datetime(2026, 12, 24, 0, 1, tzinfo=UTC))
    answer = fair.post("/visitors", {"name": "Ali", "phone": "0612345678"})
    assert answer.status_code == 410
    assert answer.get_json()["type"] == "/problems#exhibition-over"


def test_a_closed_fair_refuses_by_name(fair: Fair) -> None:
    with fair.service.writing() as db:
        exhibitions.change_exhibition(db, fair.exhibition.id, state="closed")
    answer = fair.post("/visitors", {"name": "Ali", "phone": "0612345678"})
    assert answer.status_code == 409
    assert answer.get_json()["type"] == "/problems#registration-closed"
    assert fair.service.published("exhibition.changed.v1")[-1]["body"]["state"] == "closed"


def test_with_redis_away_one_registers_but_gets_no_message(service_of: Callable[..., Any]) -> None:
    away = Fair(service_of("registration", REDIS_URL="redis://127.0.0.1:1/0"))
    away.service.do_due("prepare")
    away.register()
    assert not away.links()


def test_details_change_only_from_the_newest_version(fair: Fair) -> None:
    token = fair.register()["tokens"]["registration"]
    client = fair.service.new_client()
    seen = client.get(f"{API}/visitors/me", headers=bearer(token))
    mark = {"If-Match": seen.headers["ETag"]} | bearer(token)
    changed = client.patch(f"{API}/visitors/me", json={"name": "Fatima Z.", "email": "f@example.com"}, headers=mark)
    assert changed.status_code == 200
    assert (changed.get_json()["name"], changed.get_json()["version"]) == ("Fatima Z.", 2)
    again = client.patch(f"{API}/visitors/me", json={"name": "Late"}, headers=mark)
    assert again.status_code == 412
    assert again.get_json()["type"] == "/problems#changed-meanwhile"
    without = client.patch(f"{API}/visitors/me", json={"name": "Late"}, headers=bearer(token))
    assert without.status_code == 428
    (message,) = fair.service.published("person.changed.v1")
    assert (message["subject_version"], message["body"]["name"]) == (2, "Fatima Z.")


def test_the_gates_hear_when_somebody_lives_elsewhere(fair: Fair) -> None:
    token = fair.register()["tokens"]["registration"]
    headers = {"If-Match": '"1"'} | bearer(token)
    fair.service.new_client().patch(f"{API}/visitors/me", json={"country": "FR"}, headers=headers)
    told = [(one["subject_version"], one["body"]["residence"]) for one in fair.service.published("badge.issued.v1")]
    assert told == [(1, None), (2, "FR")]


def test_a_new_phone_of_somebody_known_gets_its_own_link(fair: Fair) -> None:
    token = fair.register()["tokens"]["registration"]
    headers = {"If-Match": '"1"'} | bearer(token)
    fair.service.new_client().patch(f"{API}/visitors/me", json={"phone": "0698765432"}, headers=headers)
    assert len(fair.links()) == 2


def test_resync_says_again_how_everything_stands(fair: Fair) -> None:
    fair.register()
    before = len(fair.service.published())
    with fair.service.writing() as db:
        said = fair.service.worker.resync(db)
    again = fair.service.published()[before:]
    assert said == len(again) == 4 + 1 + 2 + 1 + 1
    assert not [message for message in again if message["name"] == "person.link_issued.v1"]
