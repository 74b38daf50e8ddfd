"""How many badges the people of a stand get: two, and one more for every whole four square metres they hold."""

from shared.problem import N_, Problem

ALWAYS = 2
FOUR_SQUARE_METRES = 4 * 10_000
MOST_BADGES = 60


class NoBadgeLeft(Problem):
    """`most` badges belong to the stands held."""

    slug = "no-stand-badge-left"
    status = 409
    title = N_("All badges of your stand are given.")
    detail = N_("Your stand has %(most)s badges. Take one back to give it to somebody else.")


class NoStandYet(Problem):
    slug = "no-stand-yet"
    status = 409
    title = N_("There is no stand yet, so there are no badges for it.")


def badge_cap(area: int) -> int:
    """The badges that go with so many square centimetres of stands."""
    return min(ALWAYS + area // FOUR_SQUARE_METRES, MOST_BADGES) if area else 0
