"""The staff of an exhibition: invited by link, changed, closed, reset; every act is in the log."""

import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.registration.staff.domain import EVERYWHERE, Act, Role
from services.registration.staff.operations import accounts, audit
from shared import clock
from shared.ids import new_id
from tests.integration.registration.conftest import Browser, Fair, bearer, text_of
from tests.kit.tree import ROOT

OFFICE = "/fr/ouarzazate-12/office"
NEW = "une phrase facile"


@pytest.fixture
def organiser(fair: Fair, staff_id: UUID) -> Browser:
    """The first organiser, signed in."""
    return signed_in(fair, staff_id)


def signed_in(fair: Fair, staff_id: UUID) -> Browser:
    with fair.service.writing() as db:
        account = accounts.account_of(db, staff_id)
        assert account is not None
        token = accounts.staff_tokens(db, fair.service.settings, account)["registration"]
    browser = fair.browser()
    browser.client.set_cookie("staff_registration", token)
    return browser


def open_account(fair: Fair, login: str, roles: dict[UUID, tuple[Role, ...]]) -> UUID:
    with fair.service.writing() as db:
        return accounts.open_account(db, accounts.NewStaff(login, (login,), "a-long-password", roles))


def link_in(page_text: str) -> str:
    found = re.search(r'value="https?://[^/"]+(/fr/office/join/[\w-]{22})"', page_text)
    assert found, page_text
    return found[1]


def invited(organiser: Browser, login: str = "aicha@example.com", /, **more: str) -> str:
    """The address behind a fresh invitation."""
    sent = organiser.post(f"{OFFICE}/staff/invitations", **({"login": login, "roles": "desk"} | more))
    assert sent.status_code == 303, sent.text
    return link_in(organiser.get(sent.headers["Location"]).text)


def acts(fair: Fair) -> list[str]:
    """What the log holds, oldest first."""
    with fair.service.reading() as db:
        rows = audit.list_acts(db, [fair.exhibition.id], audit.Wanted(), 100)
    return [row.act for row in reversed(rows)]


def test_somebody_invited_joins_with_a_link_and_works_here_only(fair: Fair, organiser: Browser) -> None:
    address = invited(organiser)
    newcomer = fair.browser()
    assert "Agent d’accueil" in text_of(newcomer.get(address))
    assert newcomer.get(address).status_code == 200, "looking uses nothing up"
    welcome = newcomer.post(address, name="Aïcha", password=NEW)
    assert welcome.status_code == 303
    assert newcomer.get("/fr/office/").headers["Location"] == f"{OFFICE}/"
    assert newcomer.get(f"{OFFICE}/").status_code == 200
    assert newcomer.get(f"{OFFICE}/staff").status_code == 403
    told = fair.service.published("staff.changed.v1")[-1]["body"]
    assert told["roles"] == {str(fair.exhibition.id): ["desk"]}
    assert acts(fair) == [Act.STAFF_INVITED, Act.STAFF_JOINED]


def test_a_link_works_once_and_for_seven_days(fair: Fair, organiser: Browser, at: Callable[..., datetime]) -> None:
    used, late = invited(organiser), invited(organiser, "late@example.com")
    fair.browser().post(used, name="Aïcha", password=NEW)
    again = fair.browser().post(used, name="Somebody", password=NEW)
    assert again.status_code == 410
    at(clock.now() + timedelta(days=7))
    assert fair.browser().get(late).status_code == 410
    assert fair.browser().post(late, name="Late", password=NEW).status_code == 410


def test_a_withdrawn_invitation_opens_nothing(fair: Fair, organiser: Browser) -> None:
    address = invited(organiser)
    place = re.search(r"/staff/invitations/[\w-]+/withdrawal", organiser.get(f"{OFFICE}/staff").text)
    assert place
    assert organiser.post(OFFICE + place[0]).status_code == 303
    assert fair.browser().get(address).status_code == 410
    assert organiser.post(OFFICE + place[0]).status_code == 404


def test_an_invitation_pressed_twice_is_one(fair: Fair, organiser: Browser) -> None:
    assert invited(organiser, idempotency_key="pressed") == invited(organiser, idempotency_key="pressed")
    assert acts(fair) == [Act.STAFF_INVITED]


def test_the_secret_of_a_link_lies_nowhere(fair: Fair, organiser: Browser) -> None:
    secret = invited(organiser, idempotency_key="pressed").rpartition("/")[2]
    with fair.service.reading() as db:
        for metadata in fair.service.metadata:
            for table in metadata.tables.values():
                assert not [row for row in db.execute(table.select()) if secret in str(row)], table.name


def test_a_bad_invitation_or_answer_keeps_what_was_typed(fair: Fair, organiser: Browser) -> None:
    bad = organiser.post(f"{OFFICE}/staff/invitations", login="nobody at all", roles="desk")
    assert bad.status_code == 422
    assert 'value="nobody at all"' in bad.text
    assert 'value="desk" checked' in bad.text
    assert organiser.post(f"{OFFICE}/staff/invitations", login="a@example.com").status_code == 422
    short = fair.browser().post(invited(organiser), name="Aïcha", password="short")
    assert short.status_code == 422
    assert 'value="Aïcha"' in short.text


def test_somebody_with_an_account_gets_the_roles_at_once(fair: Fair, organiser: Browser) -> None:
    staff_id = open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.DESK,)})
    sent = organiser.post(f"{OFFICE}/staff/invitations", login="OMAR@example.com", roles="steward")
    assert sent.headers["Location"].endswith("staff?added=1")
    with fair.service.reading() as db:
        account = accounts.account_of(db, staff_id)
    assert account is not None
    assert account.roles == {str(fair.exhibition.id): ["desk", "steward"]}


def test_roles_are_changed_and_the_old_token_dies(fair: Fair, organiser: Browser) -> None:
    staff_id = open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.ORGANISER,)})
    omar = signed_in(fair, staff_id)
    assert omar.get(f"{OFFICE}/staff").status_code == 200
    assert organiser.post(f"{OFFICE}/staff/{staff_id}/roles", roles="viewer").status_code == 303
    assert omar.get(f"{OFFICE}/staff").status_code == 303
    assert signed_in(fair, staff_id).get(f"{OFFICE}/staff").status_code == 403
    assert acts(fair) == [Act.ROLES_CHANGED]


def test_a_closed_account_is_out_and_its_links_with_it(fair: Fair, organiser: Browser) -> None:
    staff_id = open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.DESK,)})
    reset = organiser.post(f"{OFFICE}/staff/{staff_id}/reset")
    address = link_in(organiser.get(reset.headers["Location"]).text)
    omar = signed_in(fair, staff_id)
    assert organiser.post(f"{OFFICE}/staff/{staff_id}/closing").status_code == 303
    assert omar.get(f"{OFFICE}/").status_code == 303
    assert fair.browser().post(address, password=NEW).status_code == 410
    assert fair.service.published("staff.changed.v1")[-1]["body"]["is_active"] is False


def test_a_reset_link_sets_a_new_password(fair: Fair, organiser: Browser) -> None:
    staff_id = open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.DESK,)})
    first = organiser.post(f"{OFFICE}/staff/{staff_id}/reset").headers["Location"]
    older = link_in(organiser.get(first).text)
    newer = link_in(organiser.get(organiser.post(f"{OFFICE}/staff/{staff_id}/reset").headers["Location"]).text)
    assert fair.browser().get(older).status_code == 410, "a new link ends the one before"
    omar = fair.browser()
    assert omar.post(newer, password=NEW).status_code == 303
    assert omar.get(f"{OFFICE}/").status_code == 200
    signed = omar.post("/fr/office/sign-in", login="omar@example.com", password=NEW)
    assert signed.status_code == 303
    assert acts(fair)[-2:] == [Act.PASSWORD_RESET, Act.SIGNED_IN]


def test_an_organiser_of_one_fair_rules_over_nobody_elses_account(fair: Fair, staff_id: UUID) -> None:
    """Else the reset of an organiser of all fairs would be a ladder."""
    local = signed_in(fair, open_account(fair, "local@example.com", {fair.exhibition.id: (Role.ORGANISER,)}))
    two: dict[UUID, tuple[Role, ...]] = {fair.exhibition.id: (Role.DESK,), UUID(int=7): (Role.DESK,)}
    for other in (staff_id, open_account(fair, "two@example.com", two)):
        for verb in ("reset", "closing"):
            assert local.post(f"{OFFICE}/staff/{other}/{verb}").status_code == 403
    stranger = open_account(fair, "far@example.com", {UUID(int=7): (Role.DESK,)})
    assert local.get(f"{OFFICE}/staff/{stranger}").status_code == 404
    assert local.post(f"{OFFICE}/staff/{stranger}/reset").status_code == 404


def test_nobody_shuts_themselves_out(organiser: Browser, staff_id: UUID) -> None:
    for verb in ("roles", "closing", "reset"):
        assert organiser.post(f"{OFFICE}/staff/{staff_id}/{verb}").status_code == 409


def test_a_link_is_shown_only_to_who_made_it(fair: Fair, organiser: Browser) -> None:
    sent = organiser.post(f"{OFFICE}/staff/invitations", login="aicha@example.com", roles="organiser")
    other = signed_in(fair, open_account(fair, "other@example.com", {EVERYWHERE: (Role.ORGANISER,)}))
    assert other.get(sent.headers["Location"]).status_code == 404


def test_ones_own_password_needs_the_old_one(fair: Fair) -> None:
    staff_id = open_account(fair, "omar@example.com", {fair.exhibition.id: (Role.STEWARD,)})
    here, elsewhere = signed_in(fair, staff_id), signed_in(fair, staff_id)
    wrong = here.post(f"{OFFICE}/password", old="not-this-one", password=NEW)
    assert wrong.status_code == 422
    assert NEW not in wrong.text
    assert here.post(f"{OFFICE}/password", old="a-long-password", password=NEW).status_code == 303
    assert here.get(f"{OFFICE}/").status_code == 200
    assert elsewhere.get(f"{OFFICE}/").status_code == 303
    assert acts(fair) == [Act.PASSWORD_CHANGED]


def test_the_log_says_facts_as_people_do(fair: Fair, staff_id: UUID, organiser: Browser) -> None:
    by = audit.By(fair.exhibition.id, staff_id)
    with fair.service.writing() as db:
        audit.note(db, by, Act.VISITORS_EXPORTED, "", contacts=True)
        audit.note(db, by, Act.STAND_GIVEN, "Fatima", change="B-021 2026-12-04–2026-12-23", reason="9999-99-99")
    told = organiser.get(f"{OFFICE}/log").text
    assert "avec les numéros de téléphone" in told
    assert "B-021 ven. 4 déc.–mer. 23 déc. · 9999-99-99" in told
    assert "True" not in told


def test_the_log_is_told_newest_first_and_in_parts(fair: Fair, staff_id: UUID, organiser: Browser) -> None:
    with fair.service.writing() as db:
        for number in range(60):
            by = audit.By(fair.exhibition.id, staff_id)
            audit.note(db, by, Act.ROLES_CHANGED, f"nobody {number}", after=["desk"])
    first = organiser.get(f"{OFFICE}/log")
    assert "nobody 59" in first.text
    assert "nobody 9<" not in first.text
    assert "Agent d’accueil" in first.text
    older = re.search(r"\?before=[\w-]+", first.text)
    assert older
    assert "nobody 9<" in organiser.get(f"{OFFICE}/log{older[0]}").text
    cookie = organiser.client.get_cookie("staff_registration")
    assert cookie is not None
    told = fair.service.new_client().get(
        "/registration/v1/exhibitions/ouarzazate-12/audit?at_most=10", headers=bearer(cookie.value)
    )
    said = told.get_json()
    assert [act["subject"] for act in said["acts"]] == [f"nobody {n}" for n in range(59, 49, -1)]
    assert said["next"] == said["acts"][-1]["id"]


def test_what_is_rolled_back_is_not_in_the_log(fair: Fair, staff_id: UUID) -> None:
    by = audit.By(fair.exhibition.id, staff_id)
    with pytest.raises(RuntimeError), fair.service.writing() as db:
        audit.note(db, by, Act.ROLES_CHANGED, "nobody")
        raise RuntimeError
    assert acts(fair) == []


def test_what_another_service_tells_is_kept_once_even_of_somebody_unknown_here(fair: Fair, staff_id: UUID) -> None:
    body = json.loads((ROOT / "tests/contracts/staff.acted.v1.json").read_text())["example"]
    for who in (body["staff_id"], str(staff_id)):
        message = new_id()
        for _ in range(2):
            told, here = body | {"staff_id": who}, fair.exhibition.id
            done = fair.service.receive("staff.acted.v1", told, subject_id=UUID(who), exhibition_id=here, id=message)
            assert done == "done"
    with fair.service.reading() as db:
        rows = audit.list_acts(db, [fair.exhibition.id], audit.Wanted(service="ticketing"), 10)
    assert [(row.act, row.subject, row.facts, row.name) for row in rows] == [
        ("session_changed", "T1", {"seats": 24}, "Organiser"),
        ("session_changed", "T1", {"seats": 24}, None),
    ]
