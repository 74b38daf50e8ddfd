"""What classes take from forms and give in JSON."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from services.ticketing.certificates.schemas import name_on_paper
from services.ticketing.classes.domain import MOST_MEETINGS, AttendanceSheet, Course
from shared.i18n import LANGUAGES, is_line
from shared.problem import N_

NO_TITLE = N_("Please type a name in at least one language.")
LONGEST = 200


class ClassForm(Schema):
    """A class as the office types it: names by language, sessions by their references with blanks between."""

    title_fr = fields.String(load_default="", validate=validate.Length(max=LONGEST))
    title_ar = fields.String(load_default="", validate=validate.Length(max=LONGEST))
    title_en = fields.String(load_default="", validate=validate.Length(max=LONGEST))
    title_zgh = fields.String(load_default="", validate=validate.Length(max=LONGEST))
    sessions = fields.String(load_default="", validate=validate.Length(max=20 * MOST_MEETINGS))
    seen = fields.Integer(load_default=0, validate=validate.Range(0, 10**9))


class MemberForm(Schema):
    """Somebody to enrol."""

    name = name_on_paper()
    badge = fields.String(load_default="", validate=validate.Length(max=20))


class PresenceForm(Schema):
    """Who was present at a meeting."""

    present = fields.List(fields.UUID(), load_default=list)


class CellOut(Schema):
    """One person at one meeting."""

    session = fields.String()
    mark = fields.String(metadata={"description": "ahead, present or absent"})
    minutes = fields.Integer()
    by_hand = fields.Boolean(metadata={"description": "The desk ticked it; else the door's scan says so"})


class RowOut(Schema):
    """One person of the class."""

    badge = fields.String()
    present = fields.Integer()
    minutes = fields.Integer()
    meetings = fields.List(fields.Nested(CellOut))


class ClassOut(Schema):
    """A class and its meetings."""

    reference = fields.String()
    titles = fields.Dict(fields.String(), fields.String())
    sessions = fields.List(fields.String())


class ClassesOut(Schema):
    """Every class."""

    classes = fields.List(fields.Nested(ClassOut))


class SheetOut(ClassOut):
    """Who was present at which meeting; no names: they stand on the page and on paper."""

    people = fields.List(fields.Nested(RowOut))


def titles_of(said: Mapping[str, Any]) -> dict[str, str]:
    """The names of a class by language."""
    texts = {code: " ".join(said[f"title_{code}"].split()) for code in LANGUAGES}
    return {code: text for code, text in texts.items() if text and is_line(text)}


def class_out(course: Course) -> dict[str, Any]:
    """A class as ClassOut describes it."""
    sessions = [one.reference for one in course.meetings]
    return {"reference": course.reference, "titles": course.titles, "sessions": sessions}


def sheet_out(sheet: AttendanceSheet) -> dict[str, Any]:
    """A sheet as SheetOut describes it."""
    people = [
        {
            "badge": row.member.badge,
            "present": row.present,
            "minutes": row.minutes,
            "meetings": [
                {
                    "session": meeting.reference,
                    "mark": cell.mark.value,
                    "minutes": cell.minutes,
                    "by_hand": cell.by_hand,
                }
                for meeting, cell in zip(sheet.course.meetings, row.cells, strict=True)
            ],
        }
        for row in sheet.rows
    ]
    return class_out(sheet.course) | {"people": people}
