"""A full-screen program that shows what reaches it, byte by byte, and does what its first letters say."""

import os
import sys
import tty

_ACTS = {
    b"C": b"\x1b[2J",
    b"S": b"\x1bPq#0;2;0;0;0~\x1b\\",
    b"A": b"\x1b[?1049l\x1b[?1049h",
    b"L": b"\x1b[5;1H" + b"flood " * 60_000 + b"\x1b[6;1Hafter the flood",
    b"H": b"\x1bPq#0;2;0;0;0~",  # an image that has not ended
}


def write_all(data: bytes) -> None:
    while data:
        data = data[os.write(1, data) :]


def main() -> None:
    tty.setraw(0)
    os.write(1, b"\x1b[?1049h\x1b[?1000h\x1b[?1006h\x1b[?2004h\x1b[>1u\x1b[?25l\x1b[1;1Hready")
    while data := os.read(0, 1024):
        if data == b"X":
            os.write(1, b"\x1b[?1049lit broke\r\n")
            sys.exit(3)
        if data in _ACTS:
            write_all(_ACTS[data])
        os.write(1, b"\x1b[3;1H\x1b[Kgot " + data.hex(" ").encode() + b".")


if __name__ == "__main__":
    main()
