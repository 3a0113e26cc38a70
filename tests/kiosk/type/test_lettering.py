import unicodedata
from collections.abc import Callable
from typing import Any

import pytest
from tape import Door, played, tokens
from textual.app import ComposeResult
from textual.geometry import Size
from textual.pilot import Pilot
from textual.screen import ModalScreen
from textual.widgets import Static

from kiosk.type import Glass, Lettering, Means

Since = Callable[[], str]

PIXELS = Glass(means=Means.PIXELS, cells=Means.OCTANTS)
OCTANTS = Glass(means=Means.OCTANTS, cells=Means.OCTANTS)
KITTY = Glass(means=Means.KITTY, cells=Means.SEXTANTS)

HOSTILE = [
    "\x1b[2J\x1b[31mred",
    "\x1b]0;title\x07",
    "\x1bP0;1;0q#1;2;0;0;0~\x1b\\",
    "\x1b_Ga=d\x1b\\",
    "\x9b2J\x90q\x9c",
    "[bold red]markup[/]",
    "[@click=app.quit]x[/]",
    "line\nline\r\ttab\b\b\x7f",
    "\u202egnirts\u202c \u2066x\u2069",
    "\ud800 lone",
    "\U0010eeee\u0305\u0305 placeholder",
    "a" + "\u0301" * 300,
    "\ufeff\u200b\u00ad\u2028",
    "﷽" * 50,
    "\U0001f468\u200d" * 90,
    "<<<<>>>> -> <- => <=",
    "א" * 150 + "a" * 150,
]


def image_count(written: str) -> int:
    return written.count("\x1bP") + written.count("\x1b_G")


async def test_unchanged_text_writes_nothing(glass: Glass) -> None:
    clock = Lettering("14:07", weight="bold")

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        since()
        clock.text = "14:07"
        clock.weight = "bold"
        await pilot.pause()
        assert since() == ""

    await played(Door(glass, clock), scene)


async def test_a_tick_of_the_clock_is_small(glass: Glass) -> None:
    clock = Lettering("14:07", weight="bold", align="right")
    clock.styles.width = 20

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        since()
        clock.text = "14:08"
        await pilot.pause()
        size = len(since().encode())
        assert 0 < size < (6000 if glass.means in (Means.PIXELS, Means.KITTY) else 400)

    await played(Door(glass, clock), scene)


async def test_a_change_touches_no_other_lettering() -> None:
    room, clock = Lettering("Aurora"), Lettering("14:07")

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        assert image_count(since()) >= 2
        clock.text = "14:08"
        await pilot.pause()
        assert image_count(since()) == 1

    await played(Door(PIXELS, room, clock), scene)


@pytest.mark.parametrize("text", HOSTILE)
async def test_no_text_becomes_a_control(glass: Glass, text: str) -> None:
    lettering, small = Lettering(), Lettering(text)
    small.styles.height = 1

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        since()
        lettering.text = text
        await pilot.pause()
        lettering.text = "Free"
        await pilot.pause()
        small.text = "Free " + text
        await pilot.pause()
        for token in tokens(since()):
            assert token[0] in "\x1b\n\r" or not any(unicodedata.category(sign) in ("Cc", "Cs") for sign in token)

    await played(Door(glass, lettering, small), scene)


async def test_text_is_written_literally() -> None:
    lettering = Lettering("[b]Free[/b]")
    lettering.styles.height = 1

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        assert "[b]Free[/b]" in since()

    await played(Door(OCTANTS, lettering), scene)


class Question(ModalScreen[None]):
    CSS = "Question { background: black 50%; align: center middle; } Static { width: 20; height: 5; }"

    def compose(self) -> ComposeResult:
        yield Static("Book?")


@pytest.mark.parametrize("pictured", [PIXELS, KITTY])
async def test_under_another_screen_there_are_no_images_and_afterwards_there_are(pictured: Glass) -> None:
    lettering = Lettering("In use")

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        assert image_count(since()) > 0
        await pilot.app.push_screen(Question())
        await pilot.pause()
        assert image_count(since()) == 0
        lettering.text = "Free"
        await pilot.pause()
        assert image_count(since()) == 0
        pilot.app.pop_screen()
        await pilot.pause()
        assert image_count(since()) > 0

    await played(Door(pictured, lettering), scene)


async def test_an_image_half_out_of_sight_is_drawn_in_cells() -> None:
    lettering = Lettering("In use")
    lettering.styles.margin = (18, 0, 0, 0)

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        written = since()
        assert image_count(written) == 0
        assert any("\U0001cd00" <= character <= "\U0001cde5" for character in written)

    await played(Door(PIXELS, lettering), scene)


async def test_every_image_is_inside_its_region_and_gives_the_cursor_back() -> None:
    lettering = Lettering("gjpqy Ö", align="right")
    lettering.styles.padding = (1, 2)
    lettering.styles.height = 5

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        found = tokens(since())
        at = max(index for index, token in enumerate(found) if token.startswith("\x1bP"))
        assert found[at - 2] == "\x1b7"
        assert found[at + 1] == "\x1b8"
        y, x = (int(part) for part in found[at - 1][2:-1].split(";"))
        width, height = (int(part) for part in found[at].split('"1;1;')[1].split("#")[0].split(";"))
        assert 2 <= y <= 4
        assert (y - 1) * 16 + height <= 4 * 16
        assert (x - 1) * 8 + width <= 58 * 8

    await played(Door(PIXELS, lettering), scene)


async def test_a_moved_image_is_drawn_at_its_new_place() -> None:
    lettering = Lettering("Free")

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        since()
        lettering.styles.margin = (4, 0, 0, 0)
        await pilot.pause()
        rows = {int(token[2:].split(";")[0]) for token in tokens(since()) if token.endswith("H")}
        assert max(rows) > 4

    await played(Door(PIXELS, lettering), scene)


async def test_a_change_of_colour_is_drawn() -> None:
    lettering = Lettering("Free")

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        since()
        lettering.styles.color = "#00ff00"
        await pilot.pause()
        assert ";2;0;100;0" in since()

    await played(Door(PIXELS, lettering), scene)


async def test_a_width_that_follows_the_text_does(glass: Glass) -> None:
    lettering = Lettering("14:07", weight="bold")
    lettering.styles.width = "auto"

    async def scene(pilot: Pilot[Any], since: Since) -> None:
        before = lettering.outer_size
        lettering.text = "Thursday 14:07"
        await pilot.pause()
        assert lettering.outer_size.width > before.width
        assert lettering.outer_size.height == before.height == 3

    await played(Door(glass, lettering), scene)


@pytest.mark.parametrize("size", [(1, 1), (3, 2), (240, 67)])
async def test_any_size_of_the_glass_will_do(glass: Glass, size: tuple[int, int]) -> None:
    async def scene(pilot: Pilot[Any], since: Since) -> None:
        tokens(since())
        assert pilot.app.size == Size(*size)

    await played(Door(glass, Lettering("In use"), Lettering("会議 اجتماع", fit="shrink")), scene, size)
