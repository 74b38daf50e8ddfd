"""A staff link becomes one notice to the address in its message, and leaves nothing behind."""

from datetime import timedelta
from uuid import UUID, uuid4

from services.notifications.templates.domain import Kind
from shared import clock
from tests.integration.notifications.peers import Gateway, Mailbox, plain_text
from tests.integration.notifications.story import Story

NO_EXHIBITION = UUID(int=0)
LINK = "https://fair.example/fr/office/join/wK6O9qxpTgBDB55ooyIiZA"


def tell(story: Story, **more: str) -> str | None:
    body = {
        "purpose": "invite",
        "link": LINK,
        "channel": "email",
        "address": "aicha@mail.example",
        "name": "",
        "language": "fr",
        "ends_at": (clock.now() + timedelta(hours=1)).isoformat(),
    }
    return story.tell("person.staff_link_issued.v1", body | more, uuid4(), 1)


def test_an_invitation_goes_to_the_address_alone_and_its_link_is_forgotten(story: Story, mailbox: Mailbox) -> None:
    assert tell(story) == "done"
    assert story.notices() == [], "it waits for its exhibition"
    assert story.tell_exhibition() == "done"
    (waiting,) = story.notices()
    assert (waiting.kind, waiting.channel, waiting.not_before) == (Kind.STAFF_INVITED, "email", None)
    assert waiting.data["link"] == LINK
    story.send()
    (letter,) = mailbox.letters
    assert letter["To"] == "aicha@mail.example"
    assert LINK in plain_text(letter)
    assert "Rencontre de l'artisanat" in letter["Subject"]
    (settled,) = story.notices()
    assert settled.state == "accepted"
    assert LINK not in str(settled), "a secret goes with the last word"


def test_a_new_password_of_no_exhibition_is_told_by_sms(story: Story, gateway: Gateway) -> None:
    story.exhibition = NO_EXHIBITION
    assert tell(story, purpose="reset", channel="sms", address="+212612345678", name="Omar") == "done"
    story.send()
    (said,) = gateway.said()
    assert said.startswith(f"Nouveau mot de passe : {LINK} (jusqu'à ")
    (settled,) = story.notices()
    assert (settled.kind, settled.state, settled.exhibition_id) == (Kind.STAFF_PASSWORD, "accepted", NO_EXHIBITION)
    assert LINK not in str(settled)


def test_a_link_that_has_ended_is_brought_to_nobody(story: Story, gateway: Gateway) -> None:
    story.exhibition = NO_EXHIBITION
    tell(story, channel="sms", address="+212612345678", ends_at=(clock.now() - timedelta(minutes=1)).isoformat())
    story.send()
    assert gateway.said() == []
    assert story.states() == {"sms": "failed"}
    assert LINK not in str(story.notices())
