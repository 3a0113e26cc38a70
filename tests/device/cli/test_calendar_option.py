"""A calendar named on the command line."""

from pathlib import Path

import click
import pytest

from device.calendars import Providers
from device.cli.calendar_option import chosen_calendar


def test_a_file_is_meant_wherever_the_command_is_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "room.ics").touch()
    monkeypatch.chdir(tmp_path)
    chosen = chosen_calendar("ics:room.ics")
    assert chosen.options() == {"path": str(tmp_path / "room.ics")}
    assert chosen.name == "room"


def test_user_and_password_leave_the_address() -> None:
    chosen = chosen_calendar("caldav:https://anna%40x:p%3Aw@dav.example:8443/cal/aurora/?a=b")
    assert chosen.provider is Providers.CALDAV
    assert chosen.options() == {"url": "https://dav.example:8443/cal/aurora/?a=b", "username": "anna@x"}
    assert chosen.password.reveal() == "p:w"
    assert chosen.name == "aurora"


def test_webcal_is_asked_by_https() -> None:
    assert chosen_calendar("ics:webcal://feeds.example/a.ics").location == "https://feeds.example/a.ics"


def test_a_missing_password_is_asked_for() -> None:
    assert (
        chosen_calendar("caldav:https://anna@dav.example/", ask=lambda user: f"of {user}").password.reveal()
        == "of anna"
    )


def test_a_missing_password_is_read_from_the_file_of_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "secret").write_text("from a file\n")
    monkeypatch.setenv("DOORLIGHT_PASSWORD_FILE", str(tmp_path / "secret"))
    assert chosen_calendar("caldav:https://anna@dav.example/").password.reveal() == "from a file"
    monkeypatch.setenv("DOORLIGHT_PASSWORD_FILE", str(tmp_path / "nowhere"))
    with pytest.raises(click.UsageError, match="cannot be read"):
        chosen_calendar("caldav:https://anna@dav.example/")


def test_an_ipv6_address_keeps_its_brackets() -> None:
    assert chosen_calendar("caldav:http://[::1]:5232/a/").location == "http://[::1]:5232/a/"


@pytest.mark.parametrize(
    "text",
    ["", "ics", "ics:", "ics:/no/such/file.ics", "graph:x", "caldav:/a/path", "caldav:ftp://x/", "ics:http://",
     "caldav:https://[::1/", "caldav:https://x:port/", "https://x/", "ics:/"],
)  # fmt: skip
def test_what_names_no_calendar_is_refused(text: str) -> None:
    with pytest.raises(click.UsageError):
        chosen_calendar(text)


def test_a_refusal_does_not_repeat_the_password() -> None:
    with pytest.raises(click.UsageError) as refused:
        chosen_calendar("calendar:https://anna:geheim@dav.example/")
    assert "geheim" not in refused.value.message
