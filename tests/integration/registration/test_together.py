"""People who register at the same moment are decided together, each as if alone."""

from collections.abc import Callable

import pytest

from services.registration.exhibitions import operations as exhibitions
from services.registration.visitors.domain.people import RegistrationClosed
from services.registration.visitors.operations import people
from services.registration.visitors.operations.phones import open_link
from shared.problem import Problem
from tests.integration.registration.conftest import Fair
from tests.kit.databases import Databases
from tests.kit.services import Service
from tests.kit.world import ELSEWHERE, World

PHONE, OTHER = "+212612345678", "+212612345679"


def newcomer(fair: Fair, name: str, phone: str | None = None, **more: bool) -> people.Newcomer:
    new = people.NewVisitor(name, phone, "fr", **more)  # type: ignore[arg-type] # flags alone
    return people.Newcomer(fair.exhibition.id, fair.service.settings, new)


def register(fair: Fair, *newcomers: people.Newcomer) -> list[str]:
    """The names of who is in, and why others are not."""
    with fair.service.writing() as db:
        found = people.register_visitors(db, list(newcomers))
    return [one.slug if isinstance(one, Problem) else one[0].name for one in found]


def test_each_has_a_badge_of_their_own_and_answers_keep_their_order(fair: Fair) -> None:
    names = [f"Fatima {n}" for n in range(5)]
    assert register(fair, *[newcomer(fair, name) for name in names]) == names
    badges = fair.service.published("badge.issued.v1")
    told = [message["subject_id"] for message in fair.service.published("person.registered.v1")]
    assert [badge["body"]["person_id"] for badge in badges] == [str(one) for one in told]
    assert len({badge["body"]["reference"] for badge in badges}) == 5


def test_one_phone_gets_as_many_messages_as_if_they_had_come_apart(fair: Fair) -> None:
    crowd = [newcomer(fair, f"Artisan {n}", PHONE) for n in range(3)]
    register(fair, *crowd, newcomer(fair, "Omar", OTHER))
    first, other = fair.links()
    assert first["badge_reference"] != other["badge_reference"]
    with fair.service.writing() as db:
        open_link(db, first["link"].rpartition("/")[2])
    register(fair, *crowd)
    assert len(fair.links()) == 5, "a phone that has answered hears of each"
    codes = [link["code"] for link in fair.links()]
    answer = fair.post("/phone-codes/answers", {"phone": PHONE, "code": codes[-1]})
    assert len(answer.get_json()["choices"]) == 6, "the newest code counts"


def test_no_message_goes_where_the_limits_hold_it_back(fair: Fair) -> None:
    register(fair, newcomer(fair, "Fatima", PHONE, may_text=False), newcomer(fair, "Ali"))
    assert fair.links() == []


def test_who_may_not_takes_nobody_along(fair: Fair) -> None:
    with fair.service.writing() as db:
        exhibitions.change_exhibition(db, fair.exhibition.id, state="closed")
    at_desk = newcomer(fair, "Itto", is_at_desk=True)
    assert register(fair, newcomer(fair, "Ali"), at_desk, newcomer(fair, "Omar")) == [
        RegistrationClosed.slug,
        "Itto",
        RegistrationClosed.slug,
    ]
    assert len(fair.service.published("person.registered.v1")) == 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_two_fairs_at_once(service_of: Callable[..., Service], databases: Databases) -> None:
    world = World(service_of, databases)
    here, there = (world.id_of(reference) for reference in ("ouarzazate-12", ELSEWHERE))
    settings, new = world.registration.settings, people.NewVisitor("Fatima", None, "fr")
    with world.registration.writing() as db:
        found = people.register_visitors(db, [people.Newcomer(where, settings, new) for where in (here, there, here)])
    assert [one[0].exhibition_id for one in found if not isinstance(one, Problem)] == [here, there, here]
