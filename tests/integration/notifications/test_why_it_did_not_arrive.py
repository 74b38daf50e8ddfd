"""Why did she not get it? Found by what she says on the phone, read attempt by attempt, sent again once."""

from urllib.parse import quote
from uuid import uuid4

import pytest
from werkzeug import Response
from werkzeug.test import TestResponse

from tests.integration.notifications.peers import Gateway
from tests.integration.notifications.story import Story
from tests.integration.notifications.test_the_log import API, PAGE, tell_key, token

AGENT = uuid4()


def ask(story: Story, path: str, method: str = "GET", role: str = "desk", key: str = "") -> TestResponse:
    headers = {"Authorization": f"Bearer {token(role, staff=AGENT)}"} | ({"Idempotency-Key": key} if key else {})
    return story.service.new_client().open(path, method=method, headers=headers)


@pytest.fixture
def refused(story: Story, gateway: Gateway) -> Story:
    """An SMS that the gateway put off, then refused; the mail went out."""
    story.tell_scene()
    tell_key(story)
    gateway.answers = [Response(status=503), Response(status=400)]
    story.tell_booking()
    story.send()
    story.skip_pause()
    story.send()
    assert story.states() == {"sms": "failed", "email": "accepted"}
    return story


def the_sms(story: Story) -> str:
    (row,) = story.notices("sms")
    return str(row.id)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("0612345678", 2),
        ("٠٦ ١٢ ٣٤ ٥٦ ٧٨", 2),
        ("Fatima@Mail.example", 2),
        ("fatima", 2),
        ("k7p3m9qa", 2),
        ("0612345679", 0),
        ("%", 0),
        ("' --", 0),
    ],
)
def test_somebody_is_found_by_what_she_says(refused: Story, words: str, found: int) -> None:
    said = ask(refused, f"{API}?q={quote(words)}").get_json()["notices"]
    assert len(said) == found
    text = ask(refused, f"{PAGE}?q={quote(words)}").text
    assert text.count("<tr") == (1 + found if found else 0)
    assert ("Rien n’a été trouvé" in text) is (found == 0)


def test_every_attempt_and_its_answer_stand_on_one_page(refused: Story) -> None:
    text = ask(refused, f"{PAGE}/{the_sms(refused)}").text
    for shown in ("n’est pas arrivé", "La passerelle SMS n’a pas pu", "503", "Pas maintenant", "400", "Renvoyer"):
        assert shown in text
    for hidden in ("+212612345678", "K7P3M9QA"):
        assert hidden not in text
    assert "Renvoyer" not in ask(refused, f"{PAGE}/{the_sms(refused)}", role="viewer").text
    tries = ask(refused, f"{API}/{the_sms(refused)}", role="viewer").get_json()["tries"]
    assert [(one["attempt"], one["verdict"], one["reason"]) for one in tries] == [
        (1, "later", "gateway-busy 503"),
        (2, "refused", "gateway-refused 400"),
    ]
    assert ask(refused, f"{API}/{refused.person}").status_code == 404


def test_a_failed_one_goes_once_more_to_the_new_number_under_its_old_id(refused: Story, gateway: Gateway) -> None:
    refused.tell_person(version=2, phone="+212699999999")
    path = f"{API}/{the_sms(refused)}/again"
    for _ in range(2):
        answer = ask(refused, path, "POST", key="one")
        assert (answer.status_code, answer.get_json()["state"]) == (200, "due")
        refused.send()
    assert refused.states() == {"sms": "accepted", "email": "accepted"}
    assert [row.attempt for row in refused.attempts() if str(row.notice_id) == the_sms(refused)] == [1, 2, 3]
    assert [one["to"] for one in gateway.texts.values()] == ["+212699999999"]
    no = ask(refused, path, "POST", key="two")
    assert (no.status_code, no.get_json()["type"]) == (409, "/problems#notice-not-again")


def test_what_held_a_secret_or_is_of_no_use_any_more_is_not_sent_again(story: Story, gateway: Gateway) -> None:
    story.tell_scene(email=None)
    tell_key(story)
    gateway.answers = [Response(status=400)]
    story.tell_link()
    story.send()
    assert story.states() == {"sms": "failed"}
    assert ask(story, f"{API}/{the_sms(story)}/again", "POST", key="one").status_code == 409
    assert "/again" not in ask(story, f"{PAGE}/{the_sms(story)}").text
