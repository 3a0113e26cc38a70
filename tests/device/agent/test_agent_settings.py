"""The settings of a door: what is right is read; whatever is wrong is a sentence that names the key, and a hint."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from agent_side import document

from device.agent.settings import build, load
from device.calendars import Providers
from device.model.document import duration
from device.model.door import Theme
from device.model.errors import SettingsError
from device.model.room import CheckInPolicy
from device.model.secret import Secret

MINIMAL = """
[room]
id = "aurora@office.example"
name = "Aurora"
zone = "Europe/Berlin"
[calendar]
provider = "ics"
path = "/srv/room.ics"
"""


def written(folder: Path, text: str) -> Path:
    file = folder / "agent.toml"
    file.write_text(text, encoding="utf-8")
    file.chmod(0o600)
    return file


def refused(folder: Path, text: str) -> SettingsError:
    with pytest.raises(SettingsError) as caught:
        load(written(folder, text))
    return caught.value


def test_a_room_and_a_calendar_are_enough(tmp_path: Path) -> None:
    settings = load(written(tmp_path, MINIMAL))

    assert settings.room.name == "Aurora"
    assert settings.provider is Providers.ICS
    assert settings.options.path == "/srv/room.ics"  # type: ignore[attr-defined]
    assert settings.polling.every == timedelta(seconds=60)
    assert not settings.standalone
    assert settings.warnings == ()


def test_durations_are_written_with_units_wherever_they_stand(tmp_path: Path) -> None:
    text = MINIMAL + '[room.policy]\nstarts_soon = "1h30m"\ncheck_in = { opens_before = "5m", release_after = "90s" }\n'

    policy = load(written(tmp_path, text)).room.policy

    assert policy.starts_soon == timedelta(minutes=90)
    assert policy.check_in == CheckInPolicy(opens_before=timedelta(minutes=5), release_after=timedelta(seconds=90))


@pytest.mark.parametrize("text", ["", "10", "ten minutes", "10 m", "-5m", "5m and more", "m", "1e3s", "٣m", "5M"])
def test_a_duration_without_sense_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match=r"polling\.every"):
        duration(text, "polling.every")


def test_everything_else_has_its_key_too(tmp_path: Path) -> None:
    text = (
        MINIMAL
        + """
[look]
theme = "colour-blind"
language = "ar"
hour24 = false
[night]
dim_from = "20:00"
dim_until = "06:30"
off = true
[polling]
every = "2m"
[[neighbours]]
id = "borealis@office.example"
name = "Borealis"
capacity = 4
"""
    )
    settings = load(written(tmp_path, "standalone = true\n" + text))

    assert settings.standalone
    assert settings.look.theme is Theme.COLOUR_BLIND
    assert settings.look.hour24 is False
    assert settings.night.off
    assert settings.neighbours[0].capacity == 4


WRONG = {
    "unknown key": ('[room]\nnmae = "x"', "room.nmae", "name"),
    "unknown table": ("[rooms]\nx = 1", "rooms", "room"),
    "unknown key of the provider": ('[calendar]\npfad = "x"', "calendar.pfad", "path"),
    "number for text": ("[room]\nname = 5", "room.name", "text"),
    "text for a number": ('[room]\ncapacity = "many"', "room.capacity", "whole number"),
    "text for a table": ('look = "dark"', "look", "table"),
    "no such zone": ('[room]\nzone = "Europe/Berln"', "room.zone", "Europe/Berlin"),
    "zone that leaves its folder": ('[room]\nzone = "../../etc/passwd"', "room.zone", "Europe/Berlin"),
    "empty zone": ('[room]\nzone = ""', "room.zone", "Europe/Berlin"),
    "empty id": ('[room]\nid = " "', "room.id", "Write"),
    "empty name": ('[room]\nname = "\\u200b"', "room.name", "Write"),
    "no duration": ('[polling]\nevery = "often"', "polling.every", "90s"),
    "duration without a unit": ("[polling]\nevery = 60", "polling.every", "90s"),
    "too often": ('[polling]\nevery = "1ms"', "polling", "1s"),
    "endless duration": ('[polling]\nevery = "9999999999d"', "polling.every", "10m"),
    "bad duration deep below": (
        '[room.policy]\ncheck_in = { opens_before = "x" }',
        "room.policy.check_in.opens_before",
        "unit",
    ),
    "no such theme": ('[look]\ntheme = "pink"', "look.theme", "colour-blind"),
    "no such policy": ('[room.policy]\nshown = "all"', "room.policy.shown", "organizer"),
    "no time of day": ('[[room.policy.hours]]\nopens = "8"\ncloses = "18:00"', "room.policy.hours[0].opens", "08:30"),
    "no day of the week": (
        '[[room.policy.hours]]\nopens = "08:00"\ncloses = "18:00"\ndays = [7]',
        "room.policy.hours",
        "Monday",
    ),
    "half a night": ('[night]\ndim_from = "20:00"', "night", "both"),
    "no clock": ('[clock]\nsource = "sundial"', "clock.source", "system"),
    "no path of a clock": ('[clock]\nsource = "unix:"', "clock.source", "path"),
    "impossible lengths": ("[room.policy]\nbook_minutes = [30, 0]", "room.policy.book_minutes", "minutes"),
    "no provider": ('[calendar]\nprovider = "outlook"', "calendar.provider", "graph"),
    "provider of another kind": ("[calendar]\nprovider = 5", "calendar.provider", "graph"),
    "no time to wait": ("[calendar]\ntimeout = 0.0", "calendar.timeout", "20"),
    "nan to wait": ("[calendar]\ntimeout = nan", "calendar.timeout", "20"),
    "ever to wait": ("[calendar]\ntimeout = inf", "calendar.timeout", "20"),
    "nothing where hours are listed": ("[room.policy]\nhours = 5", "room.policy.hours", "a list"),
    "secret file that is missing": ('[calendar]\npassword_file = "/nowhere/at/all"', "calendar.password_file", "user"),
    "secret file that is a folder": ('[calendar]\npassword_file = "/"', "calendar.password_file", "user"),
    "secret file that is no path": ("[calendar]\npassword_file = 7", "calendar.password_file", "path"),
    "secret twice": ('[calendar]\npassword = "x"\npassword_file = "/x"', "calendar.password", "one of them"),
    "credential without systemd": ('[calendar]\npassword_file = "credential:x"', "password_file", "LoadCredential"),
    "neighbour without a name": ('[[neighbours]]\nid = "x"', "neighbours[0].name", "Add"),
}


def merged(extra: str) -> str:
    """The minimal settings with some tables replaced or completed, as text."""
    import tomllib

    from device.emulator.settings_file import _table

    def onto(below: dict[str, Any], above: dict[str, Any]) -> dict[str, Any]:
        both = dict(below)
        for key, value in above.items():
            both[key] = (
                onto(below[key], value) if isinstance(value, dict) and isinstance(below.get(key), dict) else value
            )
        return both

    return "\n".join(_table("", onto(tomllib.loads(MINIMAL), tomllib.loads(extra))))


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_named_with_a_hint(case: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CREDENTIALS_DIRECTORY", raising=False)
    extra, key, hint = WRONG[case]

    error = refused(tmp_path, merged(extra))

    assert key in str(error)
    assert hint in error.hint
    assert "\n" not in str(error)
    assert str(error).endswith(".")


@pytest.mark.parametrize("missing", ["room", "calendar"])
def test_a_missing_table_is_named(missing: str, tmp_path: Path) -> None:
    plain = document(tmp_path)
    del plain[missing]

    with pytest.raises(SettingsError, match=missing):
        build(plain, tmp_path / "agent.toml")


def test_a_missing_key_is_named(tmp_path: Path) -> None:
    assert "room.id" in str(refused(tmp_path, MINIMAL.replace('id = "aurora@office.example"\n', "")))


def test_no_file_no_text_and_no_toml_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read: No such file") as missing:
        load(tmp_path / "none.toml")
    assert "--settings" in missing.value.hint
    with pytest.raises(SettingsError, match="cannot be read: Is a directory"):
        load(tmp_path)
    assert "not TOML" in str(refused(tmp_path, "[room\n"))
    (tmp_path / "agent.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SettingsError, match="not UTF-8"):
        load(tmp_path / "agent.toml")
    (tmp_path / "agent.toml").write_bytes(b"#" * (2 << 20))
    with pytest.raises(SettingsError, match="larger"):
        load(tmp_path / "agent.toml")


def test_a_secret_comes_from_its_file_without_the_line_end(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("pass word \n", encoding="utf-8")
    secret.chmod(0o600)

    settings = load(written(tmp_path, MINIMAL + f'username = "door"\npassword_file = "{secret}"\n'))

    assert settings.options.password.reveal() == "pass word "  # type: ignore[attr-defined]
    assert "pass word" not in repr(settings)


def test_a_credential_comes_from_systemd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    (tmp_path / "calendar").write_text("s3cret", encoding="utf-8")
    text = MINIMAL + 'password_file = "credential:calendar"\n'

    assert load(written(tmp_path, text)).options.password == Secret("s3cret")  # type: ignore[attr-defined]
    assert "without slashes" in refused(tmp_path, text.replace(":calendar", ":../calendar")).hint


def test_an_empty_secret_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").touch()

    assert "is empty" in str(refused(tmp_path, MINIMAL + f'password_file = "{tmp_path / "empty"}"\n'))


def test_a_secret_that_everybody_may_read_is_warned_of(tmp_path: Path) -> None:
    file = written(tmp_path, MINIMAL + 'password = "s3cret"\n')
    assert load(file).warnings == ()

    file.chmod(0o644)

    (warning,) = load(file).warnings
    assert "calendar.password" in warning
    assert "s3cret" not in warning


def test_a_secret_file_that_everybody_may_read_is_warned_of(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("x", encoding="utf-8")
    secret.chmod(0o604)

    (warning,) = load(written(tmp_path, MINIMAL + f'password_file = "{secret}"\n')).warnings

    assert str(secret) in warning
