"""A fair that ticketing knows, nine days before it opens."""

import pytest

from shared.tokens import NewKey
from tests.conftest import At
from tests.integration.ticketing.scene import BEFORE, Fair
from tests.kit.databases import Databases
from tests.kit.services import Service

_KEYS: dict[str, dict[str, NewKey]] = {}


@pytest.fixture
def fair(ticketing: Service, at: At, databases: Databases, engine: str) -> Fair:
    """The fair of Ouarzazate with its programme loaded, on 25 November 2026. Loaded once an engine, then copied."""
    at(BEFORE)
    if databases.refill("ticketing-fair", ticketing.database):
        return Fair(ticketing, dict(_KEYS[engine]))
    opened = Fair(ticketing).open()
    _KEYS[engine] = dict(opened.keys)
    databases.keep("ticketing-fair", ticketing.database)
    return opened
