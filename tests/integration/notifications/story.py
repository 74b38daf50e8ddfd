"""What registration and ticketing say, as in the contract files, ready to be told in any order."""

from datetime import UTC, datetime, time, timedelta
from typing import Any
from uuid import UUID, uuid4

import sqlalchemy as sa

from services.notifications.deliveries.models import delivery
from services.notifications.notices.models import notice, quiet_hours
from shared import clock
from tests.kit.services import Service

EXHIBITION: dict[str, Any] = {
    "reference": "ouarzazate-12",
    "number": 12,
    "names": {"fr": "Rencontre de l'artisanat", "ar": "ملتقى الصناعة التقليدية", "en": "Crafts meeting"},
    "kind": "fair",
    "first_day": "2026-12-04",
    "last_day": "2026-12-23",
    "zone": "Africa/Casablanca",
    "languages": ["ar", "fr", "en", "zgh"],
    "venue_names": {"fr": "Palais des congrès", "ar": "قصر المؤتمرات"},
    "town_names": {"fr": "Ouarzazate", "ar": "ورزازات"},
    "halls": [],
    "organiser_names": {"fr": "Chambre d'artisanat"},
    "state": "open",
}
SESSION: dict[str, Any] = {
    "reference": "TEINTURE",
    "titles": {"fr": "Teindre la laine", "ar": "صباغة الصوف", "en": "Dyeing wool"},
    "kind": "training",
    "room_names": {"fr": "Salle Tifoultoute", "ar": "قاعة تيفولتوت"},
    "starts_wall": "2026-12-05T10:00:00",
    "ends_wall": "2026-12-05T12:00:00",
    "zone": "Africa/Casablanca",
    "starts_at": "2026-12-05T10:00:00+00:00",
    "ends_at": "2026-12-05T12:00:00+00:00",
    "state": "open",
}
PERSON: dict[str, Any] = {
    "name": "Fatima Aït Brahim",
    "phone": "+212612345678",
    "email": "fatima@mail.example",
    "language": "fr",
    "kind": "visitor",
}
BOOKING: dict[str, Any] = {
    "reference": "K7P3M9QA",
    "party_size": 2,
    "state": "confirmed",
    "place_in_line": None,
    "was_waitlisted": False,
    "cancelled_by": None,
    "ends_at": None,
    "is_first_come": False,
    "has_arrived": False,
}


class Story:
    """One exhibition, one person, one session, one booking; `tell_*` hands the messages over."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.exhibition, self.person, self.session, self.booking = uuid4(), uuid4(), uuid4(), uuid4()
        self._have_no_quiet_hours()

    def _have_no_quiet_hours(self) -> None:
        """Tests run by night too; those of the quiet hours set their own."""
        never = {"begins": time(0), "ends": time(0), "changed_at": datetime.now(UTC)}
        with self.service.writing() as db:
            db.execute(sa.insert(quiet_hours).values(exhibition_id=self.exhibition, **never))

    def tell_exhibition(self, version: int = 1, **body: Any) -> str | None:
        """The exhibition as it stands."""
        return self.tell("exhibition.changed.v1", EXHIBITION | body, self.exhibition, version)

    def tell_person(self, version: int = 1, **body: Any) -> str | None:
        """The person as they stand."""
        name = "person.registered.v1" if version == 1 else "person.changed.v1"
        return self.tell(name, PERSON | body, self.person, version)

    def tell_session(self, version: int = 1, **body: Any) -> str | None:
        """The session as it stands."""
        return self.tell("session.changed.v1", SESSION | body, self.session, version)

    def tell_booking(self, what: str = "confirmed", version: int = 1, **more: Any) -> str | None:
        """What happened to the booking; `id` names the message."""
        envelope = {"id": more.pop("id")} if "id" in more else {}
        body = BOOKING | {"session_id": str(self.session), "person_id": str(self.person), "state": what} | more
        return self.tell(f"booking.{what}.v1", body, self.booking, version, **envelope)

    def tell_link(self, purpose: str = "welcome", **body: Any) -> str | None:
        """A private link or a code."""
        said = {
            "link": "https://fair.example/k/aaaaaaaaaaaaaaaaaaaaaa",
            "code": "123456",
            "purpose": purpose,
            "ends_at": (clock.now() + timedelta(minutes=10)).isoformat(),
            "badge_reference": "ABCD2345",
        }
        return self.tell("person.link_issued.v1", said | body, self.person, 1)

    def tell(self, name: str, body: dict[str, Any], subject: UUID, version: int, **envelope: Any) -> str | None:
        """Any message of this exhibition."""
        return self.service.receive(
            name, body, subject_id=subject, version=version, exhibition_id=self.exhibition, **envelope
        )

    def tell_scene(self, **person: Any) -> None:
        """Everything but the booking."""
        assert [self.tell_exhibition(), self.tell_person(**person), self.tell_session()] == ["done"] * 3

    def send(self) -> int:
        """Let every sender bring one notice; how many were tried."""
        return self.service.do_due()

    def notices(self, channel: str | None = None) -> list[Any]:
        """The notices so far, in the order they were made."""
        with self.service.reading() as db:
            rows = db.execute(sa.select(notice).order_by(notice.c.made_at, notice.c.channel.desc())).all()
        return [row for row in rows if channel in (None, row.channel)]

    def states(self) -> dict[str, str]:
        """Channel → state, where there is one notice each."""
        return {row.channel: row.state for row in self.notices()}

    def attempts(self) -> list[Any]:
        """Every attempt, in order."""
        with self.service.reading() as db:
            return list(db.execute(sa.select(delivery).order_by(delivery.c.started_at)).all())

    def skip_pause(self) -> None:
        """Let every pause and every lease be over."""
        with self.service.writing() as db:
            db.execute(
                sa.update(notice)
                .where(notice.c.next_at.is_not(None))
                .values(next_at=datetime.now(UTC) - timedelta(seconds=1))
            )
