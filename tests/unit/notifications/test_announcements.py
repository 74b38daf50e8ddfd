"""Languages, speeds and states of announcements."""

import re
from pathlib import Path

import pytest

from services.notifications.announcements.domain import (
    AT_ONCE,
    FASTEST,
    SLOWEST,
    TRANSITIONS,
    faults_of_text,
    filled,
    handful,
    language_for,
    with_ending,
)
from services.notifications.templates.domain import Template


@pytest.mark.parametrize(
    ("wanted", "written", "read"),
    [
        ("ar", ["ar", "fr"], "ar"),
        ("zgh", ["ar", "fr"], "fr"),
        ("zgh", ["ar", "en"], "en"),
        ("fr", ["ar"], "ar"),
        ("de", ["zgh"], "zgh"),
    ],
)
def test_everybody_reads_their_language_or_the_first_there_is(wanted: str, written: list[str], read: str) -> None:
    assert language_for(wanted, written) == read


@pytest.mark.parametrize("speed", [SLOWEST, 60, 600, 1234, FASTEST])
def test_the_handfuls_add_up_to_the_speed(speed: int) -> None:
    people, pause = handful(speed)
    assert 1 <= people <= AT_ONCE
    assert people / pause * 60 == pytest.approx(speed)


def test_an_sms_alone_makes_the_mail_and_the_ending_stands_last() -> None:
    text = with_ending(filled(Template("Bus at 18:00.", "", "")), Template("STOP ends it", "x", "Stop: {stop}"))
    assert text == Template("Bus at 18:00. STOP ends it", "{exhibition}", "Bus at 18:00.\n\nStop: {stop}")


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        (Template("{name}, bus at 18:00.", "", ""), set()),
        (Template("", "Bus", ""), {"sms", "body"}),
        (Template("{code}", "", ""), {"sms", "body"}),
        (Template("x" * 481, "", "short"), {"sms"}),
        (Template("x", "a\nb", "{nobody}"), {"subject", "body"}),
    ],
)
def test_what_is_wrong_with_a_text(text: Template, wrong: set[str]) -> None:
    assert set(faults_of_text(text)) == wrong


def test_the_page_of_states_and_the_code_say_the_same_of_announcements() -> None:
    page = (Path(__file__).parents[3] / "docs" / "states.md").read_text()
    part = page.split("## Announcements (notifications)")[1].split("\n## ")[0]
    rows = re.findall(r"^\| (\S+) \| ([a-z ]+) \| (\w+) \|$", part, re.MULTILINE)
    said = [tuple(row) for row in rows if row[0] != "from"]
    assert said == [(one.value if one else "–", act, after.value) for one, act, after in TRANSITIONS]
