"""Ranks of the reserve: by score, in a line for each craft with places of its own, moved by hand, true when told."""

from typing import Any

import pytest

from services.registration.applications.operations import places
from services.registration.staff.domain import Act
from shared import limits
from tests.integration.registration.conftest import Fair
from tests.integration.registration.test_application_list import LIST, give_review, press, text_of
from tests.integration.registration.test_applications import HERE, Office, logged
from tests.integration.registration.test_dossier_pages import staff
from tests.integration.registration.test_places import set_places

Draft = dict[str, Any]


@pytest.fixture(autouse=True)
def _many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits have their own tests."""
    monkeypatch.setattr(limits, "allow", lambda *_args, **_more: None)


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


def ranks(office: Office, *drafts: Draft) -> list[int | None]:
    return [office.read(one).rank for one in drafts]


def told(office: Office, draft: Draft) -> list[int]:
    """The ranks that were published of a dossier."""
    bodies = [one["body"] for one in office.fair.service.published("application.changed.v1")]
    return [body["rank"] for body in bodies if body["reference"] == draft["reference"] and body["rank"]]


def on_reserve(office: Office, count: int, **more: Any) -> list[Draft]:
    """So many on the reserve, decided together in this order."""
    drafts = [office.hand_in(**more) for _ in range(count)]
    office.decide("in_review", *drafts)
    assert office.decide("reserve", *drafts)["refused"] == {}
    return drafts


def test_a_bulk_is_ranked_by_score_then_by_submission(office: Office) -> None:
    plain, good, late, best = (office.hand_in() for _ in range(4))
    office.decide("in_review", plain, good, late, best)
    for one, score in ((good, 3), (best, 5)):
        give_review(office, one, {"craft": score})
    office.decide("reserve", late, plain, good, best)
    assert ranks(office, best, good, plain, late) == [1, 2, 3, 4]
    office.publish()
    assert [told(office, one) for one in (best, good, plain, late)] == [[1], [2], [3], [4]]


def test_each_craft_with_places_has_a_line_of_its_own(office: Office) -> None:
    set_places(office, shared=0, carpets=0)
    carpets = on_reserve(office, 2)
    pots = on_reserve(office, 2, filiere="pottery")
    wood = on_reserve(office, 1, filiere="wood")
    assert ranks(office, *carpets, *pots, *wood) == [1, 2, 1, 2, 3]
    office.publish()
    assert [told(office, one) for one in (carpets[0], pots[0], wood[0])] == [[1], [1], [3]]
    set_places(office, shared=0)  # one line again: who had the same rank stands by the hour of submission
    assert ranks(office, carpets[0], pots[0], carpets[1], pots[1], wood[0]) == [1, 2, 3, 4, 5]


def test_who_leaves_the_line_lets_the_others_move_up(office: Office) -> None:
    set_places(office, shared=0)
    first, second, third, fourth = on_reserve(office, 4)
    office.publish()
    assert office.mine(second, "withdrawal").status_code == 201
    assert ranks(office, first, third, fourth) == [1, 2, 3]
    set_places(office, shared=1)
    assert office.state(first) == "offered"
    assert ranks(office, third, fourth) == [1, 2]
    late = on_reserve(office, 1)[0]
    office.publish()
    assert told(office, late) == [3]


def test_an_organiser_moves_somebody_in_the_line_and_it_is_noted(office: Office) -> None:
    set_places(office, shared=0)
    first, second, third, fourth = on_reserve(office, 4)
    office.publish()
    said = office.decide("rank", fourth, third, rank=1, reason="Deux métiers rares")
    assert said["done"] == [fourth["reference"], third["reference"]]
    assert ranks(office, third, fourth, first, second) == [1, 2, 3, 4]
    assert [told(office, one) for one in (third, fourth, first)] == [[3, 1], [4, 2], [1]]
    assert logged(office.fair)[-1] == Act.RANK_CHANGED
    assert office.dossier(third)["changes"][-1]["reason"] == "3 → 1 · Deux métiers rares"
    office.decide("rank", third, rank=99)
    assert ranks(office, fourth, first, second, third) == [1, 2, 3, 4]
    set_places(office, shared=1)
    assert office.state(fourth) == "offered"


def test_who_does_not_wait_is_not_moved_and_a_held_one_hears_nothing(office: Office) -> None:
    held, other = on_reserve(office, 2)
    free = office.hand_in()
    said = office.decide("rank", other, free, rank=1)
    assert said == {"done": [other["reference"]], "refused": {free["reference"]: "act-refused"}}
    assert (ranks(office, other, held, free), told(office, other)) == ([1, 2, None], [])
    refused = office.fair.post("/decisions", {"references": ["x"], "decision": "rank"}, token=office.organiser)
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["rank"])


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_list_moves_and_shows_the_line(office: Office) -> None:
    set_places(office, shared=0, carpets=0)
    one, other = on_reserve(office, 2)
    pot = on_reserve(office, 1, filiere="pottery")[0]
    browser, address = staff(office), f"{LIST}?order=rank"
    shown = browser.get(address)
    refused = press(browser, shown, "/decisions", references=[other["reference"]], decision="rank", rank="first")
    assert (refused.status_code, 'href="#f-rank"' in refused.text) == (422, True)
    done = press(browser, shown, "/decisions", references=[other["reference"]], decision="rank", rank="1")
    places_of = [done.text.index(f'value="{each["reference"]}"') for each in (pot, other, one)]
    assert places_of == sorted(places_of), "line by line"
    assert text_of(done).count("Réserve : 1") == 2
    trail = text_of(browser.get(f"{HERE}/office/applications/{other['reference']}"))
    assert "Déplacé sur la liste de réserve" in trail


def test_control_without_numbering_two_lines_share_one_count(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.registration.applications.operations import bulk

    monkeypatch.setattr(bulk, "number_lines", lambda *_args: None)
    set_places(office, shared=0, carpets=0)
    pots = on_reserve(office, 2, filiere="pottery")
    carpets = on_reserve(office, 1)
    assert ranks(office, *pots, *carpets) == [1, 2, 3]
    with office.fair.service.writing() as db:
        places.number_lines(db, office.fair.exhibition.id)
    assert ranks(office, *pots, *carpets) == [1, 2, 1]
