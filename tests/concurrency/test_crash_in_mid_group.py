"""A web process killed in the middle of a group leaves all of it or nothing, and a repeated key tells which."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa

from services.ticketing.bookings.models import booking
from services.ticketing.programme.models import session
from shared import clock
from shared.idempotency import idempotency
from shared.ids import new_id
from tests.concurrency.crash import HALF_WAY, place
from tests.concurrency.crowd import Webs, faults_of
from tests.integration.ticketing.scene import EXHIBITION
from tests.kit.tree import ROOT

TOGETHER = 12


def orders(webs: Webs) -> list[dict[str, Any]]:
    """One to lead and a dozen to be decided together, each by somebody else with a key of their own."""
    webs.make_session("T1", 40, 10)
    with webs.fair.service.reading() as db:
        session_id = db.execute(sa.select(session.c.id).where(session.c.reference == "T1")).scalar_one()
    same = {"exhibition_id": str(EXHIBITION), "session_id": str(session_id), "at": clock.now().isoformat()}
    return [same | {"person_id": str(uuid4()), "key": str(new_id())} for _ in range(TOGETHER + 1)]


def kill_at(webs: Webs, folder: Path, moment: str, way: str = "together") -> list[dict[str, Any]]:
    """Let a process of its own be killed at a moment of its group; what was ordered."""
    told, url = orders(webs), webs.database.url.render_as_string(hide_password=False)
    (folder / "orders.json").write_text(json.dumps({"url": url, "orders": told}))
    command = [sys.executable, "-m", "tests.concurrency.crash", str(folder), moment, way]
    died = subprocess.run(command, cwd=ROOT, env=os.environ | {"MOUSSEM_FAULTS_DIR": str(folder)}, check=False)
    assert died.returncode == -signal.SIGKILL
    return told


def counted(webs: Webs) -> tuple[int, int]:
    """Bookings, and answers kept for a key."""
    with webs.fair.service.reading() as db:
        rows = sa.select(sa.func.count())
        return db.execute(rows.select_from(booking)).scalar_one(), db.execute(
            rows.select_from(idempotency)
        ).scalar_one()


@pytest.mark.parametrize(
    ("moment", "left"),
    [
        ("group.before-commit", 1),
        ("group.after-commit", 1 + TOGETHER),
    ],
)
def test_all_or_nothing_and_the_same_key_tells_the_truth(webs: Webs, tmp_path: Path, moment: str, left: int) -> None:
    told = kill_at(webs, tmp_path, moment)
    assert counted(webs) == (left, left)
    assert faults_of(webs.database) == []
    answers = [place(webs.database, one) for one in told]
    assert [answer.status for answer in answers] == [201] * len(told)
    assert counted(webs) == (len(told), len(told)), "repeated, nobody has two"
    assert [place(webs.database, one).body for one in told] == [answer.body for answer in answers]


def test_control_a_group_committed_order_by_order_is_left_in_part(webs: Webs, tmp_path: Path) -> None:
    kill_at(webs, tmp_path, HALF_WAY, "careless")
    bookings, keys = counted(webs)
    assert 1 < bookings < 1 + TOGETHER
    assert keys == 1, "booked, and their keys would book once more"
