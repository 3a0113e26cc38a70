"""`doorlight links`: a JSON list on standard output, reasons on standard error, a sentence for what cannot be read."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_side import Ran

from device.cli.invitation_input import LIMIT
from device.cli.reasons import REASONS, RULES, lines
from device.join.links import Look, Service, WayIn
from device.join.links.address import Rule
from device.join.policy import JoinPolicy, Reason

Run = Callable[..., Ran]
KEYS = [
    "service",
    "url",
    "meeting_id",
    "passcode",
    "dial_passcode",
    "sip",
    "h323",
    "vtc_id",
    "vtc_address",
    "found_in",
]
ZOOM = "https://zoom.us/j/81234567890"
ICS = f"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nLOCATION:{ZOOM}\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
PAGE = f'<html><body><p>Hello</p><a href="{ZOOM}">Join</a></body></html>'
GOOGLE = json.dumps({"summary": "x", "conferenceData": {"entryPoints": [{"entryPointType": "video", "uri": ZOOM}]}})
GRAPH = json.dumps({"subject": "x", "body": {"contentType": "html", "content": PAGE}})


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Callable[[bytes | str], None]:
    """Put this on standard input."""

    def give(data: bytes | str) -> None:
        raw = data.encode() if isinstance(data, str) else data
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(raw)))

    return give


def ways(told: Ran) -> list[dict[str, Any]]:
    assert told.code == 0, told.err
    found: list[dict[str, Any]] = json.loads(told.out)
    return found


@pytest.mark.parametrize(
    ("text", "found_in"),
    [
        (ZOOM, "text"),
        (f"Join Zoom\n{ZOOM}\nsee you", "text"),
        (f"Click here<{ZOOM}> and <b>bring cake</b>", "text"),
        (PAGE, "html"),
        (ICS, "location"),
        ("\ufeff" + ICS, "location"),
        (GOOGLE, "conferenceData"),
        (GRAPH, "body"),
        (f"[{GOOGLE}]", "conferenceData"),
        (f'{{"value": [{GRAPH}]}}', "body"),
        (f'{{"items": [{GOOGLE}]}}', "conferenceData"),
        (f"{{not JSON}} {ZOOM}", "text"),
        (f'"{ZOOM}"', "text"),
    ],
)
def test_what_it_is_given_is_told_by_itself(run: Run, given: Callable[[str], None], text: str, found_in: str) -> None:
    given(text)
    (way,) = ways(run("links"))
    assert list(way) == KEYS
    assert (way["service"], way["url"], way["meeting_id"]) == ("zoom", ZOOM, "81234567890")
    assert way["found_in"] == found_in


@pytest.mark.parametrize(("option", "text"), [("--html", PAGE), ("--ics", ICS), ("--json", GOOGLE), ("--json", GRAPH)])
def test_what_it_is_given_may_be_said(run: Run, tmp_path: Path, option: str, text: str) -> None:
    file = tmp_path / "invitation"
    file.write_text(text, encoding="utf-8")
    assert len(ways(run("links", option, file))) == 1


def test_a_page_read_as_said_is_not_guessed(run: Run, given: Callable[[str], None]) -> None:
    given("https:&#x2F;&#x2F;zoom.us&#x2F;j&#x2F;81234567890")
    assert len(ways(run("links", "--html"))) == 1


def test_nothing_to_join_is_an_empty_list(run: Run, given: Callable[[str], None]) -> None:
    given("Lunch at noon")
    told = run("links")
    assert (told.code, json.loads(told.out), told.err) == (0, [], "")


def test_every_event_of_a_list_is_looked_through(run: Run, given: Callable[[str], None]) -> None:
    given(json.dumps([{"location": ZOOM}, {"location": "https://meet.google.com/abc-defg-hij"}]))
    assert [way["service"] for way in ways(run("links"))] == ["zoom", "google_meet"]


def test_a_dash_is_standard_input(run: Run, given: Callable[[str], None]) -> None:
    given(ZOOM)
    assert len(ways(run("links", "-"))) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_of_any_encoding_is_read(run: Run, given: Callable[[bytes], None], encoding: str) -> None:
    given(f"Größe: {ZOOM}".encode(encoding))
    assert len(ways(run("links"))) == 1


def test_a_host_of_ones_own_is_declared(run: Run, given: Callable[[str], None]) -> None:
    for options, found in (((), 0), (("--host", "jitsi=calls.harbour.example"), 1)):
        given("https://calls.harbour.example/standup")
        assert len(ways(run("links", *options))) == found


def test_why_tells_what_was_looked_at_and_what_a_room_would_do(run: Run, given: Callable[[str], None]) -> None:
    given(
        f"{ZOOM} https://evil.example/x https://zoom.us@evil.example/j/81234567890 https://meet.jit.si/room "
        "sip:a@vc.harbour.example\x1b[31m"
    )
    told = run("links", "--why")
    assert len(ways(told)) == 3
    for words in (
        "a way in",
        "No service is known at its host",
        "There is an @ before its host",
        "zoom by web: a room may join it, at zoom.us",
        "jitsi by web: a room refuses it",
        "sip by SIP: a room refuses it",
        "domain is not on the list",
    ):
        assert words in told.err, words
    assert "\x1b" not in told.err


def test_why_tells_that_there_was_nothing(run: Run, given: Callable[[str], None]) -> None:
    given("Lunch at noon")
    assert "nothing in it that reads like a link" in run("links", "--why").err


def test_a_refusal_is_told_by_its_rule_where_there_is_one() -> None:
    way = WayIn(service=Service.ZOOM, url="https://zoom.us:443/j/81234567890", h323="10.0.0.1##81234567890")
    told = "\n".join(lines(Look(ways=(way,)), JoinPolicy()))
    assert RULES[Rule.PORT] in told
    assert "zoom by H.323: a room refuses it" in told
    assert REASONS[Reason.GATEWAY] in told


def test_there_is_a_sentence_for_every_rule_and_reason() -> None:
    assert set(RULES) == set(Rule)
    assert set(REASONS) == set(Reason)


def assert_one_sentence(told: Ran, code: int, *words: str) -> None:
    assert told.code == code, told.err
    assert told.out == ""
    sentence, hint = told.err.splitlines()
    assert sentence.startswith("doorlight: ")
    assert hint.startswith("  ")
    for word in words:
        assert word in told.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("links", "no-such-file.txt"), "There is no file no-such-file.txt"),
        (("links", "a\x1b[31mb"), "There is no file ab"),
        (("links", "--host", "telepathy=x.example"), "no service that one runs oneself"),
        (("links", "--host", "jitsi=10.0.0.1"), "is no host"),
        (("links", "--host", "jitsi"), "is no host"),
        (("links", "--nope"), "--nope"),
        (("links", "a", "b"), "unexpected"),
    ],
)
def test_options_that_cannot_be_meant(run: Run, words: tuple[str, ...], said: str) -> None:
    assert_one_sentence(run(*words), 2, said, "--help")


@pytest.mark.parametrize(
    ("data", "options", "said"),
    [
        (b"\0\1\2" * 100, (), "is no text"),
        (b"x" * (LIMIT + 1), (), "is larger than"),
        (b"{", ("--json",), "is not a JSON object"),
        (b"[" * 100_000, ("--json",), "is not a JSON object"),
        (b'"text"', ("--json",), "is not a JSON object"),
        (b"{}", ("--json",), "no event"),
        (b'{"a": 1}', (), "no event"),
        (b"[1]", ("--json",), "no event"),
    ],
)
def test_what_is_no_invitation_gets_one_sentence(
    run: Run, given: Callable[[bytes], None], data: bytes, options: tuple[str, ...], said: str
) -> None:
    given(data)
    assert_one_sentence(run("links", *options), 2, said, "--help")


def test_a_folder_is_no_file(run: Run, tmp_path: Path) -> None:
    assert_one_sentence(run("links", tmp_path), 74, "directory")


def test_rubbish_that_is_text_has_no_way_in(run: Run, given: Callable[[bytes], None]) -> None:
    given(bytes(range(1, 256)) * 500)
    assert ways(run("links")) == []


def test_a_person_at_a_terminal_is_told_what_to_do(
    run: Run, given: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    given(ZOOM)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    told = run("links")
    assert "Ctrl-D" in told.err
    assert len(json.loads(told.out)) == 1
