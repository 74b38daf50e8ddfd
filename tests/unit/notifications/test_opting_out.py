"""What may be stopped, and with which words."""

import pytest

from services.notifications.optout.domain import Wish, may_be_stopped, wish_of
from services.notifications.templates.domain import SECRET_KINDS, STOPPABLE_KINDS, Kind
from services.notifications.templates.domain.editing import TEXT_LANGUAGES
from services.notifications.templates.operations import text_for

STOPS = ["STOP", "stop", " Stop. ", "ARRET", "ARRÊT", "Arrêt !", "توقف", "قف", "«قف»", "أوقف", "ⴱⴷⴷ"]
MUST = {Kind.BOOKING_CONFIRMED, Kind.SEAT_OFFERED, Kind.SESSION_MOVED, Kind.CANCELLED_BY_STAFF}


@pytest.mark.parametrize("word", STOPS)
def test_an_answer_that_stops(word: str) -> None:
    assert wish_of(word) is Wish.STOP


@pytest.mark.parametrize("word", ["START", "begin", "Début", "ابدأ", "ⴱⴷⵓ"])
def test_an_answer_that_begins_again(word: str) -> None:
    assert wish_of(word) is Wish.BEGIN


@pytest.mark.parametrize("word", ["", "yes", "OUI", "نعم", "please stop the music at hall B", "stop " * 20, "QUITTER"])
def test_any_other_answer_stops_nothing(word: str) -> None:
    assert wish_of(word) is None


def test_what_somebody_must_know_is_never_stopped() -> None:
    must = set(Kind) - STOPPABLE_KINDS
    assert must >= SECRET_KINDS | MUST
    assert {kind for kind in Kind if may_be_stopped(kind)} == STOPPABLE_KINDS


@pytest.mark.parametrize("language", TEXT_LANGUAGES)
@pytest.mark.parametrize("kind", sorted(STOPPABLE_KINDS))
def test_each_says_how_to_stop_it(kind: Kind, language: str) -> None:
    text = text_for(kind, language)
    assert "{stop}" in text.body
    assert any(wish_of(word) is Wish.STOP for word in text.sms.replace(":", " ").split())
