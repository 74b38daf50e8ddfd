"""A small world in one process: two exhibitions, people at both, staff of every role, a programme, gates."""

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from flask.testing import FlaskClient

from shared import clock
from shared.ids import new_id
from tests.kit.databases import Databases
from tests.kit.services import NOWHERE, SECRET, SERVICES, Service, play

HERE, ELSEWHERE, EVERYWHERE = "ouarzazate-12", "taznakht-3", "*"
ROLES = ("organiser", "reviewer", "desk", "supervisor", "steward", "viewer")
PHONES = (f"+2126{number:08}" for number in range(11_000_000, 12_000_000))


@dataclass(frozen=True)
class Caller:
    """Somebody who calls: what the matrix knows of them, and a token for each service."""

    name: str
    exhibition: str = ""
    is_person: bool = False
    roles: frozenset[str] = frozenset()
    is_device: bool = False
    tokens: dict[str, str] = field(default_factory=dict)

    def may(self, who: frozenset[str], exhibition: str | None) -> bool:
        """Whether a route open to `who`, of `exhibition` (None: of none), should let them in."""
        if "anyone" in who:
            return True
        is_at_home = self.exhibition in (EVERYWHERE, exhibition)
        return is_at_home and (bool(self.roles & who) or any(kind in who for kind in self._kinds))

    @property
    def _kinds(self) -> list[str]:
        return ["person"] * self.is_person + ["device"] * self.is_device

    def headers(self, service: str) -> dict[str, str]:
        """What they send to prove it."""
        token = self.tokens.get(service)
        return {"Authorization": f"Bearer {token}"} if token else {}


class World:
    """Three services that know one another, and people who call them."""

    def __init__(self, service_of: Callable[..., Service], databases: Databases) -> None:
        self.registration, self.ticketing, self.notifications = (service_of(name) for name in SERVICES)
        if all(databases.refill(f"world-{service.name}", service.database) for service in self.services):
            return
        self.registration.do_due("prepare")
        self._open_elsewhere()
        self.quiet()
        for service in self.services:
            databases.keep(f"world-{service.name}", service.database)

    @property
    def services(self) -> tuple[Service, Service, Service]:
        """All three."""
        return self.registration, self.ticketing, self.notifications

    def service(self, name: str) -> Service:
        """One of them."""
        found: Service = getattr(self, name)
        return found

    def quiet(self) -> None:
        """Messages carried, the programme loaded; nothing is sent to people."""
        play(self.registration, self.ticketing, self.notifications, except_for=("send",))

    def real_clock(self) -> None:
        """Undo what a route did to the clock."""
        path = self.registration.settings.rehearsal_file
        path.unlink(missing_ok=True)
        clock.set_rehearsal(path)

    def _open_elsewhere(self) -> None:
        from services.registration.exhibitions import operations
        from services.registration.exhibitions.domain import Kind

        with self.registration.writing() as db:
            here = operations.find_exhibition(db, HERE)
            same = {name: getattr(here, name) for name in operations.NewExhibition.__dataclass_fields__}
            halls = tuple(operations.NewHall(h.reference, h.names, h.capacity) for h in here.halls)
            own = {"reference": ELSEWHERE, "number": 3, "kind": Kind(here.kind), "halls": halls}
            operations.open_exhibition(db, operations.NewExhibition(**(same | own)))

    def id_of(self, reference: str) -> UUID:
        """The id of an exhibition; nil for all of them."""
        if reference == EVERYWHERE:
            return NOWHERE
        from services.registration.exhibitions.operations import find_exhibition

        with self.registration.reading() as db:
            return find_exhibition(db, reference).id

    def register(self, exhibition: str = HERE, **more: Any) -> dict[str, Any]:
        """Register a visitor over the API; the answer of the service."""
        body = {"name": "فاطمة أيت علي", "phone": next(PHONES), "language": "fr"} | more
        answer = self.registration.new_client().post(
            f"/registration/v1/exhibitions/{exhibition}/visitors",
            json=body,
            headers={"Idempotency-Key": str(new_id())},
        )
        assert answer.status_code == 201, answer.text
        said: dict[str, Any] = answer.get_json()
        return said

    def staff(self, role: str, exhibition: str) -> Caller:
        """Somebody of the staff with one role at one exhibition."""
        from services.registration.staff.domain import Role
        from services.registration.staff.operations import accounts

        login = f"{role}-{new_id().hex[-8:]}@moussem.example"
        roles: dict[UUID, tuple[Role, ...]] = {self.id_of(exhibition): (Role(role),)}
        with self.registration.writing() as db:
            accounts.open_account(db, accounts.NewStaff(role, (login,), "a-long-password-2026", roles))
            account = accounts.find_account(db, login)
            assert account is not None
            tokens = accounts.staff_tokens(db, self.registration.settings, account)
        name = f"{role} of {exhibition}"
        return Caller(name, exhibition, roles=frozenset({role}), tokens=tokens)

    def person(self, exhibition: str) -> Caller:
        """A registered visitor."""
        said = self.register(exhibition)
        return Caller(f"person of {exhibition}", exhibition, is_person=True, tokens=said["tokens"])

    def device(self, exhibition: str, *, is_revoked: bool = False) -> Caller:
        """A phone enrolled for all gates of an exhibition; or one that was, and is shut out."""
        from services.registration.exhibitions.operations import find_exhibition
        from services.registration.staff.domain import Profile
        from services.registration.staff.operations import accounts, devices
        from services.registration.staff.operations.audit import By

        settings = self.registration.settings
        with self.registration.writing() as db:
            at, (anyone, *_more) = find_exhibition(db, exhibition), accounts.all_accounts(db)
            new = devices.NewDevice("phone", Profile.STEWARD, [], clock.now().date(), at.last_day)
            device_id = devices.make_device(db, settings, By(at.id, anyone.id), new)
            code = devices.code_of(settings, devices.device_of(db, at.id, device_id))
            token = devices.enrol(db, settings, code).token
            if is_revoked:
                devices.revoke(db, By(at.id, anyone.id), device_id)
        name = f"{'revoked ' * is_revoked}device of {exhibition}"
        return Caller(name, exhibition, is_device=not is_revoked, tokens={"ticketing": token})

    @cached_property
    def references(self) -> dict[str, str]:
        """Addresses of things that exist: a session of the programme."""
        answer = self.ticketing.client.get(f"/ticketing/v1/exhibitions/{HERE}/sessions")
        said = answer.get_json()
        rows = said if isinstance(said, list) else next(value for value in said.values() if isinstance(value, list))
        return {"reference": str(rows[0]["reference"])}

    @cached_property
    def callers(self) -> list[Caller]:
        """Everybody the matrix calls as."""
        found = [Caller("nobody"), self.person(HERE), self.person(ELSEWHERE)]
        found += [self.staff(role, HERE) for role in ROLES]
        found += [self.staff(role, ELSEWHERE) for role in ("organiser", "steward")]
        found += [self.staff(role, EVERYWHERE) for role in ("organiser", "steward")]
        found += [self.device(HERE), self.device(ELSEWHERE), self.device(HERE, is_revoked=True)]
        self.quiet()
        return found

    def caller(self, name: str) -> Caller:
        """One of them: "nobody", "person of …", "<role> of …"."""
        return next(caller for caller in self.callers if caller.name == name)


def form_client(service: Service, caller: Caller) -> tuple[FlaskClient, dict[str, str]]:
    """A browser whose forms are believed, and the fields that make it so."""
    client = service.new_client()
    client.set_cookie("form", "form-of-a-test")
    proof = hmac.new(bytes.fromhex(SECRET), b"form:form-of-a-test", hashlib.sha256).hexdigest()
    kind = "person" if caller.is_person else "device" if "device" in caller.name else "staff"
    if token := caller.tokens.get(service.name):
        client.set_cookie(f"{kind}_{service.name}", token)
    return client, {"csrf_token": proof}


def rows_of(service: Service) -> str:
    """A mark of all rows of a service: it changes when anything does."""
    mark = hashlib.sha256()
    with service.reading() as db:
        for metadata in service.metadata:
            for table in sorted(metadata.tables.values(), key=lambda table: table.name):
                rows = db.execute(sa.select(sa.text("*")).select_from(table)).all()
                mark.update(f"{table.name}{sorted(map(repr, rows))}".encode())
    return mark.hexdigest()
