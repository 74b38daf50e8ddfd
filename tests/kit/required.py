"""What a machine may lack, and whether that is forgiven: REQUIRE=postgres,browser makes a skip a failure."""

import os
from typing import NoReturn

import pytest


def is_required(what: str) -> bool:
    """Whether REQUIRE names it."""
    return what in os.environ.get("REQUIRE", "").replace(" ", "").split(",")


def cannot_have(what: str, why: str) -> NoReturn:
    """Skip the test, loudly; fail it when REQUIRE names what is missing."""
    said = f"NO {what.upper()} ON THIS MACHINE: {why}"
    if is_required(what):
        pytest.fail(f"{said} (REQUIRE asks for it)", pytrace=False)
    pytest.skip(said)
