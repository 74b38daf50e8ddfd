"""A fair that ticketing knows, nine days before it opens."""

import pytest

from tests.conftest import At
from tests.integration.ticketing.scene import BEFORE, Fair
from tests.kit.services import Service


@pytest.fixture
def fair(ticketing: Service, at: At) -> Fair:
    """The fair of Ouarzazate with its programme loaded, on 25 November 2026."""
    at(BEFORE)
    return Fair(ticketing).open()
