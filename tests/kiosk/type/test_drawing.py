import pytest
from rich.cells import cell_len

from kiosk.type.capability import Glass, Means
from kiosk.type.drawing import Drawing, Writing, columns_of, draw

PLAIN = Glass(means=Means.PLAIN, cells=Means.PLAIN)
OCTANTS = Glass(means=Means.OCTANTS, cells=Means.OCTANTS)
PIXELS = Glass(means=Means.PIXELS, cells=Means.OCTANTS)


def lines(drawing: Drawing) -> list[str]:
    return ["".join(cells.text for cells in line) for line in drawing.lines]


@pytest.mark.parametrize("columns", [1, 2, 7, 40])
@pytest.mark.parametrize("rows", [1, 2, 3, 6])
@pytest.mark.parametrize("text", ["", "In use", "A very long title indeed, and then some", "会議室", "اجتماع", "👍"])
def test_a_drawing_in_cells_fills_its_box_exactly(glass: Glass, text: str, rows: int, columns: int) -> None:
    drawing = draw(Writing(text, columns, rows), glass.without_images())
    assert [cell_len(line) for line in lines(drawing)] == [columns] * rows
    assert drawing.picture is None


def test_a_picture_stays_in_its_box(glass: Glass) -> None:
    drawing = draw(Writing("A very long title indeed", 20, 3, align="end"), glass)
    if drawing.picture is not None:
        assert drawing.picture.left >= 0
        assert drawing.picture.left + drawing.picture.width <= 20 * glass.cell_width
        assert drawing.picture.top + drawing.picture.height <= 3 * glass.cell_height


def test_an_empty_box_is_no_trouble(glass: Glass) -> None:
    assert lines(draw(Writing("Free", 0, 3), glass)) == ["", "", ""]
    assert lines(draw(Writing("Free", 5, 0), glass)) == []


@pytest.mark.parametrize(
    ("align", "expected"),
    [("start", "Free      "), ("center", "   Free   "), ("end", "      Free"), ("right", "      Free")],
)
def test_plain_text_stands_where_it_is_told(align: str, expected: str) -> None:
    assert lines(draw(Writing("Free", 10, 3, align=align), PLAIN))[1] == expected


def test_a_line_from_right_to_left_starts_at_the_right() -> None:
    assert lines(draw(Writing("אבג", 6, 1), PLAIN)) == ["   גבא"]
    assert lines(draw(Writing("אבג 14:30", 12, 1, align="end"), PLAIN)) == ["14:30 גבא   "]
    assert lines(draw(Writing("Ana", 6, 1, direction="rtl"), PLAIN)) == ["   Ana"]


def test_a_terminal_that_turns_text_by_itself_gets_it_as_it_is_read() -> None:
    turning = Glass(means=Means.PLAIN, cells=Means.PLAIN, reorders=True)
    assert lines(draw(Writing("אבג 14:30", 12, 1), turning)) == ["   אבג 14:30"]


def test_plain_text_is_shortened_by_the_cells_it_takes() -> None:
    assert lines(draw(Writing("会議室の予定", 7, 1), PLAIN)) == ["会議室…"]
    assert lines(draw(Writing("会議室の予定", 6, 1), PLAIN)) == ["会議… "]
    assert lines(draw(Writing("Design review", 8, 1), PLAIN)) == ["Design… "]


def test_too_few_dots_are_left_to_the_letters_of_the_terminal() -> None:
    assert "Design" in lines(draw(Writing("Design", 40, 1), OCTANTS))[0]
    assert "Design" not in "".join(lines(draw(Writing("Design – review…", 40, 2), OCTANTS)))
    assert "会議" in "".join(lines(draw(Writing("会議", 40, 2), OCTANTS)))
    assert "会議" not in "".join(lines(draw(Writing("会議", 40, 3), OCTANTS)))


def test_a_short_line_is_rather_small_and_whole_than_large_and_cut_off() -> None:
    assert "10" in "".join(lines(draw(Writing("10", 4, 2), OCTANTS)))
    assert "Other room" in "".join(lines(draw(Writing("Other room", 10, 3), OCTANTS)))
    assert "Design" not in "".join(lines(draw(Writing("Design review in the afternoon", 40, 3), OCTANTS)))


def test_a_script_that_only_the_terminal_may_have_is_left_to_it() -> None:
    assert "\U00012000" in "".join(lines(draw(Writing("a \U00012000", 40, 6), OCTANTS)))
    assert draw(Writing("a \U00012000", 40, 6), PIXELS).picture == draw(Writing("a \u25af", 40, 6), PIXELS).picture


def test_a_line_that_may_shrink_does_before_it_is_shortened() -> None:
    title = "A title a little too long"
    full = columns_of(Writing(title, 200, 3), PIXELS)
    room = full * 3 // 4
    shrunk = draw(Writing(title, room, 3, fit="shrink"), PIXELS).picture
    cut = draw(Writing(title, room, 3), PIXELS).picture
    assert shrunk
    assert cut
    assert shrunk.height < cut.height
    assert shrunk.width > cut.width


def test_a_line_in_dots_shrinks_to_what_can_be_read() -> None:
    word = "Starts 14:15"
    room = columns_of(Writing(word, 200, 6), OCTANTS) * 3 // 4
    shrunk, cut = (lines(draw(Writing(word, room, 6, fit=fit), OCTANTS)) for fit in ("shrink", "ellipsis"))
    assert shrunk != cut
    assert set(shrunk[0]) == {" "}


@pytest.mark.parametrize("text", ["14:07", "until 14:30", "会議", "اجتماع"])
@pytest.mark.parametrize("rows", [1, 3, 6])
def test_a_box_of_the_columns_that_a_line_takes_holds_it_whole(glass: Glass, text: str, rows: int) -> None:
    columns = columns_of(Writing(text, 200, rows, weight="bold"), glass)
    wide = draw(Writing(text, columns + 40, rows, weight="bold", align="left"), glass)
    close = draw(Writing(text, columns, rows, weight="bold", align="left"), glass)
    assert wide.picture == close.picture
    assert [line.rstrip() for line in lines(wide)] == [line.rstrip() for line in lines(close)]


def test_the_same_line_is_set_once() -> None:
    writing = Writing("Design review", 60, 3)
    assert draw(writing, PIXELS) is draw(Writing("Design review", 60, 3), PIXELS)
