"""The fair of Ouarzazate served by several web processes' worth of apps, each with its own connections."""

from collections.abc import Iterator

import pytest

from shared.db import Database
from tests.concurrency.crowd import Webs
from tests.conftest import At
from tests.integration.ticketing.scene import BEFORE, Fair
from tests.kit.services import Service


@pytest.fixture
def fair(ticketing: Service, at: At) -> Fair:
    """The fair with its programme loaded, nine days before it opens."""
    at(BEFORE)
    return Fair(ticketing).open()


@pytest.fixture
def webs(fair: Fair, engine: str) -> Iterator[Webs]:
    """Three web processes on PostgreSQL, one on SQLite, as in the plan; a worker's connections beside them."""
    first = fair.service
    url = first.database.url.render_as_string(hide_password=False)
    more = [Database(url, "ticketing") for _ in range(2 if engine == "postgres" else 0)]
    yield Webs(fair, [first, *(Service("ticketing", database, first.settings) for database in more)])
    for database in more:
        database.dispose()
