"""Who serves several fairs is led to the nearest, finds the others, and a new one if they may open it."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest

from services.registration.staff.domain import EVERYWHERE, Role
from tests.integration.registration.conftest import NOVEMBER, Browser, Fair, text_of
from tests.integration.registration.test_opening import FORM, NEW
from tests.integration.registration.test_team import open_account, signed_in

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
HERE = "/fr/ouarzazate-12/office"
NEXT_YEAR = {"reference": "ouarzazate-13", "first_day": "2027-12-03", "last_day": "2027-12-22"}


def organiser_of_all(fair: Fair) -> Browser:
    return signed_in(fair, open_account(fair, "all@example.com", {EVERYWHERE: (Role.ORGANISER,)}))


def fairs_in(page: str) -> list[str]:
    """The offices a page lists, in its order."""
    return re.findall(r'<h2><a href="/fr/([\w-]+)/office/"', page)


@pytest.mark.parametrize(
    ("today", "nearest"),
    [
        (NOVEMBER, "ouarzazate-12"),
        (datetime(2026, 12, 10, 12), "ouarzazate-12"),
        (datetime(2027, 1, 2), "ouarzazate-13"),
        (datetime(2028, 1, 2), "ouarzazate-13"),
    ],
    ids=["before this year's", "during it", "before next year's", "after both"],
)
def test_next_years_fair_takes_nobody_away_from_this_years(
    fair: Fair, at: Callable[..., datetime], today: datetime, nearest: str
) -> None:
    copied = organiser_of_all(fair).post(f"{HERE}/copy", **FORM | NEXT_YEAR)
    assert copied.status_code == 303
    at(today)
    account = open_account(fair, "steward@example.com", {EVERYWHERE: (Role.STEWARD,)})
    assert signed_in(fair, account).get("/fr/office/").headers["Location"] == f"/fr/{nearest}/office/"
    listed = re.findall(r'<h3><a href="/fr/([\w-]+)/"', fair.browser().get("/fr/").text)
    assert listed[0] == nearest, "visitors find it first too"
    assert len(listed) == 2


def test_every_fair_that_one_serves_is_listed_and_the_present_one_marked(fair: Fair) -> None:
    everywhere = organiser_of_all(fair)
    everywhere.post(f"{HERE}/copy", **FORM | NEXT_YEAR)
    page = everywhere.get(f"{HERE}/fairs")
    assert fairs_in(page.text) == ["ouarzazate-12", "ouarzazate-13"]
    assert re.search(r'href="/fr/ouarzazate-12/office/" aria-current="true"', page.text)
    assert "Vous travaillez à 2 foires" in text_of(page)
    assert "vendredi 3 décembre 2027" in text_of(page)
    assert f'href="{NEW}"' in page.text
    assert "Bientôt" in text_of(page)
    there = everywhere.get("/fr/ouarzazate-13/office/fairs").text
    assert re.search(r'href="/fr/ouarzazate-13/office/" aria-current="true"', there)


def test_who_serves_one_fair_sees_no_other_and_opens_none(fair: Fair) -> None:
    organiser_of_all(fair).post(NEW, **FORM)
    desk = signed_in(fair, open_account(fair, "desk@example.com", {fair.exhibition.id: (Role.DESK,)}))
    page = desk.get(f"{HERE}/fairs")
    assert fairs_in(page.text) == ["ouarzazate-12"]
    assert NEW not in page.text
    assert desk.get("/fr/taznakht-4/office/fairs").status_code == 403


@pytest.mark.parametrize("role", list(Role))
def test_the_list_is_reached_from_every_first_page_and_every_menu(fair: Fair, role: Role) -> None:
    somebody = signed_in(fair, open_account(fair, "some@example.com", {fair.exhibition.id: (role,)}))
    assert somebody.get(f"{HERE}/").text.count(f'href="{HERE}/fairs"') == 2, "in the menu and on the page"
    assert f'href="{HERE}/fairs"' in somebody.get(f"{HERE}/account").text
