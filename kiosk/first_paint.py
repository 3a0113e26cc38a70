"""The first true frame, before Textual is imported: the word of the state, the room, until when.

Plain standard library, and of that only what is needed: it is done before most programs have finished importing.
The truth comes from the agent if it answers within a blink, else from what the agent left in memory, else from the
card; what nobody vouches for is drawn as unknown. Everything on the glass has gone through `SafeText`, and every
escape code is made here from numbers.
"""

import os
import time
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from device.model.safetext import SafeText
from kiosk.measures import Measures, Shape, measures
from kiosk.palette import NEUTRAL, Ground, grounds, parse

BLINK = 0.03
"""Seconds that the agent has to answer."""
_ENOUGH = (b'{"type":"room"', b'{"type":"pairing"', b'{"type":"fault"')
_WORDS = Path(__file__).with_name("first_words.txt")
_ENTER = "\x1b[?1049h\x1b[?25l"


class Found(NamedTuple):
    """What was known before the app began."""

    lines: tuple[tuple[float, bytes], ...] = ()
    """Frames of the agent, each with the monotonic second of its arrival."""
    left: bytes = b""
    """The `LastShown` that the agent left, where it did not answer."""
    room: bytes = b""
    look: bytes = b""
    """What the card knows, where there was neither."""


def find(runtime: Path, state: Path | None) -> Found:
    """The best truth there is, in no more than a blink."""
    lines = _asked(runtime / "panel.sock")
    if any(line.startswith(_ENOUGH) for _, line in lines):
        return Found(lines=lines)
    try:
        return Found(lines=lines, left=(runtime / "state.json").read_bytes())
    except OSError:
        return _from_card(state, lines)


def paint(found: Found, descriptor: int) -> bool:
    """Draw it on the terminal behind a descriptor; whether it is there. Whatever is wrong, the app comes anyway."""
    try:
        size = os.get_terminal_size(descriptor)
        os.write(descriptor, drawing(found, (size.columns, size.lines)).encode())
    except (OSError, ValueError, TypeError, AttributeError, LookupError):
        return False
    return True


def drawing(found: Found, size: tuple[int, int]) -> str:
    """The bytes of the first frame for a glass of that size.

    Raises:
        ValueError: what was found is not what an agent says.
    """
    import json

    told: dict[str, Any] = {}
    for at, line in found.lines:
        frame = json.loads(line)
        told[frame["type"]] = (at, frame)
    if "room" in told:
        state, vouched = told["room"][1]["state"], True
    elif found.left:
        state, vouched = json.loads(found.left)["state"], False
    else:
        state, vouched = ({"room": json.loads(found.room)} if found.room else {}), False
    look = told["look"][1] if "look" in told else json.loads(found.left)["look"] if found.left else {}
    look = look or (json.loads(found.look) if found.look else {})
    return _Frame(measures(size), look, state, vouched=vouched).drawn()


def _asked(path: Path) -> tuple[tuple[float, bytes], ...]:
    """The frames with which the agent greets a kiosk, as far as they come in time."""
    import socket

    deadline = time.monotonic() + BLINK
    lines: list[tuple[float, bytes]] = []
    rest = b""
    try:
        with socket.socket(socket.AF_UNIX) as agent:
            agent.settimeout(BLINK)
            agent.connect(str(path))
            while not any(line.startswith(_ENOUGH) for _, line in lines):
                agent.settimeout(max(deadline - time.monotonic(), 0.001))
                chunk = agent.recv(1 << 16)
                if not chunk:
                    break
                *whole, rest = (rest + chunk).split(b"\n")
                lines += [(time.monotonic(), line) for line in whole]
    except OSError:
        pass
    return tuple(lines)


def _from_card(state: Path | None, lines: tuple[tuple[float, bytes], ...]) -> Found:
    """Which room this is and how it looks, from the agent's cache."""
    if state is None:
        return Found(lines=lines)
    import sqlite3

    try:
        card = sqlite3.connect(f"file:{state / 'cache.db'}?mode=ro", uri=True, timeout=BLINK)
        try:
            rows = dict(card.execute("SELECT key, body FROM meta WHERE key IN ('room', 'look')"))
        finally:
            card.close()
        return Found(lines=lines, room=str(rows["room"]).encode(), look=str(rows["look"]).encode())
    except (sqlite3.Error, KeyError):
        return Found(lines=lines)


class _Frame:
    """One frame, put together from plain JSON."""

    def __init__(self, of: Measures, look: dict[str, Any], state: dict[str, Any], *, vouched: bool) -> None:
        self._of, self._look, self._state = of, look, state
        answer = state.get("availability", {})
        self._real = answer.get("state", "unknown")
        closed_by_hand = answer.get("reason") == "out-of-service"
        self._shown = self._real if vouched or closed_by_hand else "unknown"
        self._until = answer.get("until")
        self._words = _records()
        language = str(look.get("language", "en")).split("-")[0]
        self._language = language if f"{language} until" in self._words else "en"

    def drawn(self) -> str:
        """Escape codes and text: the ground, then what stands on it."""
        night = self._state.get("dim", "day")
        palette = grounds(self._look.get("theme", "dark"), night=night != "day")
        if not self._state:
            return _ENTER + _coloured(palette[NEUTRAL]) + "\x1b[2J"
        if night == "off":
            return _ENTER + "\x1b[0;48;2;0;0;0m\x1b[2J"
        return _ENTER + _coloured(palette[self._shown]) + "\x1b[2J" + "".join(self._texts())

    def _texts(self) -> list[str]:
        of = self._of
        name = SafeText(self._state["room"]["name"])
        if of.shape is Shape.TINY:
            return [_at(of.rows // 2, 0, f"{name}: {self._said(self._shown + ' name')}")]
        x, top = of.edge, of.top + of.header
        word = self._words[f"{self._language} {self._shown}"]
        scale = max(1, of.word // len(word))
        texts = [_at(of.top + of.header // 2, x, f"\x1b[1m{name}\x1b[22m")]
        texts += [_at(top + row, x, line) for row, line in enumerate(_scaled(word, scale))]
        return [*texts, _at(top + len(word) * scale, x, self._beside())]

    def _beside(self) -> str:
        """Until when, or since when nobody knows."""
        if self._said("style").startswith("rtl"):
            return ""
        if self._shown == "unknown":
            if "as_of" not in self._state:
                return self._said("never")
            last = self._state.get("last_known") or {"state": self._real, "at": self._state["as_of"]}
            state = self._said(f"{last['state']} name")
            return self._said("unconfirmed").format(state=state, time=self._time(last["at"]))
        if self._shown == "free" and not self._until:
            return self._said("rest")
        if not self._until or self._shown in ("closed", "check-in"):
            return ""
        time = self._time(self._until)
        return time if self._shown == "starting" else self._said("until").format(time=time)

    def _time(self, instant: str) -> str:
        """The time in the room's zone, as the language has it."""
        from zoneinfo import ZoneInfo

        wall = datetime.fromisoformat(instant).astimezone(ZoneInfo(self._look.get("zone", "UTC")))
        hour24 = self._look.get("hour24")
        if self._said("style").endswith("24") if hour24 is None else hour24:
            return f"{wall.hour}:{wall.minute:02}"
        marks = self._said("marks").split("|")
        return self._said("time12").format(
            hour=wall.hour % 12 or 12, minute=f"{wall.minute:02}", mark=marks[wall.hour >= 12]
        )

    def _said(self, name: str) -> str:
        return self._words[f"{self._language} {name}"][0]


def _records() -> dict[str, list[str]]:
    """The words that were drawn ahead of time."""
    records = (record.split("\n") for record in _WORDS.read_text().rstrip("\n").split("\n\n"))
    return {name: lines for name, *lines in records}


def _coloured(ground: Ground) -> str:
    below, ink = parse(ground.ground), parse(ground.ink)
    return "\x1b[0;38;2;{};{};{};48;2;{};{};{}m".format(*ink, *below)


def _at(row: int, column: int, text: str) -> str:
    return f"\x1b[{row + 1};{column + 1}H{text}"


_QUARTERS = " ▘▝▀▖▌▞▛▗▚▐▜▄▙▟█"
"""Quarter blocks by the bits upper left, upper right, lower left, lower right."""


def _scaled(lines: list[str], scale: int) -> list[str]:
    """The drawing as it is, or twice as large: a quarter becomes a cell."""
    if scale < 2:
        return lines
    larger = []
    for line in lines:
        bits = [max(_QUARTERS.find(character), 0) for character in line]
        larger.append("".join("█" if bit >> half & 1 else " " for bit in bits for half in (0, 1)))
        larger.append("".join("█" if bit >> half & 1 else " " for bit in bits for half in (2, 3)))
    return larger
