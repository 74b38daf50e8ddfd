"""The chief forms where no scripts run: refused, they say where and keep what was typed; put right, they do it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.kit.running import BEFORE_THE_FAIR, FAIR, Running

pytestmark = pytest.mark.browser
HERE, OFFICE = f"/fr/{FAIR}", f"/fr/{FAIR}/office"
NAME, SHORT = "Zineb <b>Ouhssain</b> زينب", "06 61"


@pytest.fixture(scope="module", autouse=True)
def before_the_fair(moussem: Running) -> None:
    """Whatever day the tests before have played."""
    moussem.set_clock(BEFORE_THE_FAIR)


@pytest.fixture
def page(browser: Browser, moussem: Running) -> Iterator[Page]:
    with browser.new_context(
        base_url=moussem.url, viewport={"width": 360, "height": 740}, java_script_enabled=False, locale="fr"
    ) as context:
        context.set_default_timeout(60_000)
        yield context.new_page()


def send(page: Page, form: str, **typed: str) -> None:
    """Fill a form and press its first button."""
    for name, value in typed.items():
        page.fill(f"{form} [name={name}]", value)
    with page.expect_navigation():
        page.locator(f"{form} button").first.click()


def is_refused_at(page: Page, field: str) -> None:
    """Told at the top, with a link to the field, where it is told again."""
    page.locator(f"main [role=alert] a[href='#f-{field}']").click()
    assert page.url.endswith(f"#f-{field}")
    expect(page.locator(f"#f-{field}")).to_be_visible()


def is_kept(page: Page, form: str, **typed: str) -> None:
    for name, value in typed.items():
        expect(page.locator(f"{form} [name={name}]")).to_have_value(value)


def sign_in(page: Page, moussem: Running) -> None:
    page.goto("/fr/office/sign-in")
    send(page, "main form", login="organiser@moussem.example", password=moussem.password_of("organiser"))


def test_registering(page: Page) -> None:
    page.goto(f"{HERE}/visit")
    form = "form[action$='/visit']"
    page.select_option("[name=home]", "MA-08")
    send(page, form, name=NAME, phone=SHORT, email="zineb@souk.example")
    is_refused_at(page, "phone")
    is_kept(page, form, name=NAME, phone=SHORT, email="zineb@souk.example", home="MA-08")
    send(page, form, phone="06 61 40 00 01")
    expect(page.locator("main")).to_contain_text(NAME)
    assert "/me" in page.url


def test_reserving_and_giving_back(page: Page, moussem: Running) -> None:
    session = next(one for one in moussem.sessions(kind="conference") if one["seats"]["left"] > 10)
    page.goto(f"{HERE}/programme/{session['reference']}")
    page.select_option("[name=party_size]", "2")
    send(page, "#reserve form", name=NAME, phone=SHORT)
    is_refused_at(page, "phone")
    is_kept(page, "main form", name=NAME, phone=SHORT, party_size="2", reserve=session["reference"])
    send(page, "main form", phone="06 61 40 00 02")
    expect(page.locator("main .notice.good")).to_be_visible()
    booking = page.url
    late = page.context.new_page()
    for tab in (page, late):
        tab.goto(f"{booking}/cancel")
    send(page, "main form")
    expect(page.locator("main .notice.bad h2")).to_contain_text("annulée")
    send(late, "main form")
    expect(late.locator("main .notice.bad").first).to_be_visible()
    expect(late.locator("h1")).to_have_text(session["titles"]["fr"])


def test_applying(page: Page) -> None:
    form = f"form[action$='{HERE}/apply']"
    typed = {"name": NAME, "business": "Tifawin", "activity": "Tissage", "town": "Taznakht", "members": "Brahim\nخديجة"}
    page.goto(f"{HERE}/apply")
    page.check("[value=cooperative]")
    page.check("[name=needs_power]")
    page.select_option("[name=filiere]", "carpets")
    page.select_option("[name=home]", "MA-08")
    for name, value in (typed | {"phone": SHORT, "shows": "Dix tapis noués"}).items():
        page.fill(f"{form} [name={name}]", value)
    with page.expect_navigation():
        page.press("[name=phone]", "Enter")
    is_refused_at(page, "phone")
    is_kept(page, form, **typed, phone=SHORT, shows="Dix tapis noués", filiere="carpets", home="MA-08")
    assert page.is_checked("[value=cooperative]")
    assert page.is_checked("[name=needs_power]")
    page.fill("[name=phone]", "06 61 40 00 03")
    page.click("[value=submit]")
    expect(page.locator("main")).to_contain_text("Déposé")


def test_signing_in(page: Page, moussem: Running) -> None:
    page.goto(f"/fr/office/sign-in?next={OFFICE}/counts")
    send(page, "main form", login="organiser@moussem.example", password="not this one")
    is_refused_at(page, "password")
    is_kept(page, "main form", login="organiser@moussem.example", password="")
    send(page, "main form", password=moussem.password_of("organiser"))
    assert page.url.endswith(f"{OFFICE}/counts")


def test_deciding(page: Page, moussem: Running) -> None:
    answers = {"kind": "artisan", "filiere": "carpets", "activity": "Tapis", "town": "Taznakht", "country": "MA"}
    answers |= {"region": "MA-08", "shows": "Dix tapis", "name": "Fadma Decide", "phone": "+212661400004"}
    mine = moussem.call("POST", f"/registration/v1/exhibitions/{FAIR}/applications", answers).body
    own = mine["tokens"]["registration"]
    moussem.call("POST", f"/registration/v1/exhibitions/{FAIR}/applications/mine/submission", {}, token=own)
    sign_in(page, moussem)
    page.goto(f"{OFFICE}/applications?q=Decide")
    form = "form[action*='/decisions']"
    page.check(f"[value='{mine['reference']}']")
    page.select_option("[name=decision]", "incomplete")
    send(page, form, reason="Une photo, s’il vous plaît")
    is_refused_at(page, "missing")
    is_kept(page, form, decision="incomplete", reason="Une photo, s’il vous plaît")
    assert page.is_checked(f"[value='{mine['reference']}']"), "whom it is about is not asked again"
    page.check("[name=missing] >> nth=0")
    page.locator(f"{form} button").click()
    expect(page.locator("main .notice.good")).to_contain_text(mine["reference"])
    expect(page.locator("[name=q]")).to_have_value("Decide")
