"""A badge can be read by a real reader, from the picture and from the print, and its name by anybody."""

import io
import unicodedata
from typing import Any

import base45
import pypdfium2
import pytest
import zxingcpp
from fpdf.fonts import TTFFont
from PIL import Image, ImageChops

from services.paper_fonts import MarkedFont
from services.registration.staff.domain import Purpose
from services.registration.staff.operations import keys
from services.registration.visitors.operations import badges, print_badge
from shared import tokens
from tests.integration.registration.conftest import Fair
from tests.kit.services import Service

MIXED = ["فاطمة Aït Ali", "Aït Ali فاطمة", "ⵜⴰⵏⵉⵔⵜ فاطمة Ouzzine", "Ali بن Ali بن Ali", "Mohamed أيت (تنغير) 12"]
SIGNED = [
    "مُحَمَّد",
    "محمّد أيت لحسن",
    "مُحَمَّد بن عَبْد اللّه",
    "عَبْد السَّلام بن الحُسَيْن",
    "مُحَمَّد Ali عَبْد Ali",
    "12 محمّد-علي",
    "عبد الله السلامي",
]
LEFT_TO_RIGHT_MARK = "\u200e"
NAMES = ["فاطمة الزهراء أيت علي", "ⴼⴰⵟⵉⵎⴰ ⵜⴰⵎⴰⵣⵉⵖⵜ", "Aïcha Benömar", "प्रिया शर्मा", "Zoé 李 🧵", "W" * 120]


def read_back(picture: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(picture)]


def pixels_and_text(pdf: bytes) -> tuple[Image.Image, str]:
    document = pypdfium2.PdfDocument(pdf)
    page = document[0]
    text_page = page.get_textpage()
    picture, text = page.render(scale=3).to_pil(), text_page.get_text_range()
    for part in (text_page, page, document):
        part.close()
    return picture, str(text)


def test_the_picture_is_read_by_a_reader(fair: Fair) -> None:
    said = fair.register()
    answer = fair.get("/visitors/me/badge.png", said["tokens"]["registration"])
    assert answer.content_type == "image/png"
    assert read_back(Image.open(io.BytesIO(answer.data))) == [said["badge"]["code"]]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("name", "lang"), list(zip(NAMES, ["ar", "zgh", "fr", "en", "fr", "ar"], strict=True)))
def test_the_print_is_read_by_a_reader_and_carries_the_name(fair: Fair, name: str, lang: str) -> None:
    said = fair.register(name)
    answer = fair.service.new_client().get(
        "/registration/v1/exhibitions/ouarzazate-12/visitors/me/badge.pdf",
        headers={"Authorization": f"Bearer {said['tokens']['registration']}", "Accept-Language": lang},
    )
    assert answer.content_type == "application/pdf"
    picture, text = pixels_and_text(answer.data)
    assert read_back(picture) == [said["badge"]["code"]]
    assert said["badge"]["reference"] in text
    if name in NAMES[:3]:
        assert name in text


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", [*NAMES[:3], *MIXED, *SIGNED])
@pytest.mark.parametrize("lang", ["ar", "fr"])
def test_a_name_is_taken_out_of_the_print_as_it_was_typed(fair: Fair, name: str, lang: str) -> None:
    headers = {"Authorization": f"Bearer {fair.register(name)['tokens']['registration']}", "Accept-Language": lang}
    here = "/registration/v1/exhibitions/ouarzazate-12/visitors/me/badge.pdf"
    _picture, text = pixels_and_text(fair.service.new_client().get(here, headers=headers).data)
    lines = [unicodedata.normalize("NFC", line.replace(LEFT_TO_RIGHT_MARK, "")) for line in text.splitlines()]
    assert unicodedata.normalize("NFC", name) in lines, text


@pytest.mark.parametrize("name", SIGNED)
def test_signs_are_drawn_where_the_letters_put_them(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """To tell a reader what is typed moves nothing on paper: the picture is the library's own, but for rounding."""

    def drawn() -> Image.Image:
        pdf = print_badge.sheet((print_badge.WIDTH, print_badge.HEIGHT))
        print_badge.write(pdf, name, size=21, lines=2)
        return pixels_and_text(bytes(pdf.output()))[0].convert("L")

    told = drawn()
    monkeypatch.setattr(MarkedFont, "shape_text", TTFFont.shape_text)
    apart = ImageChops.difference(told, drawn()).histogram()
    assert sum(apart[16:]) == 0


def test_a_blank_stands_between_letters_and_figures() -> None:
    """«أيت12» was drawn for «أيت 12» in a line that runs from the left."""
    pdf = print_badge.sheet((print_badge.WIDTH, print_badge.HEIGHT))
    print_badge.write(pdf, "Mohamed أيت 12", size=21, lines=1)
    picture = pixels_and_text(bytes(pdf.output()))[0].convert("L")
    columns = [sum(picture.crop((x, 0, x + 1, picture.height)).histogram()[:128]) for x in range(picture.width)]
    gaps = "".join("#" if ink else " " for ink in columns).strip().split("#")
    assert len([gap for gap in gaps if len(gap) > 20]) == 2


def test_the_code_is_signed_by_the_published_key(fair: Fair) -> None:
    code = fair.register()["badge"]["code"]
    raw = base45.b45decode(code.removeprefix("MSM:"))
    (key,) = [m["body"] for m in fair.service.published("key.published.v1") if m["body"]["purpose"] == "badge"]
    assert tokens.verify_bytes(tokens.unb64(key["public_key"]), raw[:27], raw[27:])
    (issued,) = fair.service.published("badge.issued.v1")
    assert raw[6:22] == issued["subject_id"].bytes
    assert int.from_bytes(raw[2:4]) == key["number"]
    assert int.from_bytes(raw[4:6]) == 12


def test_a_lost_badge_is_replaced_and_both_are_told_of(fair: Fair) -> None:
    said = fair.register()
    token = said["tokens"]["registration"]
    answers = [fair.post("/visitors/me/badge/replacement", {}, key="lost", token=token) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].get_json() == answers[1].get_json() != said["badge"]
    old, gone, new = (message for message in fair.service.published("badge.issued.v1"))
    assert gone["subject_id"] == old["subject_id"]
    assert (gone["subject_version"], gone["body"]["state"]) == (2, "replaced")
    assert (new["subject_version"], new["body"]["state"]) == (1, "valid")
    assert new["body"]["replaces"] == str(old["subject_id"])
    shown = fair.get("/visitors/me/badge", token).get_json()
    assert shown == answers[0].get_json()


def test_nobody_sees_a_badge_without_its_token(fair: Fair) -> None:
    said = fair.register()
    for path in ("/visitors/me", "/visitors/me/badge", "/visitors/me/badge.png", "/visitors/me/badge.pdf"):
        assert fair.get(path).status_code == 401
        assert fair.get(path, said["tokens"]["ticketing"]).status_code == 401


def test_a_forged_token_is_nobody(fair: Fair, registration: Service) -> None:
    said = fair.register()
    key = tokens.new_key()
    claims: dict[str, Any] = {
        "sub": said["person_id"],
        "ex": str(fair.exhibition.id),
        "aud": "registration",
        "exp": 4_000_000_000,
    }
    forged = tokens.sign(claims, private=key.private, key_id=key.key_id, typ="person+jwt")
    assert fair.get("/visitors/me", forged).status_code == 401


def test_after_a_badge_key_is_revoked_people_find_a_new_code_for_the_same_badge(fair: Fair) -> None:
    said = fair.register()
    with fair.service.writing() as db:
        key = keys.signer(db, fair.service.settings, Purpose.BADGE)
        assert badges.revoke_badge_key(db, fair.service.settings, key.key_id) == 1
        assert badges.revoke_badge_key(db, fair.service.settings, key.key_id) == 0
    shown = fair.get("/visitors/me/badge", said["tokens"]["registration"]).get_json()
    assert shown["reference"] == said["badge"]["reference"]
    assert shown["code"] != said["badge"]["code"]
    raw = base45.b45decode(shown["code"].removeprefix("MSM:"))
    new = fair.service.published("key.published.v1")[-2]["body"]
    assert (new["number"], new["is_revoked"]) == (2, False)
    assert tokens.verify_bytes(tokens.unb64(new["public_key"]), raw[:27], raw[27:])
