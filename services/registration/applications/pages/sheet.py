"""The list of applications for a spreadsheet: a row a dossier, in the words and at the hours of its readers."""

from collections.abc import Iterator, Sequence

from services.registration.applications.domain.calls import Craft
from services.registration.applications.operations.calls import Call
from services.registration.applications.operations.dossiers import Application
from services.registration.applications.pages import words
from services.registration.visitors.domain.places import REGIONS
from shared import i18n
from shared.i18n import gettext as _
from shared.sheets import Row


def rows_of(call: Call, found: Sequence[Application], crafts: Sequence[Craft], *, with_contacts: bool) -> Iterator[Row]:
    """The headings and every dossier; phones and e-mail addresses where they may be had."""
    contacts = [_("Phone"), _("E-mail")] if with_contacts else []
    yield [*_heads(), *(i18n.pick(one["names"]) for one in call.questions), *contacts]
    for one in found:
        answers = [one.answers.get(question["reference"], "") for question in call.questions]
        reached = [one.phone, one.email] if with_contacts else []
        yield [*_decided(one), *_told(one, crafts), _handed_in(one, call.zone), *answers, *reached]


def _heads() -> list[str]:
    return [
        *(_("Reference"), _("State"), _("Decided, not yet published"), _("Rank on the reserve list"), _("Score")),
        *(_("Who applies?"), _("Name of the house"), _("Who speaks for it"), _("Craft"), _("What they make")),
        *(_("Town or village"), _("Region"), _("Country"), _("What they will show"), _("Electricity"), _("Water")),
        *(_("Members who come along"), _("Members who are accepted"), _("Handed in on")),
    ]


def _decided(one: Application) -> Row:
    pending = words.state_word(one.pending) if one.pending else ""
    return one.reference, words.state_word(one.standing), pending, one.rank if one.is_waiting else None, one.score


def _told(one: Application, crafts: Sequence[Craft]) -> Row:
    region = i18n.pick(REGIONS[one.region]) if one.region in REGIONS else ""
    country = i18n.locale().territories.get(one.country or "", one.country or "")
    about = (words.kind_word(one.kind), one.business, one.name, words.craft_word(crafts, one.filiere), one.activity)
    needs = (_("yes") if is_needed else _("no") for is_needed in (one.needs_power, one.needs_water))
    lists = ("; ".join(names) for names in (one.members, one.accepted_members))
    return [*about, one.town, region, country, one.shows, *needs, *lists]


def _handed_in(one: Application, zone: str) -> str:
    return f"{i18n.in_zone(one.submitted_at, zone):%Y-%m-%d %H:%M}" if one.submitted_at else ""
