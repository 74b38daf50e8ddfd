"""The providers as the settings describe them; read when a process starts, so that nonsense stops the start."""

from pathlib import Path

from services.notifications.deliveries.domain.settings import Providers, providers_of
from shared.settings import Settings


def providers_from(settings: Settings) -> Providers:
    """What the environment and the file it names say; ValueError names what makes no sense."""
    named = settings.more.get("MOUSSEM_PROVIDERS", "")
    try:
        described = Path(named).read_text(encoding="utf-8") if named else ""
    except (OSError, UnicodeDecodeError) as wrong:
        raise ValueError(f"MOUSSEM_PROVIDERS names a file that cannot be read: {named}") from wrong
    return providers_of(settings.more, described, settings.public_url)
