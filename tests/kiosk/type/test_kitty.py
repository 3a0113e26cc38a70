import re
import zlib
from base64 import b64decode

from kiosk.type import kitty
from kiosk.type.ink import Ink


def test_the_image_is_what_was_drawn() -> None:
    ink = Ink(0, 0, 3, 2, bytes([0, 128, 255, 255, 128, 0]))
    codes = kitty.transmit(ink, (1, 2), (8, 16), (1, 1), 0xD00001, (10, 20, 30))
    header, payload = re.fullmatch(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", codes).groups()  # type: ignore[union-attr]
    assert header == f"a=T,U=1,q=2,f=32,o=z,i={0xD00001},s=8,v=16,c=1,r=1,m=0"
    pixels = zlib.decompress(b64decode(payload))
    assert len(pixels) == 8 * 16 * 4
    alpha = [pixels[4 * (y * 8 + x) + 3] for y in range(16) for x in range(8)]
    assert alpha[2 * 8 + 1 : 2 * 8 + 4] == [0, 128, 255]
    assert alpha[3 * 8 + 1 : 3 * 8 + 4] == [255, 128, 0]
    assert sum(alpha) == 766
    assert pixels[:3] == bytes([10, 20, 30])


def test_a_large_image_is_sent_in_chunks_that_say_so() -> None:
    noise = bytes((index * index * 2654435761 >> 7) & 255 for index in range(40_000))
    codes = kitty.transmit(Ink(0, 0, 400, 100, noise), (0, 0), (400, 100), (50, 7), 7, (1, 2, 3))
    chunks = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", codes)
    assert len(chunks) > 1
    assert all(len(payload) <= 4096 for _, payload in chunks)
    assert [header[-1] for header, _ in chunks] == ["1"] * (len(chunks) - 1) + ["0"]
    assert zlib.decompress(b64decode("".join(payload for _, payload in chunks)))[3::4] == noise


def test_placeholders_say_their_row_and_the_number_is_their_colour() -> None:
    row = kitty.placeholders(2, 3)
    assert row.count("\U0010eeee") == 3
    assert row.startswith("\U0010eeee\u030e\u0305")
    assert kitty.colour_of(0x123456) == (0x12, 0x34, 0x56)
