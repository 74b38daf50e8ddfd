"""Mails as they are written, and the calendar entries in them."""

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from uuid import UUID

import pytest
from icalendar import Calendar

from services.notifications.deliveries.operations import Claimed
from services.notifications.deliveries.senders.mail import BadAddress, write_mail
from services.notifications.templates.domain import Kind
from services.notifications.templates.domain.calendar import entry

NOTICE = UUID("00000000-0000-7000-8000-00000000000a")
MADE_AT = datetime(2026, 12, 1, 8, 0, 5, tzinfo=UTC)
DATA = {
    "name": "علي بنعيسى",
    "exhibition": "ملتقى الصناعة التقليدية",
    "exhibition_reference": "ouarzazate-12",
    "place": "قصر المؤتمرات، ورزازات",
    "session": "صباغة الصوف; à la garance, 2",
    "day": "السبت 5 دجنبر 2026",
    "short_day": "السبت 5 دجنبر",
    "hour": "10:00",
    "end_hour": "12:00",
    "room": "قاعة تيفولتوت",
    "seats": "مكانان",
    "reference": "K7P3M9QA",
    "line_place": "",
    "uid": "11111111-1111-4111-8111-111111111111",
    "sequence": "4",
    "starts_at": "2026-12-05T10:00:00+00:00",
    "ends_at": "2026-12-05T12:00:00+00:00",
}


def claimed(kind: Kind = Kind.BOOKING_CONFIRMED, address: str = "ali@mail.example", **data: str) -> Claimed:
    return Claimed(
        exhibition_id=NOTICE,
        id=NOTICE,
        attempt=1,
        person_id=NOTICE,
        kind=kind,
        language="ar",
        address=address,
        data=DATA | data,
        made_at=MADE_AT,
        useful_until=MADE_AT + timedelta(days=9),
        correlation_id="",
    )


def written(notice: Claimed, site: str = "https://fair.example") -> bytes:
    return bytes(write_mail(notice, sender="Moussem <no-reply@fair.example>", site=site))


def test_an_arabic_mail_reads_well_as_plain_text_and_right_to_left_as_html() -> None:
    letter = message_from_bytes(written(claimed()), policy=default)
    plain, as_html = letter.get_body(("plain",)), letter.get_body(("html",))
    assert plain
    assert as_html
    assert letter["Subject"] == "تم الحجز: صباغة الصوف; à la garance, 2، السبت 5 دجنبر 10:00"
    assert "السبت 5 دجنبر 2026، من 10:00 إلى 12:00" in plain.get_content()
    assert "<" not in plain.get_content()
    assert '<body dir="rtl"' in as_html.get_content()
    assert letter["Content-Language"] == "ar"


def test_the_same_notice_is_the_same_mail_to_the_last_byte() -> None:
    assert written(claimed()) == written(claimed())


@pytest.mark.parametrize(
    "name", ["x\r\nBcc: v@evil.example", "a, b <c@evil.example>", '"quoted\\"', "=?utf-8?q?=0ABcc?="]
)
def test_a_name_stays_a_name(name: str) -> None:
    letter = message_from_bytes(written(claimed(name=name, session=name)), policy=default)
    assert letter["Bcc"] is None
    assert [mailbox.addr_spec for mailbox in letter["To"].addresses] == ["ali@mail.example"]
    assert letter.keys().count("To") == letter.keys().count("Subject") == 1


@pytest.mark.parametrize(
    "address",
    ["", "@", "a@", "@b.example", "a\n@b.example", "a@b\r\nX: y", "a,b@c.example", "<a@b.example>", "a@b@c", "a@-b"],
)
def test_no_mail_is_written_to_what_is_no_address(address: str) -> None:
    with pytest.raises(BadAddress):
        written(claimed(address=address))


def test_an_international_host_is_written_in_ascii() -> None:
    letter = message_from_bytes(written(claimed(address="ali@münchen.example")), policy=default)
    assert letter["To"].addresses[0].addr_spec == "ali@xn--mnchen-3ya.example"


@pytest.mark.parametrize(
    ("site", "found", "is_one_click"),
    [
        ("https://fair.example", "https://fair.example", True),
        ("https://ورزازات.example", "https://xn--mgbajzfb4m.example", True),
        (f"https://{'long.' * 30}example", f"https://{'long.' * 30}example", True),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000", False),  # one click is for HTTPS only: RFC 8058, 3.1
    ],
)
def test_the_button_of_mail_programs_has_its_address_whole_on_one_line(
    site: str, found: str, is_one_click: bool
) -> None:
    raw = written(claimed(Kind.REMINDER_DAY, stop_secret="s" * 22), site)
    address = f"{found}/notifications/v1/exhibitions/ouarzazate-12/stop/ar/{'s' * 22}"
    assert f"\r\nList-Unsubscribe: <{address}>\r\n".encode() in raw
    assert (b"\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in raw) is is_one_click


@pytest.mark.parametrize(
    ("kind", "method", "status"),
    [(Kind.BOOKING_CONFIRMED, "REQUEST", "CONFIRMED"), (Kind.CANCELLED_BY_STAFF, "CANCEL", "CANCELLED")],
)
def test_calendars_can_follow_a_booking(kind: Kind, method: str, status: str) -> None:
    raw = entry(kind, DATA, organiser="no-reply@fair.example", attendee="ali@mail.example", at=MADE_AT)
    calendar = Calendar.from_ical(raw)
    (event,) = calendar.walk("VEVENT")
    assert calendar["METHOD"] == method
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (DATA["uid"], 4, status)
    assert event["SUMMARY"] == DATA["session"]
    assert event.decoded("DTSTART") == datetime(2026, 12, 5, 10, tzinfo=UTC)
    assert event["ATTENDEE"] == "mailto:ali@mail.example"
    assert event["ATTENDEE"].params["CN"] == DATA["name"]
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))


@pytest.mark.parametrize(
    ("kind", "method"),
    [
        (Kind.BOOKING_CONFIRMED, "REQUEST"),
        (Kind.MOVED_UP, "REQUEST"),
        (Kind.SESSION_MOVED, "REQUEST"),
        (Kind.BOOKING_CANCELLED, "CANCEL"),
        (Kind.CANCELLED_BY_STAFF, "CANCEL"),
        (Kind.BOOKING_PASSED_ON, "CANCEL"),
    ],
)
def test_mail_programs_find_the_entry_where_calendars_look_for_it_and_as_a_file(kind: Kind, method: str) -> None:
    letter = message_from_bytes(written(claimed(kind, old_hour="9:00", reason="x")), policy=default)
    assert letter.get_content_type() == "multipart/mixed"
    ways, file = letter.iter_parts()
    assert [part.get_content_type() for part in ways.iter_parts()] == ["text/plain", "text/html", "text/calendar"]
    entry_part = list(ways.iter_parts())[-1]
    assert (entry_part.get_param("method"), entry_part.get_content_charset()) == (method, "utf-8")
    assert entry_part.get_content_disposition() is None
    assert (file.get_content_type(), file.get_filename()) == ("application/ics", "moussem.ics")
    assert file.get_content_disposition() == "attachment"
    assert entry_part.get_payload(decode=True) == file.get_content()
    calendar = Calendar.from_ical(file.get_content())
    assert calendar["METHOD"] == method
    (event,) = calendar.walk("VEVENT")
    # what RFC 5546 (3.2.2, 3.2.5) asks of either
    assert (event["UID"], event["SEQUENCE"]) == (DATA["uid"], 4)
    assert (event["ORGANIZER"], event["ATTENDEE"]) == ("mailto:no-reply@fair.example", "mailto:ali@mail.example")
    assert (event["ATTENDEE"].params["PARTSTAT"], event["ATTENDEE"].params["RSVP"]) == ("ACCEPTED", "FALSE")
    assert event.decoded("DTSTAMP") == MADE_AT


def test_a_mail_without_an_entry_is_no_more_than_its_two_texts() -> None:
    letter = message_from_bytes(written(claimed(Kind.WAITLIST_JOINED)), policy=default)
    assert [part.get_content_type() for part in letter.walk()] == ["multipart/alternative", "text/plain", "text/html"]


def test_a_calendar_entry_takes_no_lines_from_a_name() -> None:
    evil = DATA | {"name": 'x"\r\nATTACH:http://evil', "session": "y\r\nATTACH:http://evil"}
    raw = entry(Kind.MOVED_UP, evil, organiser="a@b.example", attendee="c@d.example", at=MADE_AT)
    assert b"\r\nATTACH" not in raw


def test_a_subject_hides_no_line_break_either() -> None:
    letter = message_from_bytes(written(claimed(session="=?utf-8?q?=0D=0ABcc:_x?=")), policy=default)
    assert "\n" not in letter["Subject"]
    assert letter["Bcc"] is None
