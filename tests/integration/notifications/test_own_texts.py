"""An exhibition says things in its own words: only what its kind knows, a row a version, undone at will."""

import re
from collections.abc import Callable
from datetime import time
from typing import Any
from uuid import uuid4

import pytest
from werkzeug.test import TestResponse

from services.notifications.access.operations import is_known
from services.notifications.notices.domain import QuietHours
from services.notifications.notices.operations.quiet import find_quiet_hours, set_quiet_hours
from services.notifications.templates.domain import Kind, Template
from services.notifications.templates.domain.editing import Place
from services.notifications.templates.operations import find_text, write_text
from shared.problem import ChangedMeanwhile
from tests.integration.notifications.peers import Gateway, Mailbox
from tests.integration.notifications.story import EXHIBITION, Story
from tests.integration.notifications.test_the_log import tell_key, token

API = "/notifications/v1/exhibitions/ouarzazate-12/texts"
PAGE = "/fr/ouarzazate-12/office/notices/texts/booking_confirmed/fr"
OWN = {"sms": "A bientot {name} : {session} ({reference})", "subject": "{session}", "body": "Venez !\n\n{room}"}

Ask = Callable[..., TestResponse]


@pytest.fixture
def ask(story: Story) -> Ask:
    story.tell_scene()
    tell_key(story)
    mine = {"Authorization": f"Bearer {token('organiser')}"}

    def asked(method: str, path: str = "/booking_confirmed/fr", body: Any = None, seen: int | None = None) -> Any:
        more = {} if seen is None else {"If-Match": f'"{seen}"'}
        return story.service.new_client().open(API + path, method=method, json=body, headers=mine | more)

    return asked


def test_people_read_the_exhibitions_own_words_in_its_newest_version(
    story: Story, ask: Ask, gateway: Gateway, mailbox: Mailbox
) -> None:
    assert ask("PUT", body=OWN, seen=0).get_json()["version"] == 1
    story.tell_booking()
    story.send()
    assert gateway.said() == ["A bientot Fatima Ait Brahim : Teindre la laine (K7P3M9QA)"]
    assert mailbox.letters[0]["Subject"] == "Teindre la laine"
    assert ask("DELETE").status_code == 204
    story.tell_booking("confirmed", version=2)
    story.send()
    assert gateway.said()[1].startswith("Fatima Ait Brahim, c'est réservé")
    assert [ask("GET").get_json()[name] for name in ("version", "is_own")] == [2, False]


@pytest.mark.parametrize(
    ("part", "text", "said"),
    [
        ("sms", "Bonjour {nom}", "{nom} n’est pas connu"),
        ("body", "{link}", "{link} n’est pas connu"),
        ("sms", "{{ name }}", "accolade"),
        ("sms", "{name.__class__}", "accolade"),
        ("subject", "x\r\nBcc: all@fair.example", "ligne"),
        ("sms", "", "Écrivez"),
        ("sms", "x" * 481, "480"),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_a_kind_does_not_know_is_refused_by_name(ask: Ask, part: str, text: str, said: str) -> None:
    answer = ask("PUT", body=OWN | {part: text}, seen=0)
    assert answer.status_code == 422
    assert ask("GET").get_json()["version"] == 0
    assert part in str(answer.get_json())


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_sign_in_code_cannot_lose_its_code(ask: Ask) -> None:
    assert ask("PUT", "/sign_in_code/fr", {"sms": "Bonjour", "subject": "x", "body": "{code}"}, 0).status_code == 422


def test_of_two_who_write_at_once_one_is_told(story: Story, ask: Ask) -> None:
    assert ask("PUT", body=OWN).status_code == 428
    assert [ask("PUT", body=OWN, seen=0).status_code for _ in range(2)] == [200, 412]
    place = Place(story.exhibition, Kind.BOOKING_CONFIRMED, "fr")
    with story.service.writing() as db, pytest.raises(ChangedMeanwhile):
        write_text(db, place, Template(**OWN), 0, None)
    with story.service.reading() as db:
        assert find_text(db, place).version == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_unknown_kinds_and_languages_are_not_found(ask: Ask) -> None:
    assert [ask("GET", path).status_code for path in ("/joke/fr", "/welcome/de", "/welcome/fr")] == [404, 404, 200]
    assert len(ask("GET", "").get_json()["texts"]) == 4 * len(Kind)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_page_tries_keeps_and_takes_back(story: Story, ask: Ask) -> None:
    client = story.service.new_client()
    mine = {"Authorization": f"Bearer {token('organiser')}", "Sec-Fetch-Site": "same-origin"}

    def send(path: str = PAGE, **fields: Any) -> TestResponse:
        shown = client.get(PAGE, headers=mine).text
        proof = re.search(r'name="(_?csrf\w*)" value="([^"]+)"', shown)
        assert proof, shown
        return client.post(path, data=fields | {proof[1]: proof[2]}, headers=mine)

    tried = send(**OWN | {"sms": "œuvre “{name}” ⵣ", "seen": "0", "act": "preview"})
    assert tried.status_code == 200, tried.text
    assert "œuvre “Fatima Aït Brahim” ⵣ" in tried.text
    assert re.search(r"Rendu plus cher par : .*ⵣ", tried.text)
    assert '<bdi lang="fr" dir="ltr">2 places</bdi>' in tried.text, "an example runs as its own language does"
    assert ask("GET").get_json()["version"] == 0, "trying keeps nothing"
    refused = send(**OWN | {"sms": "{<b>}{oups}", "seen": "0"})
    assert (refused.status_code, "{&lt;b&gt;}{oups}" in refused.text) == (422, True)
    for n, word in enumerate(("un", "deux")):
        assert send(**OWN | {"sms": word, "seen": str(n)}).status_code == 303
    assert send(f"{PAGE}/again", version="1", seen="2").status_code == 303
    assert (ask("GET").get_json()["sms"], ask("GET").get_json()["version"]) == ("un", 3)
    stale = send(**OWN | {"sms": "trois", "seen": "1"})
    assert (stale.status_code, "trois" in stale.text) == (412, True)
    assert send(f"{PAGE}/again", version="0", seen="3").status_code == 303
    assert not ask("GET").get_json()["is_own"]


def test_a_copy_of_the_exhibition_takes_texts_and_quiet_hours_over_once(story: Story) -> None:
    target = uuid4()
    said = EXHIBITION | {"reference": "ouarzazate-13", "copied_from": str(story.exhibition)}

    def tell(version: int) -> str | None:
        return story.service.receive(
            "exhibition.changed.v1", said, subject_id=target, exhibition_id=target, version=version
        )

    assert tell(1) == "done", "parked: what it was copied from is not known yet"
    with story.service.reading() as db:
        assert not is_known(db, target)
    story.tell_exhibition()
    here, there = (Place(one, Kind.BOOKING_CONFIRMED, "fr") for one in (story.exhibition, target))
    with story.service.writing() as db:
        set_quiet_hours(db, story.exhibition, QuietHours(time(22), time(6)), None)
        write_text(db, here, Template(**OWN), 0, None)
    assert tell(2) == "done", story.service.last_error()
    with story.service.writing() as db:
        assert find_text(db, there).template == Template(**OWN)
        assert find_quiet_hours(db, target).hours == QuietHours(time(22), time(6))
        write_text(db, there, None, 1, None)
    assert tell(3) == "done"
    with story.service.reading() as db:
        assert not find_text(db, there).is_own, "what was changed since is not copied over again"
