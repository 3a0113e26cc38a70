import subprocess
from pathlib import Path

import pytest
from PIL import ImageFont

from kiosk.type import faces
from kiosk.type.faces import FAMILIES, FONTS, LATIN, LATIN_END, MISSING, covers, drawable, spans

NO_LONGER_USED = "\u0149"


def families(text: str) -> list[tuple[str, str]]:
    return [(text[start:end], family.name) for start, end, family in spans(text)]


def test_every_family_has_its_files_and_a_licence_beside_them() -> None:
    for family in FAMILIES:
        for weight in ("regular", "semibold", "bold"):
            assert family.path(weight).is_file()
    for licence in ("Inter-OFL.txt", "NotoEmoji-OFL.txt", "Noto-OFL.txt"):
        assert "SIL OPEN FONT LICENSE" in (FONTS / licence).read_text(encoding="utf-8")


def test_the_fonts_take_less_than_nine_megabytes() -> None:
    assert sum(path.stat().st_size for path in FONTS.iterdir()) < 9_000_000


def test_what_is_taken_for_latin_without_looking_is_in_the_latin_fonts() -> None:
    for code in range(0x20, LATIN_END):
        assert covers(LATIN, code) or not chr(code).isprintable() or chr(code) in NO_LONGER_USED


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_the_table_tells_the_truth_about_the_fonts(family: faces.Family) -> None:
    absent = _drawn(ImageFont.truetype(family.path("regular"), 40), "\U0010fffd")
    for weight in ("regular", "bold"):
        font = ImageFont.truetype(family.path(weight), 40)
        some = [code for code in range(0x21, 0x1FB00) if covers(family, code)][::101]
        assert some
        assert all(_drawn(font, chr(code)) != absent for code in some)


def _drawn(font: ImageFont.FreeTypeFont, character: str) -> bytes:
    return bytes(font.getmask(character))


def test_a_line_is_cut_where_the_font_changes() -> None:
    assert families("Review 会議 اجتماع 14:30") == [
        ("Review ", "Inter"),
        ("会議", "NotoSansJP"),
        (" ", "Inter"),
        ("اجتماع", "NotoSansArabic"),
        (" 14:30", "Inter"),
    ]


@pytest.mark.parametrize("sign", ["👍🏽", "👩‍💻", "☎️"])
def test_a_sign_of_several_characters_is_not_cut(sign: str) -> None:
    assert families(f"a {sign} b") == [("a ", "Inter"), (sign, "NotoEmoji"), (" b", "Inter")]


def test_polish_greek_and_cyrillic_need_one_font() -> None:
    assert families("Zażółć gęślą jaźń · Αθήνα · Київ ě ễ") == [("Zażółć gęślą jaźń · Αθήνα · Київ ě ễ", "Inter")]


def test_what_no_font_has_is_a_visible_box(monkeypatch: pytest.MonkeyPatch) -> None:
    _without_fontconfig(monkeypatch)
    assert drawable("a \U00012000\u0903 b") == f"a {MISSING} b"
    assert any(covers(family, ord(MISSING)) for family in FAMILIES)


def test_the_system_is_asked_once_for_what_the_bundled_fonts_lack(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def answer(command: tuple[str, ...], **_: object) -> subprocess.CompletedProcess[str]:
        asked.append(command)
        listing = "/fonts/Serif-Bold.ttf\t0\t20-7e 12000-12399\n/fonts/Sans-Regular.ttc\t2\t12000\nrubbish\n"
        return subprocess.CompletedProcess(command, 0, stdout=listing)

    _forget()
    monkeypatch.setattr(subprocess, "run", answer)
    assert families("\U00012000\U00012001") == [
        ("\U00012000", "/fonts/Sans-Regular.ttc#2"),
        ("\U00012001", "/fonts/Serif-Bold.ttf#0"),
    ]
    assert spans("\U00012000")[0][2].path("bold") == Path("/fonts/Sans-Regular.ttc")
    assert len(asked) == 1
    _forget()


def _without_fontconfig(monkeypatch: pytest.MonkeyPatch) -> None:
    def absent(*_: object, **__: object) -> None:
        raise FileNotFoundError("fc-list")

    _forget()
    monkeypatch.setattr(subprocess, "run", absent)


def _forget() -> None:
    faces._system_family.cache_clear()
    faces._system_fonts.cache_clear()
