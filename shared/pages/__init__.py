"""The look all services share: base template, form components, stylesheet, woven band. Mechanism only."""

from pathlib import Path

from jinja2 import Environment

from shared.pages.assets import asset_url
from shared.pages.band import band

HERE = Path(__file__).parent
TEMPLATES = HERE / "templates"
TRANSLATIONS = HERE / "translations"


def prepare(environment: Environment) -> None:
    """Give a Jinja environment what the shared templates call: `asset(name)` and `band(reference)`."""
    environment.globals["asset"] = asset_url
    environment.globals["band"] = band
