"""A phone at a gate: enrolled once with a code, reads badges where and when it may, and stops when shut out."""

import re
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest

from services.registration.staff.domain import Act, Role
from services.registration.staff.operations import audit, devices
from services.ticketing.access.operations import recent
from shared.ids import new_id
from tests.integration.registration.conftest import Browser, Fair, bearer
from tests.integration.registration.test_team import open_account, signed_in
from tests.kit.services import Service, relay_all

OFFICE = "/fr/ouarzazate-12/office/devices"
API = "/ticketing/v1/exhibitions/ouarzazate-12"
DEVICE = {
    "name": "Porte A, gauche",
    "profile": "steward",
    "gates": "a",
    "first_day": "2026-12-04",
    "last_day": "2026-12-05",
    "from_hour": "09:00",
    "until_hour": "18:00",
}
OPEN = datetime(2026, 12, 4, 9, 0)


class Gates:
    """The fair with its gates, and stewards' phones there."""

    def __init__(self, fair: Fair, ticketing: Service, staff_id: UUID) -> None:
        self.fair, self.ticketing, self.staff_id = fair, ticketing, staff_id
        self.told()
        ticketing.do_due("load-fair")

    @property
    def organiser(self) -> Browser:
        """The first organiser, signed in at this moment."""
        return signed_in(self.fair, self.staff_id)

    def told(self) -> None:
        """Messages carried, and what was remembered for a second forgotten."""
        relay_all(self.fair.service, self.ticketing, is_strict=True)
        recent._devices.forget()

    def enter(self, **more: str) -> str:
        """Enter a device in the office; its page."""
        made = self.organiser.post(OFFICE, **(DEVICE | more))
        assert made.status_code == 303, made.text
        return str(made.headers["Location"])

    def code(self, page: str) -> str:
        """The link that a device's page shows."""
        found = re.search(r'value="https?://[^/"]+(/fr/ouarzazate-12/device/[\w-]{22})"', self.organiser.get(page).text)
        assert found
        return found[1]

    def enrol(self, page: str) -> Browser:
        """A phone that opened the link and pressed the button."""
        phone, link = self.fair.browser(), self.code(page)
        assert phone.get(link).status_code == phone.get(link).status_code == 200, "a look uses nothing up"
        assert phone.post(link).status_code == 200
        self.told()
        return phone

    def bring(self, phone: Browser, *gates: str) -> Any:
        """Hand over what was read at these gates at eleven on the first day."""
        read = {"code": "ABCDEFGH", "scanned_at": "2026-12-04T11:00:00Z"}
        body = {"scans": [read | {"id": str(new_id()), "gate": gate} for gate in gates]}
        return self.ticketing.new_client().post(f"{API}/scans", json=body, headers=self.token(phone))

    def token(self, phone: Browser) -> dict[str, str]:
        """The phone's own, as its scanner sends it."""
        cookie = phone.client.get_cookie("device_ticketing")
        assert cookie is not None
        return bearer(cookie.value)

    def scan(self, phone: Browser, gate: str = "A") -> Any:
        """Read something with the phone's own token."""
        body = {"id": str(new_id()), "code": "ABCDEFGH"}
        path = f"{API}/gates/{gate}/scans"
        return self.ticketing.new_client().post(path, json=body, headers=self.token(phone)).status_code


@pytest.fixture
def gates(fair: Fair, ticketing: Service, staff_id: UUID) -> Gates:
    return Gates(fair, ticketing, staff_id)


def test_a_phone_reads_badges_at_its_gates_in_its_hours_until_it_is_shut_out(
    gates: Gates, at: Callable[..., datetime]
) -> None:
    at(OPEN)
    page = gates.enter()
    phone = gates.enrol(page)
    assert gates.scan(phone) == gates.scan(phone, "a") == 201
    assert gates.scan(phone, "B") == 403
    at(datetime(2026, 12, 4, 18, 0))
    assert gates.scan(phone) == 403
    at(datetime(2026, 12, 6, 10, 0))
    assert gates.scan(phone) == 403
    at(datetime(2026, 12, 5, 10, 0))
    assert gates.scan(phone) == 201
    assert gates.organiser.post(f"{page}/revocation").status_code == 303
    gates.told()
    assert gates.scan(phone) == 401
    assert gates.organiser.post(f"{page}/code").status_code == 404, "who is out stays out"
    with gates.fair.service.reading() as db:
        found = [act.act for act in audit.list_acts(db, [gates.fair.exhibition.id], audit.Wanted(), 10)]
    assert found == [Act.DEVICE_REVOKED, Act.DEVICE_ENROLLED, Act.DEVICE_MADE]


def test_a_phone_hands_over_what_it_read_after_its_hours_but_not_after_it_was_shut_out(
    gates: Gates, at: Callable[..., datetime]
) -> None:
    at(OPEN)
    page = gates.enter()
    phone = gates.enrol(page)
    at(datetime(2026, 12, 4, 22, 0))
    told = gates.bring(phone, "A", "B").get_json()["answers"]
    assert [one.get("reason", one.get("problem")) for one in told] == ["unknown-badge", "not-allowed"]
    carried = gates.ticketing.new_client().get(f"{API}/scanner", headers=gates.token(phone))
    days, hours = {"first_day": "2026-12-04", "last_day": "2026-12-05"}, {"from_hour": "09:00", "until_hour": "18:00"}
    assert carried.get_json()["device"] == {"profile": "steward", "gates": ["A"]} | days | hours
    assert gates.organiser.post(f"{page}/revocation").status_code == 303
    gates.told()
    assert gates.bring(phone, "A").status_code == 401


def test_what_a_phone_read_is_kept_under_its_id(gates: Gates, at: Callable[..., datetime]) -> None:
    from services.ticketing.admissions.models import scan

    at(OPEN)
    page = gates.enter()
    assert gates.scan(gates.enrol(page)) == 201
    with gates.ticketing.reading() as db:
        assert [str(row.scanned_by) for row in db.execute(scan.select())] == [page.rpartition("/")[2]]


def test_a_code_works_once_and_a_new_one_puts_the_old_phone_out(gates: Gates, at: Callable[..., datetime]) -> None:
    at(OPEN)
    page = gates.enter()
    link = gates.code(page)
    old = gates.enrol(page)
    assert gates.fair.browser().post(link).status_code == 410
    assert gates.organiser.post(f"{page}/code").status_code == 303
    new = gates.enrol(page)
    assert (gates.scan(old), gates.scan(new)) == (401, 201)


def test_a_code_is_too_old_after_a_day(gates: Gates, at: Callable[..., datetime]) -> None:
    link = gates.code(gates.enter())
    at(later=24 * 60 + 1)
    assert gates.fair.browser().get(link).status_code == 410
    assert gates.fair.browser().post(link).status_code == 410


def two_phones_at_once(gates: Gates) -> list[int]:
    """Two phones with the same code in the same moment; what each heard."""
    code, heard = gates.code(gates.enter()).rpartition("/")[2], list[int]()
    together = threading.Barrier(2)
    path = "/registration/v1/exhibitions/ouarzazate-12/devices/enrolment"

    def come() -> None:
        client = gates.fair.service.new_client()
        together.wait()
        heard.append(client.post(path, json={"code": code}).status_code)

    threads = [threading.Thread(target=come) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(heard)


def enrolled(gates: Gates) -> int:
    """How often the log tells that a phone was enrolled."""
    with gates.fair.service.reading() as db:
        found = audit.list_acts(db, [gates.fair.exhibition.id], audit.Wanted(act=Act.DEVICE_ENROLLED), 10)
    return len(found)


def test_of_two_phones_with_one_code_one_is_enrolled(gates: Gates) -> None:
    assert two_phones_at_once(gates) == [201, 410]
    assert enrolled(gates) == 1


def test_control_with_the_guard_off_both_phones_would_be(gates: Gates, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_code_is_good", list)
    assert two_phones_at_once(gates) == [201, 201]
    assert enrolled(gates) == 2


def test_over_the_api_too(gates: Gates) -> None:
    code = gates.code(gates.enter()).rpartition("/")[2]
    path = "/registration/v1/exhibitions/ouarzazate-12/devices/enrolment"
    said = gates.fair.service.new_client().post(path, json={"code": code})
    assert said.status_code == 201
    assert (said.get_json()["gates"], said.get_json()["from_hour"]) == (["A"], "09:00")
    again = gates.fair.service.new_client().post(path, json={"code": code})
    assert again.get_json()["type"] == "/problems#device-code-unknown"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_supervisor_may_and_a_steward_may_not_enter_devices(gates: Gates) -> None:
    here = gates.fair.exhibition.id
    for role, status in ((Role.SUPERVISOR, 303), (Role.STEWARD, 403)):
        browser = signed_in(gates.fair, open_account(gates.fair, f"{role}@example.com", {here: (role,)}))
        assert browser.post(OFFICE, **DEVICE).status_code == status


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        ("name", ""),
        ("gates", "the left one!"),
        ("last_day", "2026-12-03"),
        ("first_day", "soon"),
        ("until_hour", "08:00"),
        ("until_hour", ""),
        ("profile", "king"),
    ],
)
def test_each_wrong_answer_is_named(gates: Gates, field: str, wrong: str) -> None:
    answer = gates.organiser.post(OFFICE, **(DEVICE | {field: wrong}))
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    if field != "name":
        assert 'value="Porte A, gauche"' in answer.text
