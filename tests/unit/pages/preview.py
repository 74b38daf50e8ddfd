"""Shows the look with sample data: `python -m tests.unit.pages.preview FOLDER` writes HTML pages there."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from jinja2.runtime import Undefined

from shared.i18n import direction, gettext, load_catalogues, ngettext, speaking
from shared.pages import TEMPLATES, TRANSLATIONS, prepare
from shared.pages.assets import FOLDER, PREFIX, asset, asset_url

LABELS = {"ar": "العربية", "fr": "Français", "en": "English", "zgh": "ⵜⴰⵎⴰⵣⵉⵖⵜ"}
SAMPLES = Path(__file__).parent / "samples"


def environment(*, strict: bool = False) -> Environment:
    """A Jinja environment like the services', without Flask."""
    made = Environment(
        loader=FileSystemLoader([TEMPLATES, SAMPLES]),
        autoescape=select_autoescape(),
        undefined=StrictUndefined if strict else Undefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    prepare(made)
    made.globals.update(_=gettext, gettext=gettext, ngettext=ngettext)
    return made


def render(template: str, lang: str, **more: Any) -> str:
    """One page in one language, with the context that every page has."""
    load_catalogues(TRANSLATIONS)
    context: dict[str, Any] = {
        "lang": lang,
        "dir": direction(lang),
        "exhibition": SimpleNamespace(reference="crafts-12", **_names(lang)),
        "menu": [
            SimpleNamespace(href=f"#{number}", label=label, current=number == 1)
            for number, label in enumerate(_menu(lang))
        ],
        "caller": None,
        "rehearsal": None,
        "alternates": [(code, label, f"{template}.{code}.html") for code, label in LABELS.items()],
    }
    with speaking(lang):
        return environment().get_template(template).render(context | more)


def _names(lang: str) -> dict[str, str]:
    if lang == "ar":
        return {
            "name": "اللقاء الثاني عشر للصناعة التقليدية بورزازات",
            "span": "من الجمعة 4 إلى الأربعاء 23 دجنبر 2026",
        }
    if lang == "zgh":
        return {"name": "ⴰⵎⵢⴰⵡⴰⴹ ⵡⵉⵙⵙ 12 ⵏ ⵡⴰⵔⵣⴰⵣⴰⵜ", "span": "4 – 23 ⴷⵓⵊⴰⵏⴱⵉⵔ 2026"}
    return {
        "name": "12ᵉ Rencontre de l’artisanat d’Ouarzazate",
        "span": "Du vendredi 4 au mercredi 23 décembre 2026",
    }


def _menu(lang: str) -> tuple[str, ...]:
    if lang == "ar":
        return ("المعرض", "البرنامج", "حجوزاتي", "شارتي")
    return ("La rencontre", "Programme", "Mes réservations", "Mon badge")


def write(folder: Path) -> None:
    """Every sample in every language, and the assets beside them."""
    (folder / "assets").mkdir(parents=True, exist_ok=True)
    for name in ("style.css", "live.js", "favicon.svg", "tifinagh.woff2"):
        hashed = asset_url(name).removeprefix(PREFIX)
        (folder / "assets" / hashed).write_bytes(asset(hashed)[0])
    shutil.copy(FOLDER / "tifinagh-OFL.txt", folder / "assets")
    for lang in LABELS:
        for sample in sorted(SAMPLES.glob("*.html")):
            page = render(sample.name, lang).replace(f'"{PREFIX}', '"assets/')
            (folder / f"{sample.stem}.{lang}.html").write_text(page, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
