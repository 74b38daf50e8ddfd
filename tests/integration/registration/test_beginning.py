"""From nothing: a link on the console opens the first account, once, and leads to the first fair."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from services.registration.exhibitions.operations import list_exhibitions
from services.registration.staff.domain import EVERYWHERE, Act, Role
from services.registration.staff.operations import accounts, audit, beginning, links
from shared import clock
from tests.integration.registration.conftest import NOVEMBER, Fair, text_of
from tests.integration.registration.test_team import open_account
from tests.kit.services import Service

FORM = {
    "organiser_fr": "Fédération d’artisanat",
    "organiser_ar": "فدرالية الصناعة التقليدية",
    "name": "عائشة أيت علي",
    "login": "06 12 34 56 78",
    "password": "une phrase facile",
}


@pytest.fixture
def nothing(service_of: Callable[..., Service], at: Callable[..., datetime]) -> Fair:
    """An installation right after its first start with `--empty`."""
    at(NOVEMBER)
    service = service_of("registration", LOAD_FAIR="0")
    service.do_due("prepare")
    return Fair(service)


def first_link(nothing: Fair, lang: str = "fr") -> str:
    with nothing.service.writing() as db:
        secret = beginning.first_link(db, nothing.service.settings)
    assert secret
    assert len(secret) >= 22, "128 bits"
    return f"/{lang}/office/first/{secret}"


def test_the_first_link_opens_an_organisers_account_and_leads_to_the_first_fair(nothing: Fair) -> None:
    assert not (nothing.service.settings.data_dir / "staff.txt").exists()
    link, browser = first_link(nothing, "ar"), nothing.browser()
    for _ in range(2):  # a look uses nothing up
        assert browser.get(link).status_code == 200
    opened = browser.post(link, **FORM)
    assert opened.headers["Location"] == "/ar/office/exhibitions/new"
    form = browser.get("/ar/office/exhibitions/new")
    assert 'value="Fédération d’artisanat"' in form.text, "who organises is known already"
    with nothing.service.reading() as db:
        account = accounts.find_account(db, "0612345678")
        (act,) = audit.list_acts(db, [EVERYWHERE], audit.Wanted(), 10)
    assert account is not None
    assert account.roles == {"*": [Role.ORGANISER]}
    assert (act.act, act.name) == (Act.FIRST_ORGANISER_CAME, FORM["name"])
    again = nothing.browser()
    assert again.get(link).status_code == 410
    assert again.post(link, **FORM).status_code == 410
    assert "première foire" not in text_of(again.get(link))


def test_only_the_newest_first_link_counts_and_not_for_ever(nothing: Fair) -> None:
    older, newer = first_link(nothing), first_link(nothing)
    assert nothing.browser().get(older).status_code == 410
    assert nothing.browser().get(newer).status_code == 200
    clock.set_clock(clock.now() + timedelta(hours=12, seconds=1), 0)
    assert nothing.browser().post(newer, **FORM).status_code == 410
    with nothing.service.reading() as db:
        assert beginning.is_empty(db)


def test_once_somebody_exists_there_is_no_first_link_and_an_open_one_ends(nothing: Fair) -> None:
    link = first_link(nothing)
    open_account(nothing, "omar@example.com", {})
    assert nothing.browser().get(link).status_code == 410
    with nothing.service.writing() as db:
        assert beginning.first_link(db, nothing.service.settings) is None


def test_who_began_empty_is_not_given_the_fair_at_a_later_start(service_of: Callable[..., Service]) -> None:
    begun = service_of("registration")
    with begun.writing() as db:
        accounts.open_account(db, accounts.NewStaff("Omar", ("omar@example.com",), "a-long-password", {}))
    begun.do_due("prepare")
    with begun.reading() as db:
        assert list_exhibitions(db) == []


def test_an_invitation_is_no_first_link_and_the_first_link_no_invitation(nothing: Fair) -> None:
    secret = first_link(nothing).rpartition("/")[2]
    assert nothing.browser().get(f"/fr/office/join/{secret}").status_code == 410


def two_at_once(nothing: Fair) -> tuple[list[int], int]:
    """Two people open the first link in the same moment; what each heard, and how many accounts there are."""
    link, heard = first_link(nothing), list[int]()
    together = threading.Barrier(2)

    def come(number: int) -> None:
        browser = nothing.browser()
        together.wait()
        heard.append(browser.post(link, **(FORM | {"login": f"n{number}@example.com"})).status_code)

    threads = [threading.Thread(target=come, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with nothing.service.reading() as db:
        return sorted(heard), len(accounts.all_accounts(db))


def test_of_two_who_open_the_first_link_at_once_one_has_it(nothing: Fair) -> None:
    assert two_at_once(nothing) == ([303, 410], 1)


def test_control_with_the_guards_off_both_would_have_an_account(nothing: Fair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beginning, "look_at_first", lambda *_all: None)
    monkeypatch.setattr(links, "take_link", lambda *_all: None)
    assert two_at_once(nothing) == ([303, 303], 2)


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("field", ["organiser_fr", "name", "login", "password"])
def test_what_is_missing_is_named_and_the_rest_stays(nothing: Fair, field: str) -> None:
    lacking = {name: value for name, value in FORM.items() if name != field and name != "organiser_ar"}
    answer = nothing.browser().post(first_link(nothing), **lacking)
    assert answer.status_code == 422
    assert f'href="#f-{field}"' in answer.text
    assert FORM["password"] not in answer.text
    assert ('value="06 12 34 56 78"' in answer.text) == (field != "login")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_a_name_may_hold_the_marks_that_join_letters(nothing: Fair) -> None:
    """What phones put into names written in Arabic; what controls a screen still may not."""
    joined = FORM | {"name": "عبد\u200cالله أيت\u00a0علي", "organiser_ar": "فدرالية\u200f الصناعة"}
    for screen in ("\u202e", "\x1b"):
        refused = nothing.browser().post(first_link(nothing), **(joined | {"name": f"Ali{screen}"}))
        assert refused.status_code == 422
    assert nothing.browser().post(first_link(nothing), **joined).status_code == 303
