"""Places of a call: counted by craft, never one too many, none left empty while somebody waits."""

from collections.abc import Callable
from datetime import datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
import sqlalchemy as sa

from services.registration.applications.models import place_pool
from services.registration.applications.operations import deciding, moving, places
from services.registration.applications.operations.dossiers import By
from shared import limits
from shared.db import using
from shared.problem import Problem
from tests.integration.registration.conftest import NOVEMBER, Fair
from tests.integration.registration.test_applications import Office

ORGANISER = By("staff")


@pytest.fixture(autouse=True)
def _many_messages(monkeypatch: pytest.MonkeyPatch) -> None:
    """Limits have their own tests."""
    monkeypatch.setattr(limits, "allow", lambda *_args, **_more: None)


@pytest.fixture
def office(fair: Fair) -> Office:
    return Office(fair)


def set_places(office: Office, **numbers: int | None) -> None:
    """Give the call places: `shared` for all crafts without a number of their own."""
    wanted = {("" if craft == "shared" else craft): n for craft, n in numbers.items()}
    with office.fair.service.writing() as db:
        places.set_pools(db, office.fair.exhibition.id, wanted)
        moving.offer_free(db, office.fair.exhibition.id)


def pools(office: Office) -> dict[str, tuple[int, int]]:
    with office.fair.service.reading() as db:
        return {one.craft: (one.taken, one.places) for one in places.pools_of(db, office.fair.exhibition.id)}


def states(office: Office, *drafts: dict[str, Any]) -> list[str]:
    return [str(office.read(one).state) for one in drafts]


def test_a_reserve_published_after_a_place_became_free_is_offered_it(office: Office) -> None:
    first = office.decided("accepted")
    office.publish()
    assert office.mine(first, "refusal").status_code == 201
    assert pools(office) == {"": (0, 1)}
    late = office.decided("reserve")
    assert office.publish() == [late["reference"]]
    assert states(office, late) == ["offered"]
    told = [m["body"] for m in office.fair.service.published("application.changed.v1")]
    about = [body["state"] for body in told if body["reference"] == late["reference"]]
    assert about == ["submitted", "in_review", "offered"]  # nobody is put on the reserve for a moment
    assert pools(office) == {"": (1, 1)}


def test_an_acceptance_without_a_place_stays_held(office: Office) -> None:
    set_places(office, shared=1)
    first, second = office.decided("accepted"), office.decided("accepted")
    answer = office.fair.post("/decisions/publication", {}, token=office.organiser).get_json()
    assert answer == {"done": [first["reference"]], "refused": {second["reference"]: "no-place-left"}}
    assert states(office, first, second) == ["offered", "in_review"]
    assert office.mine(first, "refusal").status_code == 201
    assert office.publish() == [second["reference"]]


def test_a_freed_place_goes_to_the_reserve_of_its_own_craft(office: Office) -> None:
    set_places(office, carpets=1, shared=1)
    weaver, potter = office.decided("accepted"), office.decided("accepted", filiere="pottery")
    other_potter, other_weaver = office.decided("reserve", filiere="pottery"), office.decided("reserve")
    office.publish()
    assert states(office, weaver, potter, other_potter, other_weaver) == ["offered", "offered", "reserve", "reserve"]
    assert office.mine(weaver, "withdrawal").status_code == 201
    assert states(office, other_potter, other_weaver) == ["reserve", "offered"]
    set_places(office, carpets=1, shared=2)  # more places go to the reserve at once
    assert states(office, other_potter) == ["offered"]
    with pytest.raises(Problem, match="places-taken"):
        set_places(office, carpets=0, shared=2)


def test_a_place_is_offered_out_of_turn_only_while_one_is_free(office: Office, at: Callable[..., datetime]) -> None:
    set_places(office, shared=1)
    first, second, third = (office.decided(how) for how in ("accepted", "reserve", "reserve"))
    office.publish()
    path = f"/applications/{third['reference']}/offer"
    refused = office.fair.post(path, {"reason": "Invité d’honneur"}, token=office.organiser)
    assert (refused.status_code, refused.get_json()["type"]) == (409, "/problems#no-place-left")
    with office.fair.service.writing() as db:  # a place nobody has been offered yet
        db.execute(sa.update(place_pool).values(places=2))
    token, key = office.organiser, "press twice"
    for _ in range(2):
        assert office.fair.post(path, {"reason": "Invité"}, token=token, key=key).get_json()["state"] == "offered"
    assert office.fair.service.do_due("offers") == 0
    assert states(office, first, second, third) == ["offered", "reserve", "offered"]
    line = office.dossier(third)["changes"][-1]
    assert (line["act"], line["by_kind"], line["reason"]) == ("offer", "staff", "Invité")
    at(NOVEMBER + timedelta(hours=72))
    assert office.fair.service.do_due("offers") == 3  # both lapse, the one who waits is offered one of them
    assert pools(office) == {"": (1, 2)}


def at_once(office: Office, *acts: Callable[[sa.Connection], object]) -> list[object]:
    """Each in a transaction of its own, begun together; what came of them."""
    together, outcomes = Barrier(len(acts)), list[object]()

    def run(act: Callable[[sa.Connection], object]) -> None:
        together.wait()
        try:
            with using(office.fair.service.database), office.fair.service.writing() as db:
                outcomes.append(act(db))
        except (Problem, sa.exc.IntegrityError) as refused:
            outcomes.append(refused)

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def decline(office: Office, draft: dict[str, Any]) -> Callable[[sa.Connection], object]:
    one = office.read(draft)
    return lambda db: moving.withdraw(db, one, By("person", one.person_id))


def test_two_who_leave_at_once_make_room_for_two_different_ones(office: Office) -> None:
    leaving = [office.decided("accepted") for _ in range(2)]
    waiting = [office.decided("reserve") for _ in range(3)]
    office.publish()
    outcomes = at_once(office, *(decline(office, one) for one in leaving))
    assert [str(getattr(one, "state", one)) for one in outcomes] == ["withdrawn", "withdrawn"]
    assert states(office, *waiting) == ["offered", "offered", "reserve"]
    assert pools(office) == {"": (2, 2)}


def free_place_and_one_waiting(office: Office) -> Callable[[sa.Connection], object]:
    """One free place, two on the reserve, and the organiser's act on the second of them."""
    set_places(office, shared=0)
    waiting = [office.decided("reserve") for _ in range(2)]
    office.publish()
    with office.fair.service.writing() as db:
        db.execute(sa.update(place_pool).values(places=1))
    chosen = office.read(waiting[1])
    return lambda db: moving.offer_now(db, chosen, ORGANISER)


def test_offering_now_and_the_clock_at_once_give_one_place_once(office: Office) -> None:
    act = free_place_and_one_waiting(office)
    at_once(office, act, moving.pass_on)
    with office.fair.service.reading() as db:
        offered = db.scalar(sa.text("SELECT count(*) FROM application WHERE state = 'offered'"))
    assert offered == 1
    assert pools(office) == {"": (1, 1)}


def test_control_without_the_condition_the_check_stands(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    act = free_place_and_one_waiting(office)
    with office.fair.service.writing() as db:
        assert moving.pass_on(db) == 1
    monkeypatch.setattr(places, "has_room", sa.true)
    (refused,) = at_once(office, act)
    assert isinstance(refused, sa.exc.IntegrityError)
    assert pools(office) == {"": (1, 1)}


def test_control_without_counting_a_free_place_is_given_twice(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    act = free_place_and_one_waiting(office)
    with office.fair.service.writing() as db:
        moving.pass_on(db)
    monkeypatch.setattr(moving, "take_place", lambda *_args, **_more: None)
    (moved,) = at_once(office, act)
    assert getattr(moved, "state", moved) == "offered"  # two offers for one place


def test_members_of_a_group_are_accepted_one_by_one(office: Office) -> None:
    names = ["Ali", "فاطمة", "Zineb"]
    one = office.hand_in(kind="association", business="Tifawin", members=names)
    path = f"/registration/v1/exhibitions/ouarzazate-12/applications/{one['reference']}/members"
    client, headers = office.fair.service.new_client(), {"Authorization": f"Bearer {office.organiser}"}
    too_early = client.put(path, json={"left_out": [1]}, headers=headers)
    assert too_early.get_json()["type"] == "/problems#act-refused"
    office.decide("in_review", one)
    nobody = client.put(path, json={"left_out": [0, 1, 2]}, headers=headers)
    assert nobody.get_json()["type"] == "/problems#no-member-left"
    chosen = client.put(path, json={"left_out": [1, 7]}, headers=headers).get_json()
    assert chosen["accepted_members"] == ["Ali", "Zineb"]
    token = one["tokens"]["registration"]
    mine = "/applications/mine"
    assert office.fair.get(mine, token).get_json()["accepted_members"] == names  # not published yet
    office.decide("accepted", one)
    office.publish()
    assert office.fair.get(mine, token).get_json()["accepted_members"] == ["Ali", "Zineb"]
    assert [line["reason"] for line in office.dossier(one)["changes"] if line["act"] == "members"] == ["فاطمة"]


def test_what_is_missing_is_asked_of_many_at_once(office: Office) -> None:
    handed_in, draft = office.hand_in(), office.decided("accepted")
    said = office.decide("incomplete", handed_in, draft, missing=["shows"], reason="Photo floue")
    assert said == {"done": [handed_in["reference"]], "refused": {draft["reference"]: "act-refused"}}
    assert office.read(handed_in).missing == ["shows"]


def test_an_acceptance_counts_in_the_same_transaction(office: Office) -> None:
    one = office.decided("accepted")
    with office.fair.service.database.transaction() as db, using(office.fair.service.database):
        deciding.publish_decisions(db, office.fair.exhibition.id, ORGANISER)
        taken = sa.select(place_pool.c.taken)
        assert db.scalar(taken) == 1
        db.rollback()
    assert (pools(office), states(office, one)) == ({"": (0, 0)}, ["in_review"])
