"""An organiser at a service, and the steps that change something there."""

from collections.abc import Callable
from typing import Any, NamedTuple

from services.acts import StaffAct
from shared.ids import new_id
from tests.kit.routes import routes_of
from tests.kit.services import Service
from tests.kit.world import HERE, ROLES, World, form_client

OFFICE = f"/fr/{HERE}/office"
PAGE, TICKETS, NOTICES = (
    "POST /<lang>/<exhibition>/office",
    "/ticketing/v1/exhibitions/<exhibition>",
    "/notifications/v1/exhibitions/<exhibition>",
)


class Step(NamedTuple):
    """A call that changes something: the route, the act the log hears of, its subject, and the call."""

    route: str
    act: StaffAct
    subject: str
    call: Callable[[], Any]


class Office:
    """An organiser at a service, with a browser and with a program."""

    def __init__(self, world: World, service: str) -> None:
        self.service: Service = world.service(service)
        self.caller = world.caller(f"organiser of {HERE}")
        self.client, self.proof = form_client(self.service, self.caller)

    def form(self, path: str, **fields: Any) -> Any:
        """Send a form."""
        return self.client.post(f"{OFFICE}/{path}", data=self.proof | fields)

    def json(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Call the API."""
        own = self.caller.headers(self.service.name) | {"Idempotency-Key": str(new_id())} | headers
        path = f"/{self.service.name}/v1/exhibitions/{HERE}/{path}"
        return self.service.new_client().open(path, method=method, json=body, headers=own)


def changing(service: Service) -> set[str]:
    """The changing routes that staff may call."""
    return {one.name for one in routes_of(service.app) if one.method != "GET" and one.who & set(ROLES)}


def told(service: Service) -> list[dict[str, Any]]:
    return [message["body"] for message in service.published("staff.acted.v1")]
