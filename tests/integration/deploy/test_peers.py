"""The mailbox's two conversations, as notifications has them."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from deploy.embedded.peers.app import make_app
from deploy.embedded.peers.serving import serve_smtp
from deploy.embedded.peers.store import Store, read_mail

SMS = {"id": "n1", "to": "+212600000001", "text": "Votre place est réservée"}
HEADERS = {"Idempotency-Key": "n1", "Authorization": "Bearer t"}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "peers.db")


@pytest.fixture
def client(store: Store) -> FlaskClient:
    return make_app(store, "t", "").test_client()


@pytest.fixture
def smtp_port(store: Store) -> Iterator[int]:
    listener = socket.create_server(("127.0.0.1", 0))
    threading.Thread(target=serve_smtp, args=(store, listener), daemon=True).start()
    yield listener.getsockname()[1]
    listener.close()


def test_the_same_sms_twice_is_counted_and_kept_once(client: FlaskClient) -> None:
    answers = [client.post("/messages", json=SMS, headers=HEADERS) for _ in range(2)]
    assert [answer.get_json() for answer in answers] == [{"id": "n1", "accepted": True}] * 2
    (kept,) = client.get("/mailbox/messages.json").get_json()
    assert (kept["to"], kept["text"], kept["key"], kept["times"]) == (SMS["to"], SMS["text"], "n1", 2)


@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (SMS, {"Idempotency-Key": "n1"}, 401),
        (SMS, {"Authorization": "Bearer t"}, 400),
        ({"to": "+1"}, HEADERS, 400),
        (SMS | {"to": "0600"}, HEADERS, 400),
    ],
)
def test_the_gateway_is_strict(client: FlaskClient, body: object, headers: dict[str, str], status: int) -> None:
    assert client.post("/messages", json=body, headers=headers).status_code == status


def test_a_mail_arrives_with_its_calendar_entry(client: FlaskClient, smtp_port: int) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "a@x.example", "b@x.example", "مقعدكم محجوز"
    mail["Message-ID"] = "<n2@x.example>"
    mail.set_content("مرحبا <script>")
    mail.add_attachment("BEGIN:VCALENDAR", subtype="calendar", filename="moussem.ics")
    for _ in range(2):
        with smtplib.SMTP("127.0.0.1", smtp_port, timeout=60) as line:
            line.send_message(mail)
    (kept,) = client.get("/mailbox/messages.json?to=b@x.example").get_json()
    assert (kept["subject"], kept["attachments"], kept["times"]) == ("مقعدكم محجوز", ["moussem.ics"], 2)
    page = client.get("/mailbox/?lang=ar").text
    assert 'dir="rtl"' in page
    assert "<script>" not in page.split("</head>")[1]
    entry = client.get(f"/mailbox/{kept['number']}/moussem.ics")
    assert entry.data.startswith(b"BEGIN:VCALENDAR")


@pytest.mark.parametrize(
    ("head", "words", "subject", "text"),
    [
        ("Subject: =?utf-8?q?Place_r=C3=A9serv=C3=A9e?=", "oui", "Place réservée", "oui"),
        ("Subject: Place réservée", "oui", "Place réservée", "oui"),  # as it is, by SMTPUTF8
        ("Subject: long\n one\nContent-Type: text/html", "<p>oui", "long one", "<p>oui"),
        (
            "Content-Type: text/plain; charset=iso-8859-1\nContent-Transfer-Encoding: quoted-printable",
            "=E9t=E9",
            "",
            "été",
        ),
    ],
)
def test_mails_are_read_as_people_read_them(head: str, words: str, subject: str, text: str) -> None:
    read = read_mail(f"From: a@x.example\n{head}\n\n{words}\n".encode(), "b@x.example")
    assert (read.subject, read.text, read.attachments) == (subject, text, ())


def test_a_mail_in_no_known_letters_cannot_be_read() -> None:
    with pytest.raises(LookupError):
        read_mail(b"Content-Type: text/plain; charset=runes\n\nx\n", "b@x.example")


def test_a_mail_that_there_is_no_room_for_is_to_come_again(store: Store, smtp_port: int) -> None:
    store._db.execute(f"PRAGMA max_page_count={store._db.execute('PRAGMA page_count').fetchone()[0]}")
    mail = EmailMessage()
    mail["From"], mail["To"] = "a@x.example", "b@x.example"
    mail.set_content("long " * 20_000)
    with smtplib.SMTP("127.0.0.1", smtp_port, timeout=60) as line:
        with pytest.raises(smtplib.SMTPDataError) as refused:
            line.send_message(mail)
        assert refused.value.smtp_code == 452


def test_the_list_is_quiet_while_nothing_comes(client: FlaskClient) -> None:
    tag = client.get("/mailbox/list").headers["ETag"]
    assert client.get("/mailbox/list", headers={"If-None-Match": tag}).status_code == 304
    client.post("/messages", json=SMS, headers=HEADERS)
    assert client.get("/mailbox/list", headers={"If-None-Match": tag}).status_code == 200


def test_where_others_can_reach_it_the_mailbox_asks_for_its_key(store: Store) -> None:
    guarded = make_app(store, "t", "k" * 20).test_client()
    assert guarded.get("/mailbox/").status_code == 403
    assert guarded.get("/mailbox/?key=" + "k" * 20).status_code == 200
    assert guarded.get("/mailbox/messages.json").status_code == 200  # by the cookie
