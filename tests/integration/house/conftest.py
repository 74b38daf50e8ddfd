"""What the generated tests stand on. Who may call does not hang on the engine: SQLite is enough."""

from collections.abc import Callable

import pytest

from tests.kit.databases import Databases
from tests.kit.services import Service
from tests.kit.world import World


@pytest.fixture
def world(service_of: Callable[..., Service], databases: Databases) -> World:
    """Three services that know one another, with people who call them."""
    return World(service_of, databases)
