"""NUL in an address: PostgreSQL takes it for no text, and SQLite for one that nothing is called by."""

import pytest

from tests.kit.routes import PLACES, routes_of
from tests.kit.tree import SERVICES
from tests.kit.world import HERE, World, form_client


@pytest.mark.parametrize("service", SERVICES)
def test_a_fair_called_nul_is_no_server_error(world: World, service: str) -> None:
    here, wrong = world.service(service), []
    for route in routes_of(here.app):
        if route.has_exhibition:
            path = route.path(PLACES | {"exhibition": "\0"}).replace("\0", "%00")
            for caller in ("nobody", f"organiser of {HERE}"):
                client, _proof = form_client(here, world.caller(caller))
                answer = client.open(path, method=route.method)
                if answer.status_code >= 500:
                    wrong.append(f"{caller} {route.name}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)
