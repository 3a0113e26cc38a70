"""J2: the ways in from an invitation of 100 kB, and from the inputs that cost most.

There is no floor: the promise is absolute, in processor time, so that another process's work is not counted as ours.
"""

import statistics
import time
from collections.abc import Callable, Mapping
from random import Random

from bench.table import Row, report
from device.calendars.invitations import ical, text
from device.join.links import look
from device.model.invitation import Invitation

SIZE = 100_000
ROUNDS = 200
HARD_ROUNDS = 7
PROMISE, WORST = 20.0, 50.0
ZOOM = """Anna Schmidt is inviting you to a scheduled Zoom meeting.

Join Zoom Meeting
https://us02web.zoom.us/j/81234567890?pwd=QWxhZGRpbjpvcGVuIHNlc2FtZQ.1

Meeting ID: 812 3456 7890
Passcode: yV39aa%pi0

One tap mobile
+16699006833,,81234567890#,,,,*1507305560# US (San Jose)

Join by SIP
• 81234567890@zoomcrc.com

Join by H.323
• 144.195.19.161 (US West)
• 206.247.11.121 (US East)
Meeting ID: 812 3456 7890
Passcode: 1507305560
"""
TEAMS = """Microsoft Teams meeting
Join the meeting now<https://teams.microsoft.com/l/meetup-join/19%3ameeting_NTg0NmQ3NTct%40thread.v2/0?context=%7b%7d>
Besprechungs-ID: 212 345 678 901 23
Passcode: Ab3cD4
acme@m.webex.com
Videokonferenz-ID: 114 213 415 0
Telefonkonferenz-ID: 123 456 789#
"""
PROSE = (
    "We go through the quarter – figures, staff, the move – and want decisions: please read the paper at "
    "https://docs.harbour.example/papers/{number}?version=2 first, and write to anna@harbour.example. "
)
SPAN = (
    '<p class="MsoNormal" style="margin-bottom:12.0pt"><span lang="EN-US" style="font-size:10.5pt;'
    'font-family:&quot;Segoe UI&quot;,sans-serif;color:#252424">{words}<o:p></o:p></span></p>'
)


def filled(invitation: str, unit: str, rng: Random) -> str:
    """An invitation within so much else that it is 100 kB, at a place that the dice choose."""
    count = (SIZE - len(invitation)) // len(unit.format(number=100, words="x"))
    units = [unit.format(number=rng.randrange(1000), words=f"Point {one} of the agenda") for one in range(count)]
    units.insert(rng.randrange(len(units)), invitation)
    return "\n".join(units)[:SIZE]


def as_page(invitation: str) -> str:
    """An invitation as Outlook would have it."""
    lines = (line.replace("<", ' <a href="').replace(">", '">link</a>') for line in invitation.splitlines())
    return "".join(SPAN.format(words=line) for line in lines)


def as_calendar(plain: str) -> str:
    """An invitation as a description, folded."""
    escaped = plain.replace("\\", "\\\\").replace("\n", "\\n").replace(",", "\\,").replace(";", "\\;")
    folded = "\r\n ".join(escaped[at : at + 74] for at in range(0, len(escaped), 74))
    return f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nDESCRIPTION:{folded}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"


def invitations(rng: Random) -> dict[str, Callable[[], Invitation]]:
    """One invitation of each kind, another each time."""
    return {
        "text": lambda: text.of_text(filled(rng.choice((ZOOM, TEAMS)), PROSE, rng)),
        "page": lambda: text.of_page("<html><body>" + filled(as_page(rng.choice((ZOOM, TEAMS))), SPAN, rng)),
        "calendar": lambda: ical.of_calendar(as_calendar(filled(rng.choice((ZOOM, TEAMS)), PROSE, rng))),
        "a chain of replies": lambda: text.of_text(((ZOOM + TEAMS) * 200)[:SIZE]),
    }


HARD: Mapping[str, str] = {
    "links of one meeting": "https://zoom.us/j/81234567890 ",
    "links of many hosts": "https://x{number}.harbour.example/a ",
    "links of many meetings": "https://zoom.us/j/8{number:09d} ",
    "rooms": "https://jitsi.harbour.example/room{number} ",
    "hosts without a scheme": "zoom.us/j/8{number:09d} ",
    "long hosts": "https://" + "a." * 100 + "zoom.us/j/81234567890 ",
    "schemes": "https://",
    "colons and slashes": "://",
    "addresses": "a@b.example ",
    "SIP addresses": "sip:a{number}@b.example ",
    "H.323": "h.323 162.255.37.11##8{number:09d} ",
    "labels": "Meeting ID: 1 Passcode: a ",
    "labels in Chinese": "会议号：１",
    "the beginnings of labels": "meeting ",
    "conference ids": "video id: 123 a@b.example ",
    "wrappers": "https://urldefense.com/v3/__https://zoom.us/j/8123456789*" + "*" * 200 + "__;YWFh!!x$ ",
    "Safe Links": "https://a.safelinks.protection.outlook.com/?url=https%3A%2F%2Fzoom.us%2Fj%2F8{number:09d} ",
    "parameters": "https://zoom.us/join?" + "confno=1&" * 300 + " ",
    "threads": "https://teams.microsoft.com/l/meetup-join/19%3a" + "a%40" * 100 + " ",
    "names of characters": "&amp;&#x68;",
    "wide letters": "ｈｔｔｐｓ：／／",
    "marks": "a\u0301\u0316",
    "open tags": "<a ",
    "angle brackets": "<",
    "tags": "<a>",
    "paragraphs": "<p>x</p>",
    "anchors": '<p><a href="https://x{number}.harbour.example/">x</a></p>',
    "anchors of many meetings": '<p><a href="https://zoom.us/j/8{number:09d}">x</a></p>',
    "unclosed anchors": '<a href="https://zoom.us/j/81234567890">',
    "attributes": "<a b{number}=1 c{number}=2 ",
    "cells": "<table><tr><td>Meeting ID</td><td>1</td>",
    "entities in attributes": '<a href="&#104;&#116;&#116;&#112;">',
}


def hard_inputs() -> dict[str, Invitation]:
    """Each of the hard units over and over, in every carrier that takes it."""
    found = {}
    for name, unit in HARD.items():
        long = "".join(
            unit.replace("{number:09d}", f"{n:09d}").replace("{number}", str(n)) for n in range(SIZE // len(unit) + 1)
        )
        found[f"{name}, text"] = text.of_text(long[:SIZE])
        found[f"{name}, page"] = text.of_page("<p>" + long[:SIZE])
        twice = "BEGIN:VEVENT\r\nLOCATION:" + long[:SIZE] + "\r\nDESCRIPTION:<p>" + long[:SIZE]
        found[f"{name}, calendar"] = ical.of_calendar(twice)
    return found


def milliseconds(invitation: Invitation) -> float:
    """Processor time of one look."""
    began = time.process_time()
    look(invitation)
    return (time.process_time() - began) * 1000


def percentiles(times: list[float]) -> tuple[float, float, float]:
    """The median, the 99th of a hundred, the largest."""
    return statistics.median(times), statistics.quantiles(times, n=100)[98], max(times)


def main() -> None:
    """Measure and print."""
    rng = Random("ways in")  # noqa: S311 - the same invitations each time
    rows = []
    for name, make in invitations(rng).items():
        milliseconds(make())
        middle, most, largest = percentiles([milliseconds(make()) for _ in range(ROUNDS)])
        rows.append(Row(f"{name}, 100 kB: p50", middle, "ms"))
        rows.append(Row(f"{name}, 100 kB: p99", most, "ms", promise=PROMISE))
        rows.append(Row(f"{name}, 100 kB: largest of {ROUNDS}", largest, "ms", promise=WORST))
    hard = {
        name: statistics.median(milliseconds(invitation) for _ in range(HARD_ROUNDS))
        for name, invitation in hard_inputs().items()
    }
    for name in sorted(hard, key=lambda one: hard[one], reverse=True)[:8]:
        rows.append(Row(f"hard: {name}", hard[name], "ms", promise=WORST))
    report("ways_in", rows)


if __name__ == "__main__":
    main()
