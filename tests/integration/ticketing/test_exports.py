"""All bookings for a spreadsheet: every one once, in Arabic or French, without anybody's name or id."""

import csv
import io

from tests.integration.ticketing.scene import Fair
from tests.integration.ticketing.test_pages import FR, browser, hidden


def test_every_booking_is_in_the_table_once(fair: Fair) -> None:
    people = [fair.person() for _ in range(3)]
    booked = [fair.book("T1", who, party_size=size).get_json()["reference"] for size, who in enumerate(people, 1)]
    fair.cancel(booked[0], people[0])
    viewer = browser(fair, fair.staff("viewer"), kind="staff")
    fields = hidden(viewer.get(f"{FR}/office/counts").text)
    answer = viewer.post(f"{FR}/office/counts/bookings", data=fields | {"format": "csv"})
    assert answer.content_type == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))
    assert [row[0] for row in rows] == ["Réservation", *booked]
    assert [(row[1], row[4], row[5]) for row in rows[1:]] == [
        ("T1", "1", "Annulée"),
        ("T1", "2", "Confirmée"),
        ("T1", "3", "Confirmée"),
    ]
    xlsx = viewer.post(f"{FR}/office/counts/bookings", data=fields | {"format": "xlsx"})
    assert xlsx.data.startswith(b"PK")
    assert viewer.post(f"{FR}/office/counts/bookings", data=fields | {"format": "exe"}).status_code == 422
