"""The auditor's hands: looks at the running system as a stranger, a curious programme and the office would."""

import csv
import io
import re
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.util import Retry

from tests.faults.crowd import Crowd, Person
from tests.faults.system import EXHIBITION, System
from tests.kit.browsing import read

RUNS_IN_A_SPREADSHEET = ("=", "+", "-", "@", "\t", "\r")
LINK = re.compile(r"/k/[\w-]{22}")
PATIENCE_SECONDS = 20
ONCE: dict[str, Any] = {"timeout": PATIENCE_SECONDS, "allow_redirects": False}


def probe(system: System, crowd: Crowd) -> list[str]:
    """What is open that should be closed, or changed by looking; empty when all is well."""
    return [*_foreign_bookings(system, crowd), *_links(system), *_lists(system, crowd)]


def patient(session: requests.Session | None = None) -> requests.Session:
    """Somebody who comes again when told to: lines of before a database's death say 503, once each."""
    session = session or requests.Session()
    again = Retry(20, status_forcelist=[503], allowed_methods=None, respect_retry_after_header=False)
    session.mount("http://", HTTPAdapter(max_retries=again))
    return session


def _foreign_bookings(system: System, crowd: Crowd) -> Iterator[str]:
    """A booking is shown to whom it belongs, and to nobody else who has a token."""
    reference, booked = next(iter(reversed(crowd.books.booked.items())))
    owner: Person = booked["person"]
    stranger = next(person for person in crowd.people if person.id != owner.id)
    address = f"{system.url}/ticketing/v1/exhibitions/{EXHIBITION}/bookings/{reference}"
    for who, expected in ((owner, 200), (stranger, 404)):
        headers = {"Authorization": f"Bearer {who.token}"}
        said = patient().get(address, headers=headers, timeout=PATIENCE_SECONDS).status_code
        if said != expected:
            whose = "its own person" if who is owner else "somebody else"
            yield f"booking {reference} answers {said} to {whose}"


def _links(system: System) -> Iterator[str]:
    """Programmes that look into messages open links, twice; the person's own press still leads on."""
    texts = [one["text"] for one in system.arrived() if one["channel"] == "sms" and LINK.search(one["text"])]
    if not texts:
        return
    address = f"{system.url}{LINK.findall(texts[-1])[0]}"
    looks = [patient().get(address, timeout=PATIENCE_SECONDS).status_code for _ in range(2)]
    with patient() as phone:
        forms = read(phone.get(address, timeout=PATIENCE_SECONDS).text, address).forms
        fields = forms[-1].fields if forms else {}
        pressed = phone.post(address, fields, headers=_own(system), **ONCE).status_code
    if looks != [200, 200] or pressed != 303:
        yield f"a private link was used up by being looked at: {looks}, then {pressed}"


def _lists(system: System, crowd: Crowd) -> Iterator[str]:
    """What the office takes away for a spreadsheet runs nothing there, whatever people call themselves."""
    office = patient(crowd.office())
    page = f"{system.url}/fr/{EXHIBITION}/office/lists"
    forms = read(office.get(page, timeout=PATIENCE_SECONDS).text, page).forms
    form = next(one for one in forms if one.action.endswith("/visitors"))
    taken = office.post(f"{page}/visitors", form.fields | {"format": "csv"}, headers=_own(system), **ONCE)
    if taken.status_code != 200:
        yield f"the list of visitors cannot be had: {taken.status_code}"
        return
    rows = csv.reader(io.StringIO(taken.content.decode("utf-8-sig")))
    bad = [cell for row in rows for cell in row if cell.startswith(RUNS_IN_A_SPREADSHEET)]
    if bad:
        yield f"a list has {len(bad)} cells that a spreadsheet would run: {bad[0]}"


def _own(system: System) -> dict[str, str]:
    """What a browser says of a form that is on our own page."""
    return {"Origin": system.url, "Sec-Fetch-Site": "same-origin"}
