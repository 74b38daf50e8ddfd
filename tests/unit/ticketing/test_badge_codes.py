"""Ticketing's own reading of the badge code, held to the contract and to whatever people show."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import base45
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ticketing.access.domain import SigningKey
from services.ticketing.admissions.domain import BadgeKind, Reason
from services.ticketing.admissions.domain.codes import Reading, Typed, Unread, read_code
from shared.tokens import unb64

CONTRACT: dict[str, Any] = json.loads((Path(__file__).parents[2] / "contracts" / "badge.v1.json").read_text())
CODE: str = CONTRACT["code"]
AT = datetime(2026, 12, 4, 9, tzinfo=UTC)
KEY = SigningKey("k", CONTRACT["key"]["number"], "badge", unb64(CONTRACT["key"]["public_key"]), None, False)


def read(text: str, *, number: int = 12, key: SigningKey = KEY) -> Reading | Typed | Unread:
    return read_code(text, keys={key.number: key}, number=number, at=AT)


def test_the_contracts_code_is_read_as_its_fields_say() -> None:
    fields = CONTRACT["fields"]
    assert len(CODE) == 141
    assert read(CODE) == Reading(
        UUID(fields["badge_id"]),
        BadgeKind.VISITOR,
        date.fromisoformat(fields["first_day"]),
        date.fromisoformat(fields["last_day"]),
    )


def test_kinds_have_the_contracts_numbers() -> None:
    said = "1 visitor, 2 exhibitor, 3 organiser, 4 service, 5 press"
    assert said in CONTRACT["layout"]
    assert [f"{number} {kind.value}" for number, kind in enumerate(BadgeKind, start=1)] == said.split(", ")


@pytest.mark.parametrize("text", [CODE.lower(), f"  {CODE}", f"{CODE}\n", f"\t{CODE}\r\n"])
def test_readers_and_keyboards_are_forgiven(text: str) -> None:
    assert read(text) == read(CODE)


def test_a_code_of_another_fair_is_foreign_and_one_with_a_revoked_key_unknown() -> None:
    assert read(CODE, number=13) == Unread(Reason.FOREIGN)
    revoked = SigningKey(KEY.key_id, KEY.number, "badge", KEY.public_key, None, True)
    assert read(CODE, key=revoked) == Unread(Reason.UNKNOWN_KEY)
    ended = SigningKey(KEY.key_id, KEY.number, "badge", KEY.public_key, AT, False)
    assert read(CODE, key=ended) == Unread(Reason.UNKNOWN_KEY)


@given(st.integers(0, 90), st.integers(1, 255))
def test_one_changed_byte_is_never_let_through(place: int, change: int) -> None:
    data = bytearray(base45.b45decode(CODE.removeprefix("MSM:")))
    data[place] ^= change
    assert isinstance(read("MSM:" + base45.b45encode(bytes(data)).decode()), Unread)


@given(st.text(max_size=200))
def test_any_text_at_all_gets_an_answer(text: str) -> None:
    assert isinstance(read(text), Typed | Unread)
    assert isinstance(read("MSM:" + text), Unread)


@pytest.mark.parametrize("text", ["7k3m9qxa", "7K3M-9QXA", " 7K3M 9QXA ", "٧K3M9QXA"])
def test_letters_are_understood_however_they_are_typed(text: str) -> None:
    assert read(text) == Typed("7K3M9QXA")


@pytest.mark.parametrize("text", ["", "7K3M9QX", "7K3M9QXAA", "0K3M9QXA", "IOIOIOIO"])
def test_what_is_no_reference_is_unreadable(text: str) -> None:
    assert read(text) == Unread(Reason.UNREADABLE)
