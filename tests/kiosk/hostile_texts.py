"""What strangers could write into an invitation to drive, crash or deceive a screen."""

import random
from collections.abc import Iterator

SEEDS = (
    "\x1b]0;owned\x07",
    "\x1b]52;c;cm0gLXJm\x07",
    "\x1b[2J\x1b[H",
    "\x1b[5n\x1b[c\x1b[6n",
    "\x9b31m\x9b2J",
    '\x1bP$q"p\x1b\\',
    "\x1bPq#0;2;0;0;0#0~~\x1b\\",
    "\x1b_Gf=24,a=T;AAAA\x1b\\",
    "\x1b[?1049l\x1b[?25h",
    "\x1b[>4;2m",
    "\x1bc",
    "\x90unfinished",
    "\x9d0;title\x9c",
    "\x18\x1a\x05\x07\x08\x0e\x0f\x00\x7f",
    "\r\n\x0b\x0c\u2028\u2029\x85",
    "[/]",
    "[/b]",
    "[",
    "[[",
    "]",
    "\\[",
    "[@click=app.exit()]Weekly[/]",
    "[@click=screen.dismiss()]x",
    "[link=file:///etc/passwd]x[/link]",
    "[bold red on blue]x",
    "[$primary]x[/$primary]",
    "{until} {time} {0} {state!r} %s %(x)s $x",
    "\u202eevil\u202c",
    "\u2066a\u2069\u200e\u200f\u061c",
    "".join(chr(0xE0000 + ord(letter)) for letter in "tag"),
    "e" + "\u0301" * 50,
    "\u0489" * 30,
    "\u200b\u200c\u200d\ufeff\u2060",
    "👨‍👩‍👧‍👦👩🏽‍🚀🏳️‍🌈",
    "🇩🇪🇫🇷",
    "\u3164\uffa0\u115f\u00ad",
    "日本語の会議",
    "اجتماع مهم جدا",
    "שלום",
    "\u0e01\u0e33\u0e49",
    "\ufffd\ufffe\uffff\ue000\U0010ffff",
    "\U0001cd00\u2588\u2580",
    "W" * 400,
    "ﷺ﷽" * 20,
    "a\tb",
    "",
    " ",
    "'\"<>&;`$(reboot)`",
    "../../etc/passwd",
)


def hostile(seed: int) -> Iterator[str]:
    """Such texts without end: each alone, then in every mixture."""
    yield from SEEDS
    chance = random.Random(seed)  # noqa: S311 - the same texts at every run
    while True:
        parts = [chance.choice(SEEDS) for _ in range(chance.randint(1, 4))]
        if chance.random() < 0.5:
            parts.append(
                "".join(chr(chance.choice((chance.randrange(0x20), chance.randrange(0x250)))) for _ in range(12))
            )
        if chance.random() < 0.2:
            cut = chance.randrange(1, 6)
            parts = [part[:cut] for part in parts]
        yield "".join(parts).encode("utf-16", "surrogatepass").decode("utf-16", "replace")
