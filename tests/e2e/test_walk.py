"""From an empty installation to the first day's counts: an organiser, a reviewer, exhibitors and visitors, by hand."""

import io
import re
import tempfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize

from tests.e2e.test_story import PHONE, read_code
from tests.kit.running import Running
from tests.kit.waiting import wait_until

pytestmark = pytest.mark.browser
DESK: ViewportSize = {"width": 1280, "height": 800}
FAIR, OFFICE = "/fr/tapis-1", "/fr/tapis-1/office"
LOGIN, PASSWORD = "hassan@timnay.example", "un long secret 2026"
STANDS = "hall;stand;x;y;width;depth\nA;A1;0;0;3;3\n{hall};B1;0;0;3;3\n"
PROGRAMME = """type;jour;début;fin;salle;places;titre;titre ar
formation;{second};10:00;12:00;atelier;1;Nouer un tapis;عقد الزربية
conférence;{third};15h;16h;atelier;15;Couleurs;الألوان
"""


class Empty(Running):
    """A Moussem that nobody has begun with."""

    options = ("--empty",)

    def _is_ready(self) -> bool:
        return "/office/first/" in self.said() and self.call("GET", "/registration/health/ready").status == 200

    def _have_no_quiet_hours(self) -> None:
        """The organiser sets them."""

    def password_of(self, login: str) -> str:
        return PASSWORD

    def move_clock(self, moment: datetime) -> None:
        """As the organiser of this fair."""
        token = self.tokens()["registration"]
        body = {"moment": moment.isoformat(), "rate": 1}
        assert self.call("POST", "/registration/v1/rehearsal/clock", body, token=token).status == 200

    def tokens(self) -> dict[str, str]:
        """The organiser's, for each service."""
        answer = self.call("POST", "/registration/v1/staff/sign-in", {"login": LOGIN, "password": PASSWORD})
        found: dict[str, str] = answer.body["tokens"]
        return found

    def sms(self, phone: str, part: str) -> str:
        """The newest text to a number that says this."""
        found = wait_until(lambda: [m["text"] for m in self.messages_to(phone) if part in m["text"]], 20)
        assert found
        return str(found[0])


@pytest.fixture
def empty() -> Iterator[Empty]:
    with tempfile.TemporaryDirectory(prefix="moussem-walk-") as folder:
        running = Empty(Path(folder))
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.stop()


class Walk:
    """Everybody's browsers, in one fair."""

    def __init__(self, browser: Browser, running: Empty, screenshots: Path) -> None:
        self.browser, self.running, self.screenshots = browser, running, screenshots
        self.first_day = datetime.now(UTC).date() + timedelta(days=12)
        self.contexts: list[BrowserContext] = []

    def day(self, nth: int) -> str:
        """The nth day of the fair."""
        return (self.first_day + timedelta(days=nth - 1)).isoformat()

    def somebody(self, size: ViewportSize, language: str = "fr") -> Page:
        """A browser of their own."""
        context = self.browser.new_context(base_url=self.running.url, viewport=size, locale=language)
        context.set_default_timeout(8_000)
        self.contexts.append(context)
        return context.new_page()

    def picture(self, page: Page, name: str) -> None:
        """Keep what is seen."""
        page.screenshot(path=self.screenshots / f"walk-{name}.png", full_page=True)


@pytest.fixture
def walk(browser: Browser, empty: Empty, screenshots: Path) -> Iterator[Walk]:
    started = Walk(browser, empty, screenshots)
    yield started
    for context in started.contexts:
        context.close()


def fill(page: Page, **typed: str) -> None:
    for name, value in typed.items():
        page.fill(f"main [name={name}]", value)


def press(page: Page, form: str = "main form") -> str:
    """Press the first button of a form; the heading of what comes."""
    page.locator(f"{form} button").first.click()
    page.wait_for_load_state()
    return page.locator("h1").inner_text()


def test_from_empty_to_the_first_days_counts(walk: Walk) -> None:
    organiser = walk.somebody(DESK)
    open_the_fair(walk, organiser)
    lay_out(walk, organiser)
    plan_the_programme(walk, organiser)
    reviewer = invite_a_reviewer(walk, organiser)
    reference = apply_from_a_phone(walk)
    apply_for_members(walk)
    decide(walk, organiser, reviewer, reference)
    place(walk, organiser, reference)
    badge = wait_for_a_seat(walk)
    enrol_a_phone(walk, organiser)
    count(walk, organiser, badge)


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
    walk.running.move_clock(datetime.now(UTC).replace(hour=12))
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
    assert "Ville ou village" in later.locator("main .notice").first.inner_text(), "what is missing is named"
    assert later.input_value("[name=business]") == "Tifawin Taznakht", "and nothing that was typed is lost"
    later.fill("[name=town]", "Taznakht")
    later.click("[value=submit]")
    assert "Déposé" in later.locator("main").inner_text()
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
    assert page.input_value("[name=members]") == "Aïcha\nMoha"
    page.click("[value=submit]")
    assert "Déposé" in page.locator("main").inner_text()


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


def place(walk: Walk, organiser: Page, reference: str) -> None:
    organiser.goto(f"{OFFICE}/stands")
    organiser.locator(f"main a[href$='application={reference}']").first.click()
    press(organiser)
    visitor = walk.somebody(PHONE, "ar")
    visitor.goto("/ar/tapis-1/plan?q=تيفاوين")
    assert "Tifawin" in visitor.locator("main").inner_text(), "found by its Arabic spelling"
    walk.picture(visitor, "6-plan")


def wait_for_a_seat(walk: Walk) -> str:
    """Somebody has the last seat and gives it back; the badge's code of who was waiting and has it now."""
    first = walk.somebody(PHONE)
    first.goto(f"{FAIR}/visit")
    fill(first, name="Rachid Naciri", phone="0661000001")
    press(first, "main form:has([name=phone])")
    first.goto(f"{FAIR}/programme/T1")
    press(first, "form[action$='/reserve']")
    second = walk.somebody(PHONE, "ar")
    second.goto("/ar/tapis-1/visit")
    fill(second, name="فاطمة أيت علي", phone="٠٦٦١٠٠٠٠٠٢")
    press(second, "main form:has([name=phone])")
    badge = read_code(second.locator("main .qr-box").first.screenshot())
    second.goto("/ar/tapis-1/programme/T1")
    press(second, "form[action$='/reserve']")
    assert "لائحة الانتظار" in second.locator("main .notice").first.inner_text()
    first.goto(f"{FAIR}/programme/mine")
    first.locator("main li a[href*='/programme/mine/']").first.click()
    first.locator("main a[href$='/cancel']").click()
    press(first, "form[action$='/cancel']")
    link = re.search(r"http\S+/programme/mine/\S+", walk.running.sms("+212661000002", "/programme/mine/"))
    assert link
    second.goto(link.group())
    press(second, "form[action$='/answer']")
    assert second.locator("main .notice.good").count() == 1
    walk.picture(second, "7-seat")
    return badge


def enrol_a_phone(walk: Walk, organiser: Page) -> None:
    walk.running.move_clock(datetime.fromisoformat(f"{walk.day(1)}T09:12:00+00:00"))
    sign_in(organiser)
    organiser.goto(f"{OFFICE}/devices")
    fill(organiser, name="Téléphone du gardien")
    press(organiser)
    link = organiser.locator("main input[value^=http]").first.input_value()
    steward = walk.somebody(PHONE)
    steward.goto(link)
    press(steward)
    assert any(one["name"] == "device_ticketing" for one in walk.contexts[-1].cookies()), "it may read badges now"
    walk.picture(steward, "8-enrolled")


def count(walk: Walk, page: Page, badge: str) -> None:
    """At the gate: yes, then no with the hour; the counts say one, and everything is there to take away."""
    page.goto(f"{OFFICE}/gate/A")
    for kind in ("good", "bad"):
        fill(page, code=badge)
        press(page, "main form:has([name=code])")
        assert page.locator(f"main .notice.{kind}").count() == 1, page.locator("main").inner_text()
    assert "09:1" in page.locator("main .notice").first.inner_text()
    token = walk.running.tokens()["ticketing"]
    path = "/ticketing/v1/exhibitions/tapis-1/counts"
    wait_until(lambda: walk.running.call("GET", path, token=token).body["visits"] == 1, 10)
    page.goto(f"{OFFICE}/counts")
    walk.picture(page, "9-counts")
    for where, form in (("counts", "form[action$='bookings']"), ("lists", "form[action$='/visitors']")):
        page.goto(f"{OFFICE}/{where}")
        with page.expect_download() as taken:
            page.locator(f"{form} [value=csv]").click()
        assert "فاطمة" in taken.value.path().read_text("utf-8") or where == "counts"
