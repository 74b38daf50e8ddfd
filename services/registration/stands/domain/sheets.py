"""A list of stands from a spreadsheet: every row read, every bad one named with its reason, nothing half."""

import csv
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from services.registration.stands.domain.plan import (
    MOST_STANDS,
    NewStand,
    Unreadable,
    check_place,
    lie_over,
    read_metres,
    show_metres,
    tidy_stand,
)
from shared.problem import N_

COLUMNS = ("hall", "stand", "x", "y", "width", "depth", "place", "power", "water")
NEEDED = COLUMNS[:6]
# What stands in the first line, without capitals, accents or units, in English, French and Arabic.
_NAMES = {
    "hall": {"hall", "halle", "pavillon", "salle", "القاعة", "قاعة", "الجناح", "جناح"},
    "stand": {"stand", "reference", "ref", "numero", "no", "n°", "numero de stand", "numero du stand"}
    | {"الرواق", "رواق", "رقم الرواق", "المرجع", "الرمز"},
    "x": {"x"},
    "y": {"y"},
    "width": {"width", "largeur", "العرض", "عرض"},
    "depth": {"depth", "profondeur", "العمق", "عمق"},
    "place": {"place", "lieu", "emplacement", "المكان", "الموقع"},
    "power": {"power", "electricity", "electricite", "الكهرباء", "كهرباء"},
    "water": {"water", "eau", "الماء", "ماء"},
}
_IN_BRACKETS = re.compile(r"\([^()]*\)")
_INDOOR = frozenset({"", "indoor", "intérieur", "interieur", "داخل", "داخلي"})
_OUTDOOR = frozenset({"outdoor", "extérieur", "exterieur", "خارج", "خارجي"})
_YES = frozenset({"yes", "oui", "1", "true", "x", "نعم"})
_NO = frozenset({"", "no", "non", "0", "false", "لا"})

NO_HALL = N_("This exhibition has no hall %(value)s.")
TWICE = N_("The stand %(value)s stands twice in this list.")
EXISTS = N_("The stand %(value)s is there already.")
OVER = N_("It lies over the stand %(value)s.")
NO_PLACE = N_("The place is “indoor” or “outdoor”, not %(value)s.")
NO_YES = N_("Power and water are “yes” or “no”, not %(value)s.")
NO_COLUMNS = N_("The first line must name the columns: hall, stand, x, y, width, depth.")
TOO_MANY = N_("A list holds at most %(value)s stands.")
NOTHING = N_("There is no stand in this list.")


@dataclass(frozen=True)
class BadRow:
    """A row that cannot be taken: its line in the list, what it said, and why (a msgid with its value)."""

    line: int
    said: str
    why: str
    value: str = ""


@dataclass
class Sheet:
    """A list as it was understood."""

    good: list[NewStand] = field(default_factory=list)
    bad: list[BadRow] = field(default_factory=list)


class _Refused(ValueError):
    def __init__(self, why: str, value: str = "") -> None:
        super().__init__(why)
        self.why, self.value = why, value[:60]


def read_sheet(text: str, halls: Iterable[str], there: Iterable[NewStand]) -> Sheet:
    """Read a list whose first line names its columns; `there` are the stands that exist."""
    lines = [(n, line) for n, line in enumerate(text.lstrip("\ufeff").splitlines(), 1) if line.strip()]
    sheet = Sheet()
    if not lines:
        return Sheet(bad=[BadRow(1, "", NOTHING)])
    mark = max((";", "\t", ","), key=lines[0][1].count)
    columns = _columns(_cells(lines[0][1], mark))
    if columns is None:
        return Sheet(bad=[BadRow(lines[0][0], lines[0][1][:200], NO_COLUMNS)])
    if len(lines) - 1 > MOST_STANDS:
        return Sheet(bad=[BadRow(lines[-1][0], "", TOO_MANY, str(MOST_STANDS))])
    check = _Check(halls, there)
    for number, line in lines[1:]:
        try:
            sheet.good.append(check.taken(_stand(dict(zip(columns, _cells(line, mark), strict=False)))))
        except _Refused as refused:
            sheet.bad.append(BadRow(number, line[:200], refused.why, refused.value))
        except Unreadable as refused:
            sheet.bad.append(BadRow(number, line[:200], str(refused)))
    if not sheet.good and not sheet.bad:
        sheet.bad.append(BadRow(lines[0][0], "", NOTHING))
    return sheet


def write_sheet(stands: Iterable[NewStand]) -> str:
    """The same as text, to be read again."""
    rows = [";".join(COLUMNS)]
    for one in stands:
        lengths = [show_metres(length) for length in (one.x, one.y, one.width, one.depth)]
        place = "indoor" if one.is_indoor else "outdoor"
        rows.append(
            ";".join([one.hall, one.reference, *lengths, place, _yes(is_so=one.has_power), _yes(is_so=one.has_water)])
        )
    return "\n".join(rows) + "\n"


class _Check:
    """What a list must not say twice: references, and floor of a hall."""

    def __init__(self, halls: Iterable[str], there: Iterable[NewStand]) -> None:
        self._halls = {name.casefold(): name for name in halls}
        self._by_hall: dict[str, list[NewStand]] = defaultdict(list)
        self._there: set[str] = set()
        for one in there:
            self._by_hall[one.hall].append(one)
            self._there.add(one.reference)
        self._listed: set[str] = set()

    def taken(self, said: NewStand) -> NewStand:
        """The stand, if nothing speaks against it; _Refused, Unreadable."""
        hall = self._halls.get(said.hall.casefold())
        if hall is None:
            raise _Refused(NO_HALL, said.hall or "—")
        one = NewStand(**vars(said) | {"hall": hall})
        if one.reference in self._there:
            raise _Refused(EXISTS, one.reference)
        if one.reference in self._listed:
            raise _Refused(TWICE, one.reference)
        check_place(one)
        under = next((other for other in self._by_hall[hall] if lie_over(one, other)), None)
        if under:
            raise _Refused(OVER, under.reference)
        self._listed.add(one.reference)
        self._by_hall[hall].append(one)
        return one


def _cells(line: str, mark: str) -> list[str]:
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=mark), [])]
    except csv.Error:
        return [line]


def _columns(heads: Sequence[str]) -> list[str] | None:
    known = [next((name for name, words in _NAMES.items() if _plain(head) in words), head) for head in heads]
    return known if set(NEEDED) <= set(known) else None


def _plain(head: str) -> str:
    """A heading without capitals, accents, and what stands in brackets."""
    letters = unicodedata.normalize("NFKD", _IN_BRACKETS.sub(" ", head)).casefold().replace("_", " ")
    return " ".join("".join(c for c in letters if unicodedata.category(c) != "Mn").split())


def _stand(cells: dict[str, str]) -> NewStand:
    x, y, width, depth = (read_metres(cells.get(name, "")) for name in ("x", "y", "width", "depth"))
    place = cells.get("place", "").casefold()
    if place not in _INDOOR | _OUTDOOR:
        raise _Refused(NO_PLACE, place)
    return NewStand(
        cells.get("hall", ""),
        tidy_stand(cells.get("stand", "")),
        *(x, y, width, depth),
        is_indoor=place in _INDOOR,
        has_power=_truth(cells.get("power", "")),
        has_water=_truth(cells.get("water", "")),
    )


def _truth(said: str) -> bool:
    if said.casefold() not in _YES | _NO:
        raise _Refused(NO_YES, said)
    return said.casefold() in _YES


def _yes(*, is_so: bool) -> str:
    return "yes" if is_so else "no"
