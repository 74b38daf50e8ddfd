"""What registration says about exhibitions."""

from dataclasses import dataclass, field
from typing import Any, ClassVar

Texts = dict[str, str]


@dataclass(frozen=True)
class ExhibitionChanged:
    """An exhibition as it stands now; days are local dates, texts are kept by language."""

    NAME: ClassVar[str] = "exhibition.changed.v1"

    reference: str
    number: int
    names: Texts
    kind: str
    first_day: str
    last_day: str
    zone: str
    languages: list[str]
    venue_names: Texts
    town_names: Texts
    halls: list[dict[str, Any]]
    organiser_names: Texts
    state: str
    # the exhibition this one was opened like, for good; listeners copy what is theirs when they first hear of it
    copied_from: str | None = None
    # every body that organises it, the one of `organiser_names` first; older messages name that one alone
    organisers: list[Texts] = field(default_factory=list)
