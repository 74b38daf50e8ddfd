"""Nobody of the staff is led to a page that is closed to them: the office is walked as each role."""

import re
from collections import Counter
from urllib.parse import urlsplit

import pytest
from flask import Flask
from werkzeug.exceptions import HTTPException

from deploy.embedded.plan import target_of
from services.registration.exhibitions.operations import find_exhibition
from services.registration.staff.domain import Role
from shared.web.callers import allowed_to
from tests.integration.house.acting import OFFICE, Office
from tests.integration.registration.exhibitors import confirm
from tests.kit.world import HERE, World, form_client

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
OF_A_KIND = 3  # pages opened under one rule: a list of 240 stands leads to 240 alike
LINK = re.compile(r'<a [^>]*?href="([^"#]*)')


@pytest.mark.parametrize("role", Role)
def test_no_link_of_the_office_leads_its_reader_to_a_closed_page(world: World, role: Role) -> None:
    caller, waiting = world.caller(f"{role} of {HERE}"), [f"{OFFICE}/", *furnished(world)]
    seen: Counter[str] = Counter()
    opened, closed = set(), set()
    for address in waiting:  # grows while it is walked
        service = world.service(target_of(address))
        rule, who = rule_of(service.app, address)
        if address in opened or seen[rule] == OF_A_KIND or not {role, "anyone"} & who:
            continue
        opened.add(address)
        seen[rule] += 1
        answer = form_client(service, caller)[0].get(address)
        assert answer.status_code not in (401, 403), address
        links = {urlsplit(link).path for link in LINK.findall(answer.text if answer.mimetype == "text/html" else "")}
        inside = sorted(link for link in links if link.startswith(OFFICE))
        closed |= {f"{address} → {link}" for link in inside if not is_open(world, link, role)}
        waiting += inside
    assert not closed, f"{role} is led to what is closed:\n" + "\n".join(sorted(closed))
    assert len(seen) > 5, f"{role} saw only {seen}"


def is_open(world: World, address: str, role: Role) -> bool:
    return bool({role, "anyone"} & rule_of(world.service(target_of(address)).app, address)[1])


def rule_of(app: Flask, address: str) -> tuple[str, frozenset[str]]:
    """The rule under which an address lies, and who may open it."""
    try:
        rule, _values = app.url_map.bind("").match(address, method="GET", return_rule=True)
    except HTTPException:
        return address, frozenset()
    return rule.rule, allowed_to(app.view_functions[rule.endpoint]) or frozenset()


def furnished(world: World) -> list[str]:
    """Pages of a dossier that was sent back, of one that has a stand, and of its stand; of somebody at the desk."""
    visitor = world.register()["reference"]
    with world.registration.writing() as db:
        here = find_exhibition(db, HERE)
        [placed], [lacking] = confirm(db, here), confirm(db, here, state="incomplete", missing=["shows"])
    days = {"first_day": here.first_day.isoformat(), "last_day": here.last_day.isoformat()}
    office = Office(world, "registration")
    assert office.form("stands/place", application=placed, stand="A-014", **days).status_code == 303
    paths = (
        f"stands/A-014 desk/people/{visitor} applications/{placed} applications/{lacking} applications/{lacking}/paper"
    )
    return [f"{OFFICE}/{path}" for path in paths.split()]
