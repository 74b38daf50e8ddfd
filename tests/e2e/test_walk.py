"""From an empty installation to the last day's report, by hand: organiser, reviewer, exhibitors, visitors, stewards."""

import io
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.e2e import days
from tests.kit.beginning import DESK, FAIR, LOGIN, OFFICE, PASSWORD, PHONE, Walk, fill, press, started

pytestmark = pytest.mark.browser
STANDS = "hall;stand;x;y;width;depth\nA;A1;0;0;3;3\n{hall};B1;0;0;3;3\n"
PROGRAMME = """type;jour;début;fin;salle;places;titre;titre ar
formation;{second};10:00;12:00;atelier;1;Nouer un tapis;عقد الزربية
conférence;{third};15h;16h;atelier;15;Couleurs;الألوان
"""


# every form of it works without scripts; test_story and the scanner run with them in any case
WITH_SCRIPTS = [False, pytest.param(True, marks=pytest.mark.full)]


@pytest.fixture(params=WITH_SCRIPTS, ids=["no-scripts", "scripts"])
def walk(browser: Browser, screenshots: Path, request: pytest.FixtureRequest) -> Iterator[Walk]:
    with started() as running:
        walking = Walk(browser, running, screenshots, has_scripts=request.param)
        yield walking
        for context in walking.contexts:
            context.close()


def test_from_empty_to_the_final_report(walk: Walk) -> None:
    organiser = walk.somebody(DESK)
    open_the_fair(walk, organiser)
    lay_out(walk, organiser)
    plan_the_programme(walk, organiser)
    reviewer = invite_a_reviewer(walk, organiser)
    reference = apply_from_a_phone(walk)
    apply_for_members(walk)
    decide(walk, organiser, reviewer, reference)
    stand = place(walk, organiser, reference)
    worker = make_badge_of_the_stand(walk)
    people = days.wait_for_a_seat(walk)
    steward = days.enrol_a_phone(walk, organiser)
    days.read_badges(walk, steward, people.second, worker)
    days.be_there(walk, organiser, stand)
    desk = days.stand_at_the_desk(walk, organiser)
    days.lose_a_badge(walk, desk, steward, people.first)
    days.count(walk, organiser)
    days.teach(walk, organiser, people.second)
    days.report(walk, organiser)


def open_the_fair(walk: Walk, page: Page) -> None:
    link = re.search(r"http\S+/fr/office/first/\S+", walk.running.said())
    assert link, "the console says where to begin"
    page.goto(link.group())
    fill(page, organiser_fr="Coopérative Timnay", name="Hassan", login=LOGIN, password=PASSWORD)
    press(page)
    fill(page, name_fr="Foire des tapis", name_ar="معرض الزرابي", reference="tapis-1")
    fill(page, first_day=walk.day(1), last_day=walk.day(7), venue_fr="Souk", town_fr="Taznakht")
    fill(page, halls="A; 300; Tapis; الزرابي\nB; 200; Cuir; الجلد")
    press(page)
    assert page.url.endswith("/office/setup"), "who has just opened a fair is shown what comes next"
    walk.picture(page, "1-setup")
    sign_in(page)
    page.goto(f"{OFFICE}/notices/quiet-hours")
    fill(page, begins="00:00", ends="00:00")
    press(page)


def sign_in(page: Page) -> None:
    """Days later, the organiser comes back."""
    page.goto("/fr/office/sign-in")
    fill(page, login=LOGIN, password=PASSWORD)
    press(page, "main form:has([name=password])")


def lay_out(walk: Walk, page: Page) -> None:
    page.goto(f"{OFFICE}/stands/new")
    fill(page, csv=STANDS.format(hall="Z"))
    press(page, "form[action$='/list']")
    said = page.locator("main table").first.inner_text()
    assert "Z;B1" in said, "the bad row is named"
    assert "hall Z" in said, "and why"
    fill(page, csv=page.input_value("[name=csv]").replace("Z;", "B;"))
    assert press(page).startswith("2 stands")
    press(page, f"form[action='{OFFICE}/stands/new']")
    page.goto(f"{OFFICE}/gates")
    fill(page, reference="a", name_fr="Porte du souk")
    assert press(page).startswith("1 porte")
    page.goto(f"{OFFICE}/rooms")
    fill(page, reference="atelier", capacity="20", name_fr="Atelier", name_ar="الورشة")
    assert press(page).startswith("1 salle")
    walk.picture(page, "2-rooms")


def plan_the_programme(walk: Walk, page: Page) -> None:
    page.goto(f"{OFFICE}/programme/import")
    fill(page, content=PROGRAMME.format(second=walk.day(2), third=walk.day(60)))
    assert press(page).startswith("1 ligne")
    assert "Jour · Ce jour n’est pas un jour de la foire" in page.locator("main").inner_text()
    fill(page, content=page.input_value("textarea[name=content]").replace(walk.day(60), walk.day(3)))
    assert press(page).startswith("2 lignes")
    assert press(page).startswith("2 séances")
    page.goto(f"{OFFICE}/call")
    press(page)


def invite_a_reviewer(walk: Walk, page: Page) -> Page:
    page.goto(f"{OFFICE}/staff")
    fill(page, login="revue@timnay.example")
    page.check("[value=reviewer]")
    press(page, "form[action$='/invitations']")
    reviewer = walk.somebody(DESK)
    reviewer.goto(page.locator("main input").first.input_value())
    fill(reviewer, name="Naïma", password="encore un secret 2026")
    press(reviewer)
    reviewer.goto(f"{OFFICE}/")
    walk.picture(reviewer, "3-reviewer")
    offered = [str(a.get_attribute("href")) for a in reviewer.locator("main .cards a").all()]
    assert offered == [f"{OFFICE}/applications"], "nobody is led to a page that is not for them"
    return reviewer


def apply_from_a_phone(walk: Walk) -> str:
    page, phone = walk.somebody(PHONE), "+212661223344"
    page.goto(f"{FAIR}/apply")
    picture = io.BytesIO()
    Image.new("RGB", (800, 600), "#A8482A").save(picture, "JPEG")
    page.check("[value=artisan]")
    fill(page, name="Fadma Ouhssain", phone="0661223344")
    page.set_input_files("[name=photos]", {"name": "t.jpg", "mimeType": "image/jpeg", "buffer": picture.getvalue()})
    with page.expect_navigation():
        page.click("[value=keep]")
    text = walk.running.sms(phone, "dossier")
    said = re.search(r"dossier (\S+) .*?(\d{6})", text, re.DOTALL)
    assert said, text
    later = walk.somebody(PHONE)
    later.goto(f"{FAIR}/apply/sign-in")
    fill(later, reference=said.group(1), phone="06 61 22 33 44")
    press(later)
    fill(later, code=said.group(2))
    press(later)
    assert "photo 1" in later.locator("main").inner_text(), "the draft is as it was left"
    later.goto(f"{FAIR}/apply/mine/answers")
    fill(later, business="Tifawin Taznakht", activity="Tissage", town="Taznakht", shows="Tapis Aït Ouaouzguite")
    later.select_option("[name=filiere]", "carpets")
    later.select_option("[name=home]", "MA-08")
    later.fill("[name=town]", "")
    later.click("[value=submit]")
    expect(later.locator("main .notice").first, "what is missing is named").to_contain_text("Ville ou village")
    assert later.input_value("[name=business]") == "Tifawin Taznakht", "and nothing that was typed is lost"
    later.fill("[name=town]", "Taznakht")
    later.click("[value=submit]")
    expect(later.locator("main")).to_contain_text("Déposé")
    walk.picture(later, "4-applied")
    return said.group(1).replace("-", "")


def apply_for_members(walk: Walk) -> None:
    page = walk.somebody(PHONE)
    page.goto(f"{FAIR}/apply")
    page.check("[value=association]")
    fill(page, name="Brahim Oubella", phone="0661223355", business="Association Timnay", activity="Poterie")
    fill(page, town="Agdz", shows="Pots")
    page.select_option("[name=filiere]", "pottery")
    page.select_option("[name=home]", "MA-08")
    page.locator("details:has([name=members_file]) summary").click()
    names = "nom;métier\nAïcha;pottery\nMoha;pottery\n".encode()
    page.set_input_files("[name=members_file]", {"name": "m.csv", "mimeType": "text/csv", "buffer": names})
    page.click("[value=read]")
    expect(page.locator("[name=members]")).to_have_value("Aïcha\nMoha")
    page.click("[value=submit]")
    expect(page.locator("main")).to_contain_text("Déposé")


def decide(walk: Walk, organiser: Page, reviewer: Page, reference: str) -> None:
    reviewer.goto(f"{OFFICE}/applications/{reference}")
    for criterion, score in (("craft", "5"), ("heritage", "4"), ("readiness", "5")):
        reviewer.select_option(f"[name=score-{criterion}]", score)
    press(reviewer, "form[action$='/review']")
    for decision in ("in_review", "accepted"):
        organiser.goto(f"{OFFICE}/applications")
        assert "4,67" in organiser.locator("main").inner_text()
        for box in organiser.locator("[name=references]").all():
            box.check()
        organiser.select_option("[name=decision]", decision)
        press(organiser, "form[action$='/decisions']")
    press(organiser, "form[action$='/publication']")
    link = re.search(r"http\S+", walk.running.sms("+212661223344", "une place vous est"))
    assert link, "the SMS leads to where one answers"
    artisan = walk.contexts[2].pages[0]
    artisan.goto(link.group())
    press(artisan, "form[action$='/confirmation']")
    assert "confirmée" in artisan.locator("main .notice").first.inner_text()
    walk.picture(artisan, "5-confirmed")


def place(walk: Walk, organiser: Page, reference: str) -> str:
    """The office gives a stand; where it stands."""
    organiser.goto(f"{OFFICE}/stands")
    organiser.locator(f"main a[href$='application={reference}']").first.click()
    stand = organiser.input_value("main form [name=stand]")
    walk.picture(organiser, "6-place")
    press(organiser)
    visitor = walk.somebody(PHONE, "ar")
    visitor.goto("/ar/tapis-1/plan?q=تيفاوين")
    assert "Tifawin" in visitor.locator("main").inner_text(), "found by its Arabic spelling"
    walk.picture(visitor, "6-plan")
    return stand


def make_badge_of_the_stand(walk: Walk) -> str:
    """The exhibitor makes a badge for who works there; its letters."""
    artisan = walk.contexts[2].pages[0]
    artisan.goto(f"{FAIR}/apply/mine")
    artisan.locator("main a[href$='/apply/badges']").first.click()
    fill(artisan, name="ⵜⴰⵏⵉⵔⵜ Ouzzine")
    press(artisan, "form[action$='/badges']")
    artisan.locator("main a[href$='/badges/1']").click()
    assert artisan.locator("main a[href$='.pdf']").count() == 1
    walk.picture(artisan, "7-badge-of-the-stand")
    return artisan.locator("main .code").first.inner_text()
