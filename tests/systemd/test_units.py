"""The units as the image installs them: sound for systemd, tight by its measure, and true to what the code expects."""

import configparser
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from device.agent.__main__ import EX_CONFIG
from device.agent.settings import Paths

SYSTEMD = Path(__file__).parents[2] / "systemd"
EXPOSURE = {"doorlight-agent.service": 13, "doorlight-kiosk.service": 6}
"""The worst score allowed, in tenths, by `systemd-analyze security`."""
PYTHON = "/opt/doorlight/bin/python"
SHARED = "# What every Doorlight unit has."

units = pytest.mark.parametrize("unit", sorted(EXPOSURE))


def tool(name: str) -> str:
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"{name} is not on this machine")
    return found


def run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)


def read(unit: str) -> configparser.ConfigParser:
    parsed = configparser.ConfigParser(strict=False, interpolation=None)
    parsed.optionxform = str  # type: ignore[assignment, method-assign]
    parsed.read(SYSTEMD / unit)
    return parsed


def test_every_unit_has_its_limit() -> None:
    assert {unit.name for unit in SYSTEMD.glob("*.service")} == set(EXPOSURE)


@units
def test_systemd_finds_nothing_to_complain_about(unit: str, tmp_path: Path) -> None:
    """Verified with this machine's interpreter in the appliance's place, for `verify` wants to find it."""
    here = tmp_path / unit
    here.write_text((SYSTEMD / unit).read_text(encoding="utf-8").replace(PYTHON, sys.executable), encoding="utf-8")

    told = run(tool("systemd-analyze"), "verify", "--man=no", str(here))

    complaints = [line for line in (told.stdout + told.stderr).splitlines() if unit.removesuffix(".service") in line]
    assert told.returncode == 0, told.stderr
    assert complaints == []


@units
def test_the_exposure_is_within_its_limit(unit: str, capsys: pytest.CaptureFixture[str]) -> None:
    threshold = f"--threshold={EXPOSURE[unit]}"

    told = run(tool("systemd-analyze"), "security", "--no-pager", "--offline=true", threshold, str(SYSTEMD / unit))

    summary = next((line for line in told.stdout.splitlines() if "Overall exposure" in line), told.stderr)
    with capsys.disabled():
        print(f"\n  {summary.strip().removeprefix('→ ')}")  # noqa: T201 - a measurement, to be read
    assert told.returncode == 0, summary


def test_all_units_share_one_set_of_walls() -> None:
    walls = {(SYSTEMD / unit).read_text(encoding="utf-8").partition(SHARED)[2] for unit in EXPOSURE}

    assert len(walls) == 1
    assert "NoNewPrivileges=yes" in walls.pop()


def test_the_kiosk_has_no_network_and_no_credential() -> None:
    service = read("doorlight-kiosk.service")["Service"]

    assert service["PrivateNetwork"] == "yes"
    assert service["RestrictAddressFamilies"] == "AF_UNIX"
    assert not any(key.startswith("LoadCredential") for key in service)


def test_the_units_say_what_the_code_expects() -> None:
    agent, kiosk = read("doorlight-agent.service")["Service"], read("doorlight-kiosk.service")["Service"]

    assert agent["RestartPreventExitStatus"] == str(EX_CONFIG)
    assert Paths().state == f"/var/lib/{agent['StateDirectory']}"
    assert Paths().runtime == f"/run/{agent['RuntimeDirectory']}"
    assert f"--runtime {Paths().runtime} --state {Paths().state}" in kiosk["ExecStart"]
    assert (agent["Type"], agent["WatchdogSec"]) == ("notify", "30")
    assert agent["Group"] == kiosk["Group"], "the panel socket is for this group"
    assert agent["User"] != kiosk["User"]


@pytest.mark.parametrize("unit", ["doorlight-agent.service", "doorlight-kiosk.service"])
def test_what_a_unit_starts_can_be_started(unit: str) -> None:
    interpreter, *arguments = read(unit)["Service"]["ExecStart"].split()
    module = arguments[: arguments.index("-m") + 2]

    told = run(sys.executable, *module, "--help")

    assert interpreter == PYTHON
    assert told.returncode == 0, told.stderr
    for option in (argument for argument in arguments if argument.startswith("--")):
        assert option in told.stdout


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can make users, be it in a folder")
def test_users_and_folders_are_made_as_the_units_need_them(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    made = run(tool("systemd-sysusers"), f"--root={tmp_path}", str(SYSTEMD / "doorlight.sysusers.conf"))
    assert made.returncode == 0, made.stderr
    passwd = (tmp_path / "etc" / "passwd").read_text(encoding="utf-8")
    users = {line.split(":")[0]: line.split(":") for line in passwd.splitlines()}
    groups = {line.split(":")[0]: line.split(":") for line in (tmp_path / "etc" / "group").read_text().splitlines()}
    for unit in EXPOSURE:
        service = read(unit)["Service"]
        assert service["User"] in users
        assert service["Group"] in groups
        assert "nologin" in users[service["User"]][6]

    laid = run(tool("systemd-tmpfiles"), "--create", f"--root={tmp_path}", str(SYSTEMD / "doorlight.tmpfiles.conf"))

    assert laid.returncode == 0, laid.stderr
    state = (tmp_path / "var/lib/doorlight").stat()
    assert (state.st_mode & 0o777, state.st_uid) == (0o750, int(users["doorlight-agent"][2]))
    assert state.st_gid == int(groups["doorlight-panel"][2])
    assert (tmp_path / "etc/doorlight").stat().st_mode & 0o777 == 0o700
