"""A fair as ticketing knows it: what registration told, and people, stewards and badges to play with."""

import struct
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import base45

from shared.ids import new_id, new_reference
from shared.tokens import NewKey, b64, new_key, sign, sign_bytes
from tests.kit.services import NOWHERE, Service

EXHIBITION = UUID("0192f0c1-7d00-7000-8000-00000000000c")
REFERENCE, NUMBER = "ouarzazate-12", 12
FIRST_DAY, LAST_DAY = date(2026, 12, 4), date(2026, 12, 23)
OPENING = datetime(2026, 12, 4, 9, 0, tzinfo=UTC)
BEFORE = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
API = f"/ticketing/v1/exhibitions/{REFERENCE}"
KINDS = {"visitor": 1, "exhibitor": 2, "organiser": 3, "service": 4, "press": 5}


@dataclass
class Badge:
    """A badge somebody holds: its code, what people type, whose it is."""

    id: UUID
    person_id: UUID
    reference: str
    code: str
    body: dict[str, Any]


@dataclass
class Fair:
    """What registration would have told ticketing."""

    service: Service
    keys: dict[str, NewKey] = field(default_factory=dict)

    def open(self) -> "Fair":
        """Tell of the exhibition and its keys, and load the programme."""
        self.tell_exhibition()
        for number, purpose in enumerate(("person", "staff", "badge"), start=1):
            self.keys[purpose] = self.tell_key(purpose, number)
        self.service.do_due("load-fair")
        return self

    def tell_exhibition(self, version: int = 1, **changed: Any) -> None:
        """The exhibition as registration tells it."""
        names = {"ar": "الملتقى الدولي للصناعة التقليدية", "fr": "Rencontre de l’artisanat", "en": "Crafts meeting"}
        body = {
            "reference": REFERENCE,
            "number": NUMBER,
            "names": names,
            "kind": "fair",
            "first_day": FIRST_DAY.isoformat(),
            "last_day": LAST_DAY.isoformat(),
            "zone": "Africa/Casablanca",
            "languages": ["ar", "fr", "en", "zgh"],
            "venue_names": {"fr": "Esplanade de Taourirt"},
            "town_names": {"fr": "Ouarzazate"},
            "halls": [],
            "organiser_names": {"fr": "Fédération professionnelle d’artisanat"},
            "state": "open",
        }
        told = self.service.receive(
            "exhibition.changed.v1", body | changed, subject_id=EXHIBITION, exhibition_id=EXHIBITION, version=version
        )
        assert told == "done", self.service.last_error()

    def tell_key(self, purpose: str, number: int, **changed: Any) -> NewKey:
        """A fresh key of registration."""
        key = new_key()
        body = {
            "key_id": key.key_id,
            "number": number,
            "purpose": purpose,
            "public_key": b64(key.public),
            "verifies_until": None,
            "is_revoked": False,
        }
        told = self.service.receive(
            "key.published.v1", body | changed, subject_id=new_id(), exhibition_id=NOWHERE, version=1
        )
        assert told == "done", self.service.last_error()
        return key

    def token(self, purpose: str, **claims: Any) -> str:
        """A token as registration signs it."""
        key = self.keys[purpose]
        said = {"aud": "ticketing", "iat": 0, "exp": 4_000_000_000} | claims
        return sign(said, private=key.private, key_id=key.key_id, typ=f"{purpose}+jwt")

    def person(self, person_id: UUID | None = None, exhibition_id: UUID = EXHIBITION) -> dict[str, str]:
        """The headers of a registered person."""
        token = self.token("person", sub=str(person_id or uuid4()), ex=str(exhibition_id))
        return {"Authorization": f"Bearer {token}"}

    def staff(self, *roles: str, staff_id: UUID | None = None, ver: int = 1) -> dict[str, str]:
        """The headers of a member of staff."""
        held = {str(EXHIBITION): list(roles)}
        return {"Authorization": f"Bearer {self.token('staff', sub=str(staff_id or uuid4()), ver=ver, roles=held)}"}

    def badge(self, *, is_told: bool = True, person_id: UUID | None = None, kind: str = "visitor") -> Badge:
        """A badge for the whole fair; `is_told`: its message has arrived."""
        badge_id, reference = uuid4(), new_reference()
        body = {
            "reference": reference,
            "person_id": str(person_id or uuid4()),
            "kind": kind,
            "first_day": FIRST_DAY.isoformat(),
            "last_day": LAST_DAY.isoformat(),
            "replaces": None,
            "state": "valid",
        }
        badge = Badge(badge_id, UUID(str(body["person_id"])), reference, self.code(badge_id, kind=kind), body)
        if is_told:
            self.tell_badge(badge)
        return badge

    def tell_badge(self, badge: Badge, version: int = 1, **changed: Any) -> None:
        """What registration says of a badge; `occurred_at` may be given."""
        envelope = {"occurred_at": changed.pop("occurred_at")} if "occurred_at" in changed else {}
        told = self.service.receive(
            "badge.issued.v1",
            badge.body | changed,
            subject_id=badge.id,
            exhibition_id=EXHIBITION,
            version=version,
            **envelope,
        )
        assert told == "done", self.service.last_error()

    def code(self, badge_id: UUID, **changed: Any) -> str:
        """The code of a badge; anything in it may be changed."""
        key: NewKey = changed.get("key") or self.keys["badge"]
        return badge_code(key.private, badge_id, **{name: value for name, value in changed.items() if name != "key"})

    def book(self, session: str, headers: dict[str, str], *, key: str | None = None, **body: Any) -> Any:
        """Book over the API; the response."""
        sent = headers | {"Idempotency-Key": key or str(new_id())}
        return self.service.client.post(f"{API}/sessions/{session}/bookings", json=body, headers=sent)

    def act(self, reference: str, act: str, headers: dict[str, str], **body: Any) -> Any:
        """Do something with a booking over the API; the response."""
        sent = headers | {"Idempotency-Key": str(new_id())}
        return self.service.client.post(f"{API}/bookings/{reference}/{act}", json=body, headers=sent)

    def hold(self, session: str, headers: dict[str, str], **body: Any) -> Any:
        """Hold seats over the API; the response."""
        sent = headers | {"Idempotency-Key": str(new_id())}
        return self.service.client.post(f"{API}/sessions/{session}/holds", json=body, headers=sent)

    def cancel(self, reference: str, headers: dict[str, str]) -> Any:
        """Cancel over the API; the response."""
        sent = headers | {"Idempotency-Key": str(new_id())}
        return self.service.client.post(f"{API}/bookings/{reference}/cancellation", json={}, headers=sent)


def badge_code(private: bytes, badge_id: UUID, **changed: Any) -> str:
    """Registration's side of tests/contracts/badge.v1.json, written here a second time on purpose."""
    said: dict[str, Any] = {"version": 1, "purpose": 1, "key_number": 3, "number": NUMBER, "kind": "visitor"}
    said |= {"first_day": FIRST_DAY, "last_day": LAST_DAY} | changed
    days = [(said[name] - date(2020, 1, 1)) // timedelta(days=1) for name in ("first_day", "last_day")]
    head = (said["version"], said["purpose"], said["key_number"], said["number"], badge_id.bytes)
    record = struct.pack(">BBHH16sBHH", *head, KINDS[said["kind"]], *days)
    text: str = base45.b45encode(record + sign_bytes(private, record)).decode()
    return f"MSM:{text}"
