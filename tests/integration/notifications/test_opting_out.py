"""Who stopped reminders and news gets none, neither new ones nor those already made; what they must know goes on."""

import re
from typing import Any

import pytest

from services.notifications.notices.operations import telling
from services.notifications.notices.operations.wishes import heed
from services.notifications.notices.operations.words import end_of
from services.notifications.optout import operations
from services.notifications.optout.domain import By, Wish
from services.notifications.templates.domain import Kind
from shared.ids import new_id
from tests.integration.notifications.peers import Gateway, Mailbox, plain_text
from tests.integration.notifications.story import Story

SITE = "https://fair.example"


def remind(story: Story) -> int:
    """A reminder, made as the clock would make it; how many notices are new."""
    with story.service.writing() as db:
        about = telling.about_person(db, story.exhibition, story.person)
        data = {"name": about.contact.name, "exhibition_reference": "ouarzazate-12", "session": "Teindre la laine"}
        data |= {"uid": str(story.booking), "starts_at": "2026-12-05T10:00:00+00:00"}
        told = telling.Told(f"test {new_id()}", Kind.REMINDER_DAY, data, end_of(about))
        why = telling.Occasion(story.exhibition, new_id())
        return telling.make_notices(db, why, about.contact, about.exhibition, told)


def link_in(mailbox: Mailbox) -> str:
    """The path of the link to stop, from the last mail."""
    text = plain_text(mailbox.letters[-1])
    return text[text.rindex(SITE) :].split()[0].removeprefix(SITE)


def button_in(mailbox: Mailbox) -> str:
    """The path that the last mail names for the button of mail programs."""
    said = str(dict(mailbox.letters[-1].raw_items())["List-Unsubscribe"])  # as it came: programs decode no words here
    assert said.startswith(f"<{SITE}/"), said
    return said.strip("<>").removeprefix(SITE)


def press(story: Story, path: str, seen_at: str = "", **fields: str) -> Any:
    """Press the button of the page, as a browser does: with its cookie and its proof."""
    client = story.service.new_client()
    form = re.search(r'name="csrf_token" value="(\w+)"', client.get(seen_at or path, base_url=SITE).text)
    assert form is not None
    return client.post(path, base_url=SITE, data={"csrf_token": form[1]} | fields)


@pytest.fixture
def told(story: Story, mailbox: Mailbox) -> str:
    """The path of the link in a reminder that was brought."""
    story.tell_scene()
    story.tell_booking(has_arrived=True)  # a seat of which nobody is told
    story.tell_person(2, phone=None)  # the link stands in mails; an SMS is answered
    assert remind(story) == 1
    story.send()
    story.tell_person(3)
    return link_in(mailbox)


def test_a_look_changes_nothing_and_a_press_stops_and_begins_again(told: str, story: Story) -> None:
    assert "/fr/ouarzazate-12/notices/stop/" in told
    page = story.service.client.get(told)
    assert page.status_code == 200
    assert "Arrêter les rappels" in page.text
    assert remind(story) == 1
    assert press(story, told, wish="stop").status_code == 303
    assert remind(story) == 0
    assert "Recevoir de nouveau" in story.service.client.get(told).text
    press(story, told, wish="begin")
    assert remind(story) == 1


@pytest.mark.parametrize("language", ["ar", "fr", "en", "zgh"])
def test_the_page_speaks_every_language(told: str, story: Story, language: str) -> None:
    page = story.service.client.get(told.replace("/fr/", f"/{language}/"))
    assert page.status_code == 200
    assert f'lang="{language}"' in page.text


def test_a_reminder_made_before_is_not_brought_after(told: str, story: Story, gateway: Gateway) -> None:
    remind(story)
    before = len(gateway.calls)
    with story.service.writing() as db:
        operations.opt_out(db, story.exhibition, story.person, By.SMS)
        operations.opt_out(db, story.exhibition, story.person, By.LINK)
    story.send()
    assert len(gateway.calls) == before
    assert [(row.state, row.reason) for row in story.notices()][1:] == [("failed", "not-wanted")]


def test_mail_programs_are_told_where_it_is_stopped_and_only_of_what_may_be(
    told: str, story: Story, mailbox: Mailbox
) -> None:
    secret = told.rpartition("/")[2]
    assert button_in(mailbox) == f"/notifications/v1/exhibitions/ouarzazate-12/stop/fr/{secret}"
    assert mailbox.letters[-1]["List-Unsubscribe-Post"].strip() == "List-Unsubscribe=One-Click"
    story.tell_booking(version=2)
    while story.send():
        pass
    assert not [name for name in mailbox.letters[-1] if name.startswith("List-")]
    assert "réservé" in plain_text(mailbox.letters[-1])


def test_what_must_be_known_is_told_all_the_same(told: str, story: Story, gateway: Gateway) -> None:
    press(story, told, wish="stop")
    story.tell_booking(version=2)
    story.send()
    assert "réservé" in gateway.said()[-1]


def test_nobody_else_is_stopped_and_a_foreign_link_leads_nowhere(told: str, story: Story) -> None:
    with story.service.writing() as db:
        operations.opt_out(db, story.exhibition, new_id(), By.SMS)
    assert remind(story) == 1
    other = told[:-3] + "abc"
    assert story.service.client.get(other).status_code == 404
    assert press(story, other, seen_at=told, wish="stop").status_code == 404
    assert press(story, told, wish="perhaps").status_code == 422
    assert remind(story) == 1


def test_an_answered_sms_counts_for_everybody_at_that_number(told: str, story: Story) -> None:
    first, story.person = story.person, new_id()
    story.tell_person(email=None)
    with story.service.writing() as db:
        assert heed(db, "+212612345678", Wish.STOP) == 2
        assert heed(db, "+212600000009", Wish.STOP) == 0
    assert remind(story) == 0
    story.person = first
    assert remind(story) == 0
    with story.service.writing() as db:
        heed(db, "+212612345678", Wish.BEGIN)
    assert remind(story) == 1


@pytest.mark.parametrize("sent_as", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_one_click_in_a_mail_program_is_enough(told: str, story: Story, mailbox: Mailbox, sent_as: str) -> None:
    assert told
    name, _, value = str(mailbox.letters[-1]["List-Unsubscribe-Post"]).strip().partition("=")
    for _ in range(2):  # twice is once
        bare = story.service.new_client()
        answer = bare.post(button_in(mailbox), base_url=SITE, data={name: value}, content_type=sent_as)
        assert (answer.status_code, answer.text, answer.headers.getlist("Set-Cookie")) == (204, "", [])
        assert remind(story) == 0
    assert "Recevoir de nouveau" in story.service.client.get(told).text


def test_looking_at_the_buttons_address_shows_the_page_and_changes_nothing(
    told: str, story: Story, mailbox: Mailbox
) -> None:
    for method in ("GET", "HEAD", "OPTIONS"):
        answer = story.service.new_client().open(button_in(mailbox), method=method)
        assert answer.status_code == (200 if method == "OPTIONS" else 303)
    assert story.service.new_client().get(button_in(mailbox)).headers["Location"] == told
    assert remind(story) == 1


@pytest.mark.parametrize("body", [{}, {"List-Unsubscribe": "yes"}, {"List-Unsubscribe": "One-Click", "more": "1"}])
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_nothing_but_the_one_pair_is_one_click(told: str, story: Story, mailbox: Mailbox, body: dict[str, str]) -> None:
    assert told
    assert story.service.new_client().post(button_in(mailbox), data=body).status_code == 422
    assert remind(story) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_button_of_nobody_and_one_on_another_page_stop_nobody(told: str, story: Story, mailbox: Mailbox) -> None:
    pair, address = {"List-Unsubscribe": "One-Click"}, button_in(mailbox)
    assert story.service.new_client().post(f"{address[:-3]}abc", data=pair).status_code == 404
    assert story.service.new_client().get(f"{address[:-3]}%0D%0A").status_code == 404
    assert story.service.new_client().post(address.replace("/fr/", "/xx/"), data=pair).status_code == 404
    foreign = {"Origin": "https://elsewhere.example", "Sec-Fetch-Site": "cross-site"}
    assert story.service.new_client().post(address, data=pair, headers=foreign).status_code == 403
    assert told
    assert remind(story) == 1
