"""The page on the architecture shows the house as it stands."""

from __future__ import annotations

import re

from docs import rooms
from tests.support.places import ROOT
from tests.test_architecture import LEVELS

PAGE = rooms.PAGE.read_text(encoding="utf-8")
ROWS = re.findall(r"^\| `(\w+)` \| (\d+) \| (.*) \|$", PAGE, re.MULTILINE)
TABLE = PAGE.split(rooms.BEGIN)[1].split(rooms.END)[0]


def standing() -> set[str]:
    """The rooms that exist: folders and modules at the root of the package."""
    folders = {path.parent.name for path in rooms.PACKAGE.glob("*/__init__.py")}
    return folders | {path.stem for path in rooms.PACKAGE.glob("*.py")}


def test_levels_are_those_that_the_imports_are_held_to():
    shown = {room: int(level) for room, level, _ in ROWS}
    above = {"__init__", "__main__"}
    assert shown == {room: level for room, level in LEVELS.items() if room not in above}
    assert all(f"`{name}`" in PAGE for name in above)
    assert [int(level) for _, level, _ in ROWS] == sorted(int(level) for _, level, _ in ROWS)


def test_rooms_are_those_that_exist_or_are_marked_to_come():
    to_come = {room for room, _, purpose in ROWS if purpose.endswith("(to come)")}
    shown = {room for room, _, _ in ROWS} | {"__init__", "__main__"}
    assert shown - to_come == standing()
    assert not to_come & standing()


def test_rooms_and_sub_rooms_have_a_section_each():
    shown = re.findall(r"^#{3,} `([\w/]+)/`$", TABLE, re.MULTILINE)
    assert shown == [room.relative_to(rooms.PACKAGE).as_posix() for room in rooms.rooms()]


def test_every_module_is_in_the_table_with_its_purpose():
    assert TABLE.strip() == rooms.table().strip(), "run: python docs/rooms.py"
    assert not re.search(r"\| +\|$", TABLE, re.MULTILINE)


def test_files_that_the_page_names_exist():
    assert "`tests/test_architecture.py`" in PAGE
    assert (ROOT / "tests" / "test_architecture.py").is_file()
