"""Several senders, and senders that die: each notice is brought, and a keyed provider sees it once."""

import os
import signal
import subprocess
import sys
import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.notifications.deliveries import operations
from services.notifications.deliveries.domain import Outcome, Step, Verdict
from services.notifications.deliveries.operations import Answered
from services.notifications.notices.domain import Channel, State
from tests.integration.notifications.peers import Gateway
from tests.integration.notifications.story import Story

DIES = """
from services.notifications.deliveries.tasks import senders
from shared import clock, moments, settings
from shared.db import Database
moments.of_service("notifications")
known = settings.load("notifications")
clock.set_rehearsal(known.rehearsal_file)
senders(known, Database(known.database_url, "notifications"))[0].send_one()
"""


def send_in_a_process_that_dies_at(moment: str, story: Story, folder: Path) -> int:
    """A sender of its own process, killed at a moment; its exit code."""
    faults = folder / "faults"
    faults.mkdir()
    (faults / f"notifications.{moment}").write_text("kill")
    environ = os.environ | {
        "MOUSSEM_FAULTS_DIR": str(faults),
        "MOUSSEM_DATA": str(folder),
        "MOUSSEM_SECRET": "5e" * 32,
        "MOUSSEM_NOTIFICATIONS_DATABASE_URL": story.service.database.url.render_as_string(hide_password=False),
        "MOUSSEM_SMS_URL": story.service.settings.more["MOUSSEM_SMS_URL"],
    }
    return subprocess.run([sys.executable, "-c", DIES], env=environ, timeout=180, check=False).returncode


@pytest.mark.parametrize(
    ("moment", "calls_before", "calls_after"),
    [("notice.claimed", 0, 1), ("notice.after-provider", 1, 2), ("notice.after-commit", 1, 1)],
)
def test_a_sender_killed_anywhere_loses_and_doubles_nothing(
    story: Story, gateway: Gateway, tmp_path: Path, moment: str, calls_before: int, calls_after: int
) -> None:
    story.tell_scene(email=None)
    story.tell_booking()
    assert send_in_a_process_that_dies_at(moment, story, tmp_path) == -signal.SIGKILL
    assert len(gateway.calls) == calls_before
    assert story.notices()[0].attempts == 1  # counted before the provider was called
    assert story.send() == 0  # the lease still holds, or all is done
    story.skip_pause()
    story.send()
    assert story.states() == {"sms": "accepted"}
    assert len(gateway.calls) == calls_after
    assert len(gateway.texts) == 1


def test_many_senders_bring_each_notice_once(story: Story, gateway: Gateway) -> None:
    story.tell_scene(email=None)
    for version in range(1, 41):
        story.tell_booking(version=version)
    works = [w for w in story.service.worker.DUE(story.service.settings, story.service.database) if "sms" in w.name]

    def until_nothing_is_due(act: object) -> None:
        while act():  # type: ignore[operator]
            pass

    threads = [threading.Thread(target=until_nothing_is_due, args=(work.act,)) for work in works * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    story.send()  # PostgreSQL: a sender that saw only locked rows has stopped early
    assert len(gateway.calls) == 40
    assert {row.state for row in story.notices()} == {"accepted"}
    assert {row.attempts for row in story.notices()} == {1}


def test_a_yes_that_comes_after_the_lease_still_counts_and_a_no_does_not(story: Story) -> None:
    story.tell_scene(email=None)
    story.tell_booking()
    database, at = story.service.database, datetime.now(UTC)
    with database.transaction() as db:
        (early,) = operations.claim(db, Channel.SMS, at)
    story.skip_pause()
    with database.transaction() as db:
        (late,) = operations.claim(db, Channel.SMS, datetime.now(UTC))
    assert (early.attempt, late.attempt) == (1, 2)
    no, yes, slow = Outcome(Verdict.REFUSED, "gateway-refused 400"), Outcome(Verdict.ACCEPTED), Outcome(Verdict.LATER)
    with database.transaction() as db:
        assert not operations.settle(db, [Answered(early, no, Step(State.FAILED, None, no.reason))])
    assert story.states() == {"sms": "claimed"}
    with database.transaction() as db:
        assert operations.settle(db, [Answered(early, yes, Step(State.ACCEPTED, None, ""))])
        assert not operations.settle(db, [Answered(late, slow, Step(State.RETRY, at, "gateway-slow"))])
    assert story.states() == {"sms": "accepted"}
