"""What the office's pages of applications say of codes: acts, what many are put to, how a list is narrowed."""

from collections.abc import Iterable, Mapping

from services.registration.applications.domain.calls import Craft
from services.registration.applications.domain.states import Decision
from services.registration.applications.pages import words
from shared import i18n
from shared.i18n import gettext as _
from shared.problem import N_

ACTS = {
    "members": N_("Members chosen"),
    "correct": N_("Contact corrected"),
    "rank": N_("Moved on the reserve list"),
    "accept": N_("To be accepted"),
    "reserve": N_("To be put on the reserve list"),
    "reject": N_("To be refused"),
}


def change_word(act: str, before: str | None, after: str) -> str:
    """A line of the audit trail in words: where it led, or what was decided where it stayed."""
    return _(ACTS[act]) if before == after and act in ACTS else words.state_word(after)


BULK = {
    "in_review": N_("Begin the review"),
    "incomplete": N_("Ask for what is missing"),
    "rank": N_("Move on the reserve list"),
}


def bulk_word(act: str) -> str:
    """What is done with several dossiers at once, in words."""
    return _(BULK[act]) if act in BULK else words.state_word(act)


def bulk_acts() -> list[words.Option]:
    """What can be done with several dossiers at once."""
    return [(act, bulk_word(act)) for act in ("in_review", "incomplete", *Decision, "rank")]


def filter_words(wanted: Mapping[str, str], crafts: Iterable[Craft]) -> list[words.Option]:
    """How a list is narrowed, as terms and words; what names nothing is shown as it came."""
    found: list[words.Option] = []
    for name, (term, known) in _narrowing(crafts).items():
        if code := wanted.get(name, ""):
            found.append((_(term), dict(known).get(code, code)))
    return found


def _narrowing(crafts: Iterable[Craft]) -> dict[str, tuple[str, list[words.Option]]]:
    every = [(one.reference, i18n.pick(one.names)) for one in crafts]
    return {
        "q": (N_("Name, phone number or reference"), []),
        "state": (N_("State"), words.states()),
        "kind": (N_("Who applies?"), words.kinds()),
        "filiere": (N_("Craft"), every),
        "region": (N_("Region"), words.regions()),
        "pending": (N_("Decided, not yet published"), words.states()),
        "alike": (N_("Only possible duplicates"), [("yes", "✓")]),
    }
