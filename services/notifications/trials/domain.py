"""Which texts can be tried by sending them, and with whose words."""

from collections.abc import Mapping

from services.notifications.templates.domain import Kind
from shared.problem import N_, Problem

# An announcement's ending says nothing alone; its own page shows what people read.
NOT_ALONE = frozenset({Kind.ANNOUNCEMENT})
# What would put an entry into the writer's calendar, or answer and stop for somebody else.
_OTHERS = ("uid", "sequence", "starts_at", "ends_at", "answer_code", "stop_secret")


class NoTrial(Problem):
    slug = "no-trial"
    status = 409
    title = N_("This text cannot be tried alone.")
    detail = N_("Write an announcement: its page shows what people read.")


def words_to_send(example: Mapping[str, str], recent: Mapping[str, str]) -> dict[str, str]:
    """Real words of the last such notice where there is one, without its person's name and means to act."""
    real = {name: said for name, said in recent.items() if name not in _OTHERS}
    return {**example, **real, "name": example["name"]}
