"""Rooms as a table for people: CSV in and out. Pure.

A cell that a spreadsheet would take for a formula is written with an apostrophe before it, and read without (OWASP,
"CSV injection"). Whatever is wrong is told with the number of its row; a table with one fault changes nothing.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import available_timezones

from device.model.safetext import SafeText
from device.model.value import Value
from hub.rooms.registry import RoomRow

COLUMNS = ("id", "name", "zone", "site", "floor", "capacity", "calendar", "connection")
NEEDED = ("id", "name", "zone")
MOST_ROWS = 5_000
MOST_FAULTS = 20
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "|", "%")
_LONGEST_ID = 500


class Fault(Value):
    """What is wrong with one row. The first row below the names of the columns is row 2, as spreadsheets count."""

    row: int
    text: str


class TableRefused(Exception):
    """A table that cannot be taken.

    Args:
        faults: what is wrong, by row.
    """

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(f"row {fault.row}: {fault.text}" for fault in faults[:3]))
        self.faults = faults


def written(rooms: Iterable[RoomRow]) -> str:
    """The table, as spreadsheets everywhere read it (RFC 4180, with a byte order mark)."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for room in rooms:
        table.writerow([safe_cell(getattr(room, column)) for column in COLUMNS])
    return "\ufeff" + out.getvalue()


def read(content: bytes, connections: Iterable[str], now: datetime, only: str = "") -> tuple[RoomRow, ...]:
    """The rooms in a table.

    Args:
        content: the file: UTF-8, separated by commas, semicolons or tabs, the first row naming the columns.
        connections: the ids of those that a room may be behind.
        now: when they are entered.
        only: the connection of rooms whose row names none.

    Raises:
        TableRefused: something is wrong with it; nothing is to be taken over.
    """
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise TableRefused((Fault(row=1, text="The file is not UTF-8. Save it as “CSV UTF-8”."),)) from error
    first = text.partition("\n")[0]
    delimiter = max(",;\t", key=first.count)
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise TableRefused((Fault(row=1, text=f"The file is no table: {error}."),)) from error
    names = _columns(rows)
    if len(rows) - 1 > MOST_ROWS:
        raise TableRefused((Fault(row=MOST_ROWS + 2, text=f"More than {MOST_ROWS} rooms. Split the table."),))
    return _rooms(names, rows[1:], frozenset(connections), now, only)


def _columns(rows: list[list[str]]) -> list[str]:
    names = [name.strip().lower() for name in rows[0]] if rows else []
    missing = [name for name in NEEDED if name not in names]
    unknown = [name for name in names if name and name not in COLUMNS]
    if missing:
        raise TableRefused((Fault(row=1, text=f"The column {', '.join(missing)} is missing."),))
    if unknown:
        known = ", ".join(COLUMNS)
        raise TableRefused((Fault(row=1, text=f"There is no column {unknown[0]}. The columns are: {known}."),))
    return names


def _rooms(
    names: list[str], rows: list[list[str]], connections: frozenset[str], now: datetime, only: str
) -> tuple[RoomRow, ...]:
    rooms: dict[str, RoomRow] = {}
    faults: list[Fault] = []
    zones = available_timezones()
    for number, row in enumerate(rows, 2):
        cells = {name: _plain(cell) for name, cell in zip(names, row, strict=False) if name}
        if not any(cells.values()):
            continue
        cells["connection"] = cells.get("connection") or only
        wrong = list(_wrong(cells, zones, connections))
        if cells["id"] in rooms:
            wrong.append(f"The room {cells['id']} is in the table twice.")
        faults += [Fault(row=number, text=text) for text in wrong]
        if not wrong:
            rooms[cells["id"]] = _room(cells, now)
    if faults:
        raise TableRefused(tuple(faults[:MOST_FAULTS]))
    return tuple(rooms.values())


def _wrong(cells: dict[str, str], zones: set[str], connections: frozenset[str]) -> Iterator[str]:
    for name in NEEDED:
        if not cells.get(name):
            yield f"The {name} is missing."
    if len(cells["id"]) > _LONGEST_ID:
        yield f"The id is longer than {_LONGEST_ID} characters."
    if cells.get("zone") and cells["zone"] not in zones:
        yield f"There is no time zone {cells['zone']}. Write one such as Europe/Berlin."
    capacity = cells.get("capacity", "")
    if capacity and not (capacity.isdecimal() and capacity.isascii() and 0 < int(capacity[:6]) <= 10_000):
        yield f"The capacity {capacity[:20]} is no number of people."
    if cells["connection"] not in connections:
        yield (
            "The connection is missing."
            if not cells["connection"]
            else f"There is no connection {cells['connection']}."
        )


def _room(cells: dict[str, str], now: datetime) -> RoomRow:
    return RoomRow(
        id=cells["id"],
        connection=cells["connection"],
        calendar=cells.get("calendar", ""),
        name=SafeText(cells["name"]),
        zone=cells["zone"],
        site=str(SafeText(cells.get("site", ""))),
        floor=str(SafeText(cells.get("floor", ""))),
        capacity=int(cells["capacity"]) if cells.get("capacity") else None,
        created_at=now,
    )


def safe_cell(value: object) -> str:
    """A value as a cell that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text.startswith(_FORMULA) or text.startswith("'") else text


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:].strip() if text.startswith("'") and text[1:].startswith((*_FORMULA, "'")) else text
