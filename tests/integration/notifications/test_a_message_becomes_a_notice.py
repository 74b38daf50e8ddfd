"""From a message to what a person reads."""

from tests.integration.notifications.peers import Gateway, Mailbox, calendar_of, plain_text
from tests.integration.notifications.story import Story


def test_a_booking_is_told_by_sms_and_by_mail_with_a_calendar_entry(
    story: Story, gateway: Gateway, mailbox: Mailbox
) -> None:
    story.tell_scene()
    assert story.tell_booking() == "done"
    assert story.send() == 2

    assert story.states() == {"sms": "accepted", "email": "accepted"}
    assert gateway.said() == [
        "Fatima Ait Brahim, c'est réservé : Teindre la laine, sam. 5 déc. à 10:00, Salle Tifoultoute. 2 places. "
        "Réf. K7P3M9QA"
    ]
    call = gateway.calls[0]
    sms, mail = story.notices("sms")[0], story.notices("email")[0]
    assert call.headers["Authorization"] == "Bearer token-of-the-gateway"
    assert call.headers["Idempotency-Key"] == str(sms.id)

    (letter,) = mailbox.letters
    assert letter["Message-ID"] == f"<{mail.id}@fair.example>"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["To"] == "Fatima Aït Brahim <fatima@mail.example>"
    text = plain_text(letter)
    assert "samedi 5 décembre 2026, de 10:00 à 12:00" in text
    assert "https://fair.example/fr/ouarzazate-12/programme/mine" in text
    entry = calendar_of(letter)
    assert entry.get_param("method") == "REQUEST"
    lines = entry.get_content().replace("\r\n ", "").splitlines()
    assert f"UID:{story.booking}" in lines
    assert "SEQUENCE:1" in lines
    assert "DTSTART:20261205T100000Z" in lines
