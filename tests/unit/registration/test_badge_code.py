"""The badge code is exactly what the contract says, for as long as version 1 is read anywhere."""

import json
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.registration.visitors.domain import badge_code
from services.registration.visitors.domain.badge_code import BadgeFields, KindNumber
from shared import tokens

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parents[2] / "contracts" / "badge.v1.json").read_text())


def fields_of(said: dict[str, Any]) -> BadgeFields:
    return BadgeFields(
        key_number=said["key_number"],
        exhibition_number=said["exhibition_number"],
        badge_id=UUID(said["badge_id"]),
        kind=KindNumber(said["kind"]),
        first_day=date.fromisoformat(said["first_day"]),
        last_day=date.fromisoformat(said["last_day"]),
    )


def test_the_contract_is_kept_to_the_letter() -> None:
    private = tokens.unb64(CONTRACT["key"]["private_key"])
    fields = fields_of(CONTRACT["fields"])
    assert badge_code.record_of(fields).hex() == CONTRACT["record"]
    assert badge_code.encode(fields, lambda record: tokens.sign_bytes(private, record)) == CONTRACT["code"]


def test_a_code_has_141_characters_of_the_small_alphabet() -> None:
    assert len(CONTRACT["code"]) == 141
    assert set(CONTRACT["code"]) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


@pytest.mark.parametrize(
    "wrong",
    [{"key_number": 65_536}, {"exhibition_number": 0x1_0000}, {"first_day": "2019-12-31"}, {"last_day": "2300-01-01"}],
)
def test_what_does_not_fit_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="cannot say"):
        badge_code.record_of(fields_of(CONTRACT["fields"] | wrong))


def test_references_are_shown_in_two_halves() -> None:
    assert badge_code.show_reference("7K3M9QXA") == "7K3M-9QXA"
