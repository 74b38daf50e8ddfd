"""An organiser who gives stands, for the tests of stands, their people and the plan."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from werkzeug.test import TestResponse

from services.registration.applications.operations.dossiers import Application, find_application
from services.registration.staff.domain import EVERYWHERE, Role
from services.registration.staff.operations import accounts
from services.registration.visitors.operations.people import person_tokens
from shared.ids import new_id
from tests.integration.registration.conftest import Browser, Fair
from tests.integration.registration.exhibitors import confirm

ON_A_DAY = datetime(2026, 12, 8, 9, 0)
PLAN = "/fr/ouarzazate-12/plan"
OFFICE = "/fr/ouarzazate-12/office/stands"
HEAD = "hall;stand;x;y;width;depth\n"


class Office:
    """An organiser who gives stands, over the API and with forms."""

    def __init__(self, fair: Fair) -> None:
        self.fair = fair
        self._login = f"organiser-{new_id().hex[-6:]}@moussem.example"
        roles: dict[UUID, tuple[Role, ...]] = {EVERYWHERE: (Role.ORGANISER,)}
        with fair.service.writing() as db:
            accounts.open_account(db, accounts.NewStaff("Organiser", (self._login,), "a-long-password-2026", roles))

    @property
    def token(self) -> str:
        """Signed in just now."""
        with self.fair.service.writing() as db:
            account = accounts.find_account(db, self._login)
            assert account is not None
            return accounts.staff_tokens(db, self.fair.service.settings, account)["registration"]

    def post(self, path: str, body: Any) -> TestResponse:
        return self.fair.post(path, body, token=self.token)

    def confirmed(self, count: int = 1, **more: Any) -> list[str]:
        with self.fair.service.writing() as db:
            return confirm(db, self.fair.exhibition, count, **more)

    def place(self, reference: str, stand: str, first: str = "2026-12-04", last: str = "2026-12-23") -> TestResponse:
        said = {"application": reference, "stand": stand, "first_day": first, "last_day": last}
        return self.post("/allocations", said)

    def read(self, reference: str) -> Application:
        with self.fair.service.reading() as db:
            return find_application(db, self.fair.exhibition.id, reference)

    def held(self, stand: str) -> list[dict[str, Any]]:
        """Who has a stand, as the office sees it."""
        rows = self.fair.get("/stands", self.token).get_json()["stands"]
        return next(list(row["exhibitors"]) for row in rows if row["reference"] == stand)

    def browser(self) -> Browser:
        browser = self.fair.browser()
        browser.client.set_cookie("staff_registration", self.token)
        return browser

    def exhibitor(self, reference: str) -> Browser:
        """The exhibitor's own browser."""
        one = self.read(reference)
        with self.fair.service.writing() as db:
            tokens = person_tokens(db, self.fair.service.settings, self.fair.exhibition, one.person_id, one.made_at)
        browser = self.fair.browser()
        browser.client.set_cookie("person_registration", tokens["registration"])
        return browser


def rows(fair: Fair, table: sa.Table) -> int:
    with fair.service.reading() as db:
        return int(db.scalar(sa.select(sa.func.count()).select_from(table)) or 0)
