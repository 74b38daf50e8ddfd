"""Every change that staff can make in notifications, as a call that succeeds."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.acts import StaffAct
from services.notifications.access.models import exhibition_copy
from services.notifications.deliveries.models import print_batch
from services.notifications.notices.models import notice
from shared import clock
from shared.ids import new_id
from tests.integration.house.acting import NOTICES, PAGE, Office, Step, told
from tests.kit.services import Service
from tests.kit.world import HERE, World


def in_notifications(world: World) -> Iterator[Step]:
    world.register()
    world.quiet()
    office = Office(world, "notifications")
    hours = {"begins": "22:00", "ends": "07:00"}
    quiet = StaffAct.QUIET_HOURS_CHANGED
    yield Step(f"PUT {NOTICES}/quiet-hours", quiet, HERE, lambda: office.json("PUT", "quiet-hours", hours))
    yield Step(f"{PAGE}/notices/quiet-hours", quiet, HERE, lambda: office.form("notices/quiet-hours", **hours))
    chosen, both = StaffAct.REMINDERS_CHANGED, {"day": True, "hour": False}
    yield Step(f"PUT {NOTICES}/reminders", chosen, HERE, lambda: office.json("PUT", "reminders", both))
    yield Step(f"{PAGE}/notices/reminders", chosen, HERE, lambda: office.form("notices/reminders", day="yes"))
    path, name = "texts/booking_confirmed/fr", "booking_confirmed/fr"
    own = {"sms": "À bientôt", "subject": "À bientôt", "body": "À bientôt"}
    api, form = f"{NOTICES}/texts/<kind>/<language>", f"{PAGE}/notices/texts/<kind>/<language>"
    match = {"If-Match": '"0"'}
    change, again = StaffAct.TEXT_CHANGED, StaffAct.TEXT_TAKEN_AGAIN
    yield Step(f"PUT {api}", change, name, lambda: office.json("PUT", path, own, **match))
    yield Step(f"DELETE {api}", again, name, lambda: office.json("DELETE", path))
    yield Step(form, change, name, lambda: office.form(f"notices/{path}", **own, seen="2"))
    yield Step(f"{form}/again", again, name, lambda: office.form(f"notices/{path}/again", version="1", seen="3"))
    tried, to = StaffAct.TEXT_TRIED, {"address": "aicha@mail.example"}
    yield Step(f"POST {api}/trial", tried, name, lambda: office.json("POST", f"{path}/trial", to))
    yield Step(f"{form}/trial", tried, name, lambda: office.form(f"notices/{path}/trial", **to))
    daily, wish = StaffAct.DIGEST_CHOSEN, {"address": "aicha@mail.example", "hour": "19:00"}
    yield Step(f"PUT {NOTICES}/digest", daily, HERE, lambda: office.json("PUT", "digest", wish))
    yield Step(f"DELETE {NOTICES}/digest", daily, HERE, lambda: office.json("DELETE", "digest"))
    yield Step(f"{PAGE}/notices/digest", daily, HERE, lambda: office.form("notices/digest", **wish))
    yield Step(f"{PAGE}/notices/digest/stop", daily, HERE, lambda: office.form("notices/digest/stop"))
    yield from announcements(office)
    yield from webhooks(office)
    first, second, sent = fail_one(office.service), fail_one(office.service), StaffAct.NOTICE_SENT_AGAIN
    one, path = "notices/<uuid:notice>/again", "notices/{}/again"
    yield Step(f"POST {NOTICES}/{one}", sent, first, lambda: office.json("POST", path.format(first), {}))
    yield Step(f"{PAGE}/{one}", sent, second, lambda: office.form(path.format(second)))
    yield from letters_and_spending(office)


def letters_and_spending(office: Office) -> Iterator[Step]:
    """Letters that are printed and handed over; limits and dial codes."""
    printed, handed = StaffAct.LETTERS_PRINTED, StaffAct.LETTERS_HANDED_OVER
    fail_one(office.service, channel="print", state="due", settled_at=None)
    yield Step(f"POST {NOTICES}/letters", printed, "", lambda: office.json("POST", "letters", {}))
    fail_one(office.service, channel="print", state="due", settled_at=None)
    yield Step(f"{PAGE}/notices/letters", printed, "", lambda: office.form("notices/letters"))
    with office.service.reading() as db:
        first, second = db.execute(sa.select(print_batch.c.id)).scalars()
    one = "letters/<uuid:batch>/handed-over"
    yield Step(
        f"PUT {NOTICES}/{one}", handed, str(first), lambda: office.json("PUT", f"letters/{first}/handed-over", {})
    )
    path = f"notices/letters/{second}/handed-over"
    yield Step(f"{PAGE}/notices/{one}", handed, str(second), lambda: office.form(path))
    rules, changed = {"sms_a_day": 15000, "whatsapp_a_day": 0, "dial_codes": ["+33"]}, StaffAct.SPENDING_CHANGED
    yield Step(f"PUT {NOTICES}/spending", changed, HERE, lambda: office.json("PUT", "spending", rules))
    typed = {"sms_a_day": "150,5", "whatsapp_a_day": "0", "dial_codes": "+33 +34"}
    yield Step(f"{PAGE}/notices/spending", changed, HERE, lambda: office.form("notices/spending", **typed))


def announcements(office: Office) -> Iterator[Step]:
    """Two of them, by JSON and by form: written, changed, sent, stopped, thrown away."""
    written, dropped = StaffAct.ANNOUNCEMENT_WRITTEN, StaffAct.ANNOUNCEMENT_DROPPED
    started, stopped = StaffAct.ANNOUNCEMENT_STARTED, StaffAct.ANNOUNCEMENT_STOPPED
    said = {"who": "visitors", "texts": {"fr": {"sms": "Bonjour"}}}
    typed = {"who": "visitors", "sms_fr": "Bonjour"}
    api, form = f"{NOTICES}/announcements", f"{PAGE}/notices/announcements"
    yield Step(f"POST {api}", written, "", lambda: office.json("POST", "announcements", said))
    first = told(office.service)[-1]["subject"]
    yield Step(f"{form}/new", written, "", lambda: office.form("notices/announcements/new", **typed))
    second = told(office.service)[-1]["subject"]
    yield Step(f"PUT {api}/<uuid:announcement>", written, first, lambda: _tell(office, "PUT", first, "", said))
    for verb, act in (("start", started), ("stop", stopped)):
        here = f"{api}/<uuid:announcement>/{verb}"
        yield Step(f"POST {here}", act, first, partial(_tell, office, "POST", first, f"/{verb}", {}))
    for verb, act in (("change", written), ("start", started), ("stop", stopped)):
        path = f"notices/announcements/{second}/{verb}"
        yield Step(f"{form}/<uuid:announcement>/{verb}", act, second, partial(office.form, path, **typed))
    office.json("POST", "announcements", said)
    third = told(office.service)[-1]["subject"]
    yield Step(f"DELETE {api}/<uuid:announcement>", dropped, third, lambda: _tell(office, "DELETE", third, "", None))
    office.json("POST", "announcements", said)
    fourth = told(office.service)[-1]["subject"]
    path = f"notices/announcements/{fourth}/drop"
    yield Step(f"{form}/<uuid:announcement>/drop", dropped, fourth, lambda: office.form(path))


def webhooks(office: Office) -> Iterator[Step]:
    """Two of them, by JSON and by form: made, tried, told again, given another secret, ended."""
    made, ended, tried = StaffAct.WEBHOOK_MADE, StaffAct.WEBHOOK_ENDED, StaffAct.WEBHOOK_TESTED
    verbs = {"secret": StaffAct.WEBHOOK_RENEWED, "test": tried}
    said = {"url": "https://hooks.example.org/", "events": ["booking.confirmed.v1"]}
    api, form = f"{NOTICES}/webhooks", f"{PAGE}/notices/webhooks"
    yield Step(f"POST {api}", made, "", lambda: office.json("POST", "webhooks", said))
    first = told(office.service)[-1]["subject"]
    yield Step(form, made, "", lambda: office.form("notices/webhooks", **said))
    second = told(office.service)[-1]["subject"]
    for verb, act in verbs.items():
        path = f"webhooks/{first}/{verb}"
        yield Step(f"POST {api}/<uuid:webhook>/{verb}", act, first, partial(office.json, "POST", path, {}))
        path = f"notices/webhooks/{second}/{verb}"
        yield Step(f"{form}/<uuid:webhook>/{verb}", act, second, partial(office.form, path))
    again, tail = StaffAct.WEBHOOK_REPLAYED, "<uuid:webhook>/events/<uuid:event>/again"
    for hook, route, call in ((first, f"POST {api}", office.json), (second, form, office.form)):
        log = office.json("GET", f"webhooks/{hook}").get_json()["log"]
        path = f"webhooks/{hook}/events/{log[0]['id']}/again"
        act_on = partial(call, "POST", path, {}) if call == office.json else partial(call, f"notices/{path}")
        yield Step(f"{route}/{tail}", again, hook, act_on)
    yield Step(f"DELETE {api}/<uuid:webhook>", ended, first, lambda: office.json("DELETE", f"webhooks/{first}"))
    yield Step(f"{form}/<uuid:webhook>/end", ended, second, lambda: office.form(f"notices/webhooks/{second}/end"))


def _tell(office: Office, method: str, announcement: str, verb: str, body: Any) -> Any:
    return office.json(method, f"announcements/{announcement}{verb}", body)


def fail_one(service: Service, **other: Any) -> str:
    """A notice that could not be brought, but for what is said otherwise; its id."""
    at, failed = clock.now(), new_id()
    who = {"exhibition_id": own_id(service), "id": failed, "message_id": new_id(), "person_id": new_id()}
    what = {"channel": "email", "kind": "booking_confirmed", "language": "fr", "address": "a@mail.example", "data": {}}
    when = {"made_at": at, "settled_at": at, "useful_until": at + timedelta(days=1)}
    rest = {"correlation_id": "", "is_secret": False, "state": "failed", "attempts": 1, "reason": "refused"}
    with service.writing() as db:
        db.execute(sa.insert(notice).values(who | what | when | rest | other))
    return str(failed)


def own_id(service: Service) -> UUID:
    with service.database.reading() as db:
        known = db.execute(sa.select(exhibition_copy).where(exhibition_copy.c.reference == HERE)).one()
    return UUID(str(known.exhibition_id))
