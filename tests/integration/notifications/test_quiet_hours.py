"""Nobody is woken: what can wait waits by the fair's clock, whatever the machines' clock says."""

from collections.abc import Callable
from datetime import UTC, datetime, time
from typing import Any

import pytest
import sqlalchemy as sa

from services.notifications.notices.domain import QuietHours
from services.notifications.notices.models import quiet_hours
from services.notifications.notices.operations import quiet
from services.notifications.notices.operations.log import waiting
from tests.integration.notifications.peers import Gateway
from tests.integration.notifications.story import Story
from tests.integration.notifications.test_the_log import tell_key, token

At = Callable[[datetime], None]
API = "/notifications/v1/exhibitions/ouarzazate-12/quiet-hours"
PAGE = "/fr/ouarzazate-12/office/notices/quiet-hours"
MOVED_UP: dict[str, Any] = {"was_waitlisted": True}


@pytest.fixture
def night(story: Story, at: At) -> Story:
    """Half past nine in the evening, ten days before the session; the product's quiet hours hold."""
    with story.service.writing() as db:
        db.execute(sa.delete(quiet_hours))
    at(datetime(2026, 11, 25, 21, 30))
    story.tell_scene(email=None)
    return story


def states(story: Story) -> list[str]:
    return [row.state for row in story.notices()]


def test_what_can_wait_waits_until_the_morning_of_the_fair(night: Story, gateway: Gateway, at: At) -> None:
    night.tell_booking(version=2, **MOVED_UP)
    night.send()
    assert (states(night), gateway.calls) == (["due"], [])
    with night.service.reading() as db:
        count, late = waiting(db)
    assert (count, late.total_seconds()) == (1, 0)
    at(datetime(2026, 11, 26, 7, 59))
    night.send()
    assert states(night) == ["due"]
    at(datetime(2026, 11, 26, 8, 0))
    night.send()
    night.send()
    assert (states(night), len(gateway.calls)) == (["accepted"], 1)


def test_an_answer_to_ones_own_act_goes_out_by_night(night: Story, gateway: Gateway) -> None:
    night.tell_booking()
    night.tell_link("sign_in", ends_at=datetime(2026, 11, 25, 21, 40, tzinfo=UTC).isoformat())
    for _ in range(3):
        night.send()
    assert (states(night), len(gateway.calls)) == (["accepted", "accepted"], 2)


def test_a_session_of_today_is_told_before_dawn(night: Story, gateway: Gateway, at: At) -> None:
    at(datetime(2026, 12, 5, 5, 0))
    night.tell_booking(version=2, **MOVED_UP)
    night.send()
    assert len(gateway.calls) == 1


def test_shorter_quiet_hours_let_what_waits_go_earlier_and_longer_ones_not_later(night: Story, at: At) -> None:
    night.tell_booking(version=2, **MOVED_UP)
    for ends, expected in ((time(6), 6), (time(10), 6)):
        with night.service.writing() as db:
            quiet.set_quiet_hours(db, night.exhibition, QuietHours(time(21), ends), None)
        assert [row.not_before.hour for row in night.notices()] == [expected]
    with night.service.writing() as db:
        quiet.set_quiet_hours(db, night.exhibition, QuietHours(time(0), time(0)), None)
    night.send()
    night.send()
    assert states(night) == ["accepted"]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_hours_are_read_and_changed_as_json_and_on_a_page(night: Story) -> None:
    tell_key(night)
    client, mine = night.service.new_client(), {"Authorization": f"Bearer {token('organiser')}"}
    assert client.get(API, headers=mine).get_json() == {"begins": "21:00", "ends": "08:00", "is_own": False}
    said = client.put(API, json={"begins": "22:15", "ends": "07:00"}, headers=mine)
    assert said.get_json() == {"begins": "22:15", "ends": "07:00", "is_own": True}
    for wrong in ({"begins": "25:00", "ends": "07:00"}, {"begins": "21:00"}, {"begins": None, "ends": 7}):
        assert client.put(API, json=wrong, headers=mine).status_code == 422, wrong
    assert "de 22:15 à 07:00" in client.get(PAGE, headers=mine).text
    night.tell_booking(version=2, **MOVED_UP)
    log = client.get("/notifications/v1/exhibitions/ouarzazate-12/notices", headers=mine).get_json()["notices"]
    assert [row["not_before"] for row in log] == [None], "half past nine is not quiet any more"
