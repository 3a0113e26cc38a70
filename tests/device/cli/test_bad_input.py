"""Whatever is wrong outside gets one sentence and one hint, through the command, and no traceback."""

import socket
from collections.abc import Callable
from pathlib import Path

import pytest
from cli_side import Ran, Web

Run = Callable[..., Ran]


def assert_told(told: Ran, code: int, *words: str) -> None:
    """It ended with this code and one sentence with these words, and one hint."""
    assert told.code == code, told.err
    sentence, *hint = told.err.splitlines()
    assert sentence.startswith("doorlight: ")
    assert len(hint) == 1, told.err
    assert "Traceback" not in told.err
    for word in words:
        assert word in told.err


SETTINGS = {
    "not TOML": ('room = "', "is not TOML"),
    "no text": ("\x00\x01", "is not TOML"),
    "empty": ("", "[calendar]"),
    "unknown key": (
        'standalone = true\nrom = 1\n[room]\nid="a"\nname="A"\nzone="UTC"\n[calendar]\nprovider="ics"\n',
        "rom",
    ),
    "wrong type": ('[room]\nid=1\nname="A"\nzone="UTC"\n[calendar]\nprovider="ics"\npath="x"\n', "room.id"),
    "no such zone": ('[room]\nid="a"\nname="A"\nzone="Mars/Base"\n[calendar]\nprovider="ics"\npath="x"\n', "room.zone"),
    "no calendar": ('[room]\nid="a"\nname="A"\nzone="UTC"\n', "calendar"),
    "no such provider": ('[room]\nid="a"\nname="A"\nzone="UTC"\n[calendar]\nprovider="lotus"\n', "calendar.provider"),
    "a key of another provider": (
        '[room]\nid="a"\nname="A"\nzone="UTC"\n[calendar]\nprovider="ics"\npath="x"\ntenant="t"\n',
        "calendar.tenant",
    ),
    "no secret": (
        '[room]\nid="a"\nname="A"\nzone="UTC"\n[calendar]\nprovider="caldav"\nurl="http://x/"\npassword_file="/no"\n',
        "calendar.password_file",
    ),
}


@pytest.mark.parametrize("command", ["schedule", "explain"])
@pytest.mark.parametrize("wrong", SETTINGS)
def test_settings_that_cannot_be_right(run: Run, tmp_path: Path, wrong: str, command: str) -> None:
    text, words = SETTINGS[wrong]
    path = tmp_path / "agent.toml"
    path.write_text(text)
    assert_told(run(command, "--settings", path), 78, words)


def test_settings_that_cannot_be_read(run: Run, tmp_path: Path) -> None:
    assert_told(run("schedule", "--settings", tmp_path / "none.toml"), 78, "cannot be read", "--settings")
    assert_told(run("schedule", "--settings", tmp_path), 78, "cannot be read")
    (tmp_path / "latin.toml").write_bytes(b'name = "\xe4"')
    assert_told(run("schedule", "--settings", tmp_path / "latin.toml"), 78, "UTF-8")


@pytest.mark.parametrize("command", ["schedule", "explain"])
def test_a_server_that_is_not_there(run: Run, command: str) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/"
        assert_told(run(command, "--calendar", f"ics:{url}"), 69, "The calendar cannot be reached")


def test_a_host_without_an_address(run: Run) -> None:
    assert_told(run("schedule", "--calendar", "ics:http://no-such-host.invalid/"), 69, "cannot be reached", "name")


@pytest.mark.parametrize("kind", ["ics", "caldav"])
def test_a_wrong_password(run: Run, web: Web, kind: str) -> None:
    web.status, web.headers["WWW-Authenticate"] = 401, 'Basic realm="calendar"'
    url = web.url.replace("//", "//anna:wrong@")
    told = run("schedule", "--calendar", f"{kind}:{url}")
    assert_told(told, 77, "refused the sign-in", "password")
    assert "wrong@" not in told.err


@pytest.mark.parametrize("kind", ["ics", "caldav"])
def test_a_permission_that_is_missing(run: Run, web: Web, kind: str) -> None:
    web.status = 403
    assert_told(run("schedule", "--calendar", f"{kind}:{web.url}"), 77, "may not use", "administrator")


@pytest.mark.parametrize("kind", ["ics", "caldav"])
def test_a_page_of_a_captive_portal(run: Run, web: Web, kind: str) -> None:
    web.kind, web.body = "text/html", b"<html><body>Please accept our terms \x1b[31m</body></html>"
    told = run("schedule", "--calendar", f"{kind}:{web.url}")
    assert_told(told, 69, "is not a calendar", "captive portal")
    assert "\x1b" not in told.err


@pytest.mark.parametrize("status", [500, 502, 503])
def test_a_server_that_fails(run: Run, web: Web, status: int) -> None:
    web.status = status
    assert_told(run("schedule", "--calendar", f"ics:{web.url}"), 69)


def test_a_server_that_asks_for_patience(run: Run, web: Web) -> None:
    web.status, web.headers["Retry-After"] = 429, "30"
    assert_told(run("schedule", "--calendar", f"ics:{web.url}"), 69, "patience")


def test_a_calendar_that_is_not_there(run: Run, web: Web) -> None:
    web.status = 404
    assert_told(run("schedule", "--calendar", f"ics:{web.url}"), 69, "no such calendar")


def test_a_file_that_is_no_calendar(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "image.ics"
    path.write_bytes(bytes(range(256)) * 64)
    assert_told(run("schedule", "--calendar", f"ics:{path}"), 69, "is not a calendar")


@pytest.mark.parametrize(
    "words",
    [
        ("schedule", "--calendar", "ics:/no/such/file.ics"),
        ("schedule", "--calendar", "what:ever"),
        ("schedule", "--calendar", "ics:{file}", "--zone", "Mars/Base"),
        ("schedule", "--calendar", "ics:{file}", "--settings", "x"),
        ("schedule", "--zone", "UTC"),
        ("schedule",),
        ("emulate", "--scenario", "monday", "--calendar", "ics:{file}"),
        ("emulate", "--theme", "pink"),
        ("emulate", "--port", "70000", "--web"),
        ("kiosk", "--size", "big"),
    ],
)
def test_options_that_cannot_be_meant(run: Run, file: Path, words: tuple[str, ...]) -> None:
    assert_told(run(*(word.format(file=file) for word in words)), 2, "--help")


@pytest.mark.parametrize(
    ("words", "hint"),
    [
        (("--scenario", "nightmare"), "monday"),
        (("--room", "atlantis"), "aurora"),
        (("--size", "8in"), "7in"),
    ],
)
def test_an_office_that_does_not_exist(run: Run, words: tuple[str, str], hint: str) -> None:
    assert_told(run("emulate", *words), 78, hint)


def test_no_terminal_to_draw_on(run: Run) -> None:
    assert_told(run("emulate"), 78, "no terminal", "--web")
    assert_told(run("kiosk"), 69, "no terminal")


def test_a_port_that_is_taken_or_a_folder_that_is_not_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", "/no/such/folder")
    assert_told(run("emulate", "--web"), 74, "/no/such/folder", "No such file")
    monkeypatch.undo()
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert_told(run("emulate", "--web", "--port", str(taken.getsockname()[1])), 74, "in use")
