"""Invitations made by dice, whose one way in is known because it was put there."""

import base64
import html
import json
import tomllib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from urllib.parse import quote

from device.calendars.invitations import google, graph, ical, text
from device.model.invitation import Invitation

WORDS = tomllib.loads((Path(__file__).parent / "examples_labels.toml").read_text(encoding="utf-8"))
LETTERS = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKMNPQRSTUVWXYZ23456789"
NOISE = (
    "Agenda: figures, staff, the move.",
    "Bitte bringt die Unterlagen mit – wir haben nur 45 Minuten.",
    "Siehe https://docs.harbour.example/papers/2026-03?version=2#part",
    "Contact: anna.schmidt@harbour.example, +49 69 1234567",
    "Dial in by phone: +1 323-555-0166 (toll)",
    "会議の前に資料をお読みください。",
    "1. Welcome 2. Budget: 120 000 € 3. Any other business",
    "Room: Aurora, 3rd floor; Wi-Fi password: guest2026",
    "Recording: https://harbour.example/rec/81234567890",
    "Help: https://support.zoom.us/hc/en-us and https://aka.ms/JoinTeamsMeeting and https://help.webex.com",
    "________________________________",
    "",
)


@dataclass
class Made:
    """What was put in: the lines that a service would print, and what must be found."""

    link: str
    lines: list[str]
    found: dict[str, str] = field(default_factory=dict)


def word(rng: Random, length: int) -> str:
    """A passcode that has a letter and a digit."""
    return rng.choice("abcdefgh") + "".join(rng.choice(LETTERS) for _ in range(length - 2)) + rng.choice("23456789")


def digits(rng: Random, length: int) -> str:
    return rng.choice("123456789") + "".join(rng.choice("0123456789") for _ in range(length - 1))


def grouped(number: str, rng: Random) -> str:
    """A number as it is printed."""
    size = rng.choice((3, 4))
    return rng.choice((" ", "\u00a0")).join(number[at : at + size] for at in range(0, len(number), size))


def labelled(rng: Random, kind: str, value: str, language: str) -> str:
    colon = rng.choice((": ", " : ", ":\u00a0", "："))
    return rng.choice(WORDS[language][kind]) + colon + value


def zoom(rng: Random) -> Made:
    number, passcode, language = digits(rng, rng.choice((9, 10, 11))), word(rng, 8), rng.choice(list(WORDS))
    host = rng.choice(("zoom.us", "us02web.zoom.us", "harbour.zoom.us", "agency.zoomgov.com", "kunde.zoom-x.de"))
    token = word(rng, 30) + ".1"
    link = f"https://{host}/{rng.choice('jw')}/{number}" + rng.choice(("", f"?pwd={token}", f"?omn=1&pwd={token}"))
    lines = [labelled(rng, "id", grouped(number, rng), language), labelled(rng, "code", passcode, language)]
    found = {"service": "zoom", "url": link, "meeting_id": number, "passcode": passcode}
    if rng.random() < 0.5:
        dial = digits(rng, 6)
        lines += [f"+16699006833,,{number}#,,,,*{dial}# US", "Join by SIP", f"• {number}@zoomcrc.com"]
        found |= {"dial_passcode": dial, "sip": f"{number}.{dial}@zoomcrc.com"}
        if rng.random() < 0.5:
            lines += ["Join by H.323", "• 144.195.19.161 (US West)", "• 206.247.11.121 (US East)"]
            found["h323"] = f"144.195.19.161##{number}#{dial}"
        lines += [f"Meeting ID: {grouped(number, rng)}", f"Passcode: {dial}"]
    return Made(link, lines, found)


def teams(rng: Random) -> Made:
    number, passcode, language = digits(rng, rng.choice((12, 13, 14, 15))), word(rng, 8), rng.choice(list(WORDS))
    thread = base64.b64encode(word(rng, 27).encode()).decode()
    context = quote(json.dumps({"Tid": "aa67", "Oid": "112f"}, separators=(",", ":")), safe="").lower()
    link = rng.choice(
        (
            f"https://teams.microsoft.com/l/meetup-join/19%3ameeting_{thread}%40thread.v2/0?context={context}",
            f"https://teams.microsoft.com/meet/{number}?p={word(rng, 18)}",
            f"https://gov.teams.microsoft.us/meet/{number}?p={word(rng, 18)}",
        )
    )
    lines = [labelled(rng, "id", grouped(number, rng), language), labelled(rng, "code", passcode, language)]
    found = {"service": "teams", "url": link, "meeting_id": number, "passcode": passcode}
    if rng.random() < 0.5:
        key, vtc = word(rng, 6).lower(), digits(rng, 10)
        video = rng.choice(WORDS[language].get("video", ["Video Conference ID"]))
        lines += [f"{key}@m.webex.com", f"{video}: {grouped(vtc, rng)}"]
        found |= {"vtc_id": vtc, "vtc_address": f"{key}@m.webex.com", "sip": f"{vtc}.{key}@m.webex.com"}
    if rng.random() < 0.5:
        phone = rng.choice(WORDS[language].get("phone", ["Phone conference ID"]))
        lines += [f"+49 69 5550000,,{digits(rng, 9)}#", f"{phone}: {grouped(digits(rng, 9), rng)}#"]
    return Made(link, lines, found)


def webex(rng: Random) -> Made:
    number, passcode, dial = digits(rng, 11), word(rng, 9), digits(rng, 8)
    link = f"https://harbour.webex.com/harbour/j.php?MTID=m{''.join(rng.choice('0123456789abcdef') for _ in range(32))}"
    lines = [
        f"Meeting number (access code): {grouped(number, rng)}",
        f"Meeting password: {passcode} ({dial} from phones)",
    ]
    if rng.random() < 0.5:
        lines.append(f"Dial {number}@harbour.webex.com")
    found = {"service": "webex", "url": link, "meeting_id": number, "passcode": passcode, "dial_passcode": dial}
    return Made(link, lines, {**found, "sip": f"{number}@harbour.webex.com"})


def meet(rng: Random) -> Made:
    code = "-".join("".join(rng.choice("abcdefghijklmnopqrstuvwxyz") for _ in range(size)) for size in (3, 4, 3))
    link, pin = f"https://meet.google.com/{code}", digits(rng, 9)
    lines = [
        f"Or dial: (DE) +49 40 8081617343 PIN: {grouped(pin, rng)}#",
        f"https://tel.meet/{code}?pin={digits(rng, 13)}",
    ]
    return Made(link, lines, {"service": "google_meet", "url": link, "meeting_id": code, "dial_passcode": pin})


def other(rng: Random) -> Made:
    number, name = digits(rng, 9), word(rng, 12)
    choices = (
        Made(
            f"https://global.gotomeeting.com/join/{number}",
            [f"Access Code: {number[:3]}-{number[3:6]}-{number[6:]}"],
            {"service": "gotomeeting", "meeting_id": number},
        ),
        Made(
            f"https://v.ringcentral.com/join/{number}?pw=x1",
            [f"Password: {name}"],
            {"service": "ringcentral", "meeting_id": number, "passcode": name},
        ),
        Made(f"https://meet.jit.si/{name}", [], {"service": "jitsi", "meeting_id": name}),
        Made(f"https://whereby.com/{name}", [], {"service": "whereby", "meeting_id": name}),
        Made(f"https://chime.aws/{number}1", [], {"service": "chime", "meeting_id": number + "1"}),
        Made(
            f"https://bluejeans.com/{number}",
            ["Participant Passcode: 4321"],
            {
                "service": "bluejeans",
                "meeting_id": number,
                "passcode": "4321",
                "dial_passcode": "4321",
                "sip": f"{number}@bjn.vc",
            },
        ),
        Made(
            f"https://vc.harbour.example/webapp/?conference={name}",
            [f"Video: {name}@vc.harbour.example"],
            {"service": "pexip", "meeting_id": name, "sip": f"{name}@vc.harbour.example"},
        ),
        Made(
            f"https://join.harbour.example/invited.sf?secret={name}&id={number}",
            [f"SIP: {number}@meet.harbour.example"],
            {"service": "cms", "meeting_id": number, "sip": f"{number}@meet.harbour.example"},
        ),
    )
    made = rng.choice(choices)
    made.found["url"] = made.link
    return made


SERVICES: tuple[Callable[[Random], Made], ...] = (zoom, zoom, teams, teams, webex, meet, other)


def wrapped(link: str, rng: Random) -> str:
    """The link as a mail filter leaves it."""
    safe = f"https://eur0{rng.randrange(1, 6)}.safelinks.protection.outlook.com/?url={quote(link, safe='')}&data=05%7C"
    v2 = link.replace("-", "-2D").replace("_", "-5F").replace("/", "_")
    for sign in "%:?=&":
        v2 = v2.replace(sign, f"-{ord(sign):02X}")
    choices = (
        link,
        link,
        safe,
        f"https://urldefense.com/v3/__{link}__;!!AbC!dEf$" if "*" not in link else link,
        f"https://urldefense.proofpoint.com/v2/url?u={v2}&d=DwMF",
        f"https://www.google.com/url?q={quote(link, safe='')}&sa=D&source=calendar",
        f"https://slack-redir.net/link?url={quote(safe, safe='')}",
    )
    return rng.choice(choices)


def as_text(made: Made, rng: Random) -> str:
    link = rng.choice(
        (made.link, f"<{wrapped(made.link, rng)}>", f"Join here<{wrapped(made.link, rng)}>", made.link + ".")
    )
    before, after = (rng.sample(NOISE, rng.randrange(4)) for _ in range(2))
    return rng.choice(("\n", "\r\n", "\n\n")).join([*before, link, *made.lines, *after])


def as_page(made: Made, rng: Random) -> str:
    tag = rng.choice(("p", "div", "li"))
    link = html.escape(wrapped(made.link, rng))
    before, after = (rng.sample(NOISE, rng.randrange(4)) for _ in range(2))
    lines = [
        *(html.escape(line) for line in before),
        f'<a href="{link}">{rng.choice(("Join", "Beitreten", "参加"))}</a>',
    ]
    lines += [html.escape(line) for line in (*made.lines, *after)]
    style = rng.choice(("", ' style="color:#252424"', " class=x"))
    return "<html><body>" + "".join(f"<{tag}{style}>{line}</{tag}>" for line in lines) + "</body></html>"


def escaped(value: str) -> str:
    for sign, written in (("\\", "\\\\"), (";", "\\;"), (",", "\\,"), ("\r\n", "\\n"), ("\n", "\\n")):
        value = value.replace(sign, written)
    return value


def folded(line: str) -> str:
    return "\r\n ".join(line[at : at + 70] for at in range(0, len(line), 70)) or line


def as_calendar(made: Made, rng: Random) -> str:
    lines = ["BEGIN:VCALENDAR", "BEGIN:VEVENT", "UID:1"]
    if rng.random() < 0.5:
        lines.append("LOCATION:" + escaped(made.link))
    lines.append("DESCRIPTION:" + escaped(as_text(made, rng)))
    if rng.random() < 0.3:
        lines.append("X-ALT-DESC;FMTTYPE=text/html:" + escaped(as_page(made, rng)))
    lines += ["BEGIN:VALARM", "DESCRIPTION:https://zoom.us/j/99999999999", "END:VALARM", "END:VEVENT", "END:VCALENDAR"]
    return "\r\n".join(map(folded, lines)) + "\r\n"


def invitation(rng: Random) -> tuple[Invitation, dict[str, str], str]:
    """An invitation, what must be found in it, and how it was written."""
    made = rng.choice(SERVICES)(rng)
    kind = rng.choice(("text", "page", "calendar", "google", "graph"))
    if kind == "text":
        raw = as_text(made, rng)
        return text.of_text(raw), made.found, raw
    if kind == "page":
        raw = as_page(made, rng)
        return text.of_page(raw), made.found, raw
    if kind == "calendar":
        raw = as_calendar(made, rng)
        return ical.of_calendar(raw), made.found, raw
    body = rng.choice((as_text, as_page))(made, rng)
    where = rng.choice((made.link, "Aurora"))
    if kind == "google":
        event = {"summary": "Quarter", "location": where, "description": body}
        return google.of_event(event), made.found, json.dumps(event)
    content = {"contentType": "html" if body.startswith("<html>") else "text", "content": body}
    plain = {"subject": "Quarter", "location": {"displayName": where}, "body": content}
    return graph.of_event(plain), made.found, json.dumps(plain)
