"""The demo fair's stands: 240 in five halls, laid row by row as the office's form lays them."""

from collections.abc import Iterator

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from services.registration.exhibitions.fair import REFERENCE
from services.registration.exhibitions.operations import find_exhibition
from services.registration.stands.domain.plan import NewStand, Row, lay_row
from services.registration.stands.domain.sheets import write_sheet
from services.registration.stands.models import stand
from services.registration.stands.operations.setting_up import add_stands

IN_A_ROW = 12
ROWS = {"A": 5, "B": 4, "C": 4, "D": 4, "E": 3}
SIDE, AISLE = 300, 300
OUTDOOR = {("D", 3)}
WITH_WATER = {"B"}


def load_stands(db: Connection) -> None:
    """Set up the demo fair's stands unless there are some."""
    exhibition = find_exhibition(db, REFERENCE)
    if db.execute(sa.select(stand.c.id).where(stand.c.exhibition_id == exhibition.id).limit(1)).first():
        return
    laid: list[NewStand] = []
    for row in _rows():
        laid += lay_row(row, laid)
    add_stands(db, exhibition, write_sheet(laid), None)


def _rows() -> Iterator[Row]:
    """Rows stand back to back in pairs, with an aisle between the pairs."""
    for hall, count in ROWS.items():
        for n in range(count):
            yield Row(
                hall=hall,
                prefix=hall,
                first=n * IN_A_ROW + 1,
                count=IN_A_ROW,
                width=SIDE,
                depth=SIDE,
                aisle=0 if n % 2 else AISLE,
                is_indoor=(hall, n) not in OUTDOOR,
                has_power=True,
                has_water=hall in WITH_WATER,
            )
