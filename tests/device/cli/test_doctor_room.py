"""`doorlight doctor --room`: what the provider does to a room's meetings, said with the command that cures it."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cli_side import Ran, Web
from msgspec.structs import replace

from device.calendars.interface import Ailment, Complaint
from device.cli.ailments import WORDS
from device.cli.findings import Verdict
from device.cli.room_audit import findings
from device.emulator.office import Office, open_office
from device.emulator.settings_file import write_settings

Run = Callable[..., Ran]
CANARY = "ines.carvalho@office.example"


def found(told: Ran) -> dict[str, dict[str, str]]:
    """The findings of a run with --json, by check; each check once."""
    listed = json.loads(told.out)["findings"]
    assert len({one["check"] for one in listed}) == len(listed), told.out
    return {one["check"]: one for one in listed}


async def doctor(run: Run, office: Office, room: str, folder: Path, *words: str, **calendar: Any) -> Ran:
    """The doctor with the settings of this room's door."""
    document = office.agent_settings(room)
    document["calendar"] |= calendar
    settings = folder / "agent.toml"
    settings.unlink(missing_ok=True)
    write_settings(settings, document)
    return await asyncio.to_thread(run, "doctor", "--settings", settings, *words)


async def test_a_room_that_nobody_set_up_is_told_with_its_cures(run: Run, tmp_path: Path) -> None:
    async with open_office("neglected", tmp_path) as office:
        told = await doctor(run, office, "borealis", tmp_path, "--room")
    assert told.code == 1
    assert told.err == ""
    lines = told.out.splitlines()
    at = next(number for number, line in enumerate(lines) if line.startswith("✗ subjects"))
    assert "23 of 23 meetings (concluded" in lines[at]
    assert lines[at + 1].lstrip() == (
        "→ Set-CalendarProcessing -Identity 'borealis@office.example' -DeleteSubject $false -AddOrganizerToSubject "
        "$false -RemovePrivateProperty $false"
    )
    assert "✗ texts" in told.out
    assert "-DeleteComments $false" in told.out
    assert "✗ reach" in told.out
    assert "New-ManagementRoleAssignment -App '0d001167-0000-4000-8000-000000000001'" in told.out
    assert lines[-1] == "3 things are wrong."
    assert not any(title in told.out for title in ("Budget", "Appraisal", "Inês", "Jonas"))


@pytest.mark.parametrize(
    ("room", "check", "cure"),
    [
        ("cirrus", "privacy", "-RemovePrivateProperty $false"),
        ("dune", "answers", "-AutomateProcessing AutoAccept"),
        (
            "ember",
            "time zone",
            "Set-MailboxRegionalConfiguration -Identity 'ember@office.example' -TimeZone 'W. Europe",
        ),
        ("ember", "cancelled", "-RemoveCanceledMeetings $true"),
        ("fjord", "time zone", "-TimeZone 'W. Europe Standard Time'"),
    ],
)
async def test_each_neglect_is_found(run: Run, tmp_path: Path, room: str, check: str, cure: str) -> None:
    async with open_office("neglected", tmp_path) as office:
        told = found(await doctor(run, office, room, tmp_path, "--room", "--json"))
    assert told[check]["verdict"] == "wrong"
    assert cure in told[check]["hint"]


async def test_a_room_that_is_set_up_is_fine_and_what_was_not_seen_is_said(run: Run, tmp_path: Path) -> None:
    async with open_office("monday", tmp_path) as office:
        plain = await doctor(run, office, "aurora", tmp_path, "--room", "--canary", CANARY)
        told = found(await doctor(run, office, "aurora", tmp_path, "--room", "--canary", CANARY, "--json"))
    assert plain.code == 0, plain.out
    assert plain.out.rstrip().endswith("Nothing is wrong.")
    assert told["room"]["detail"].endswith("nothing to complain of")
    assert told["reach"]["detail"] == "it opens the room, and 1 canary stays closed"
    for check, words in (
        ("permission", "Test-ServicePrincipalAuthorization -Identity"),
        ("outside", "Format-List ProcessExternalMeetingMessages"),
        ("credential", "client_secret_expires"),
    ):
        assert told[check]["verdict"] == "skipped"
        assert told[check]["detail"].startswith("could not be looked at: ")
        assert words in told[check]["hint"]
    assert not {"clock", "cache", "agent", "terminal"} & told.keys()


async def test_a_canary_that_opens_is_proof(run: Run, tmp_path: Path) -> None:
    async with open_office("neglected", tmp_path) as office:
        told = await doctor(run, office, "aurora", tmp_path, "--room", "--canary", CANARY, "--json")
        set_up = await doctor(run, office, "aurora", tmp_path, "--room", "--json", canaries=[CANARY])
    for one in (told, set_up):
        assert one.code == 1
        reach = found(one)["reach"]
        assert reach["verdict"] == "wrong"
        assert CANARY in reach["detail"]
        assert "concluded" not in reach["detail"]
        assert "revoke Calendars.ReadWrite in Entra" in reach["hint"]


async def test_a_room_that_is_closed_too_is_said_with_its_cure(run: Run, tmp_path: Path) -> None:
    async with open_office("monday", tmp_path) as office:
        app = office.tenant_cloud.apps[office.client_id]
        office.tenant_cloud.register(replace(app, mailboxes=frozenset()))
        told = await doctor(run, office, "aurora", tmp_path, "--room", "--canary", CANARY, "--json")
    assert told.code == 1
    assert "New-ManagementRoleAssignment" in found(told)["permission"]["hint"]
    assert found(told)["reach"]["detail"] == "1 canary stays closed, and so does the room itself"


async def test_a_canary_that_does_not_exist_proves_nothing(run: Run, tmp_path: Path) -> None:
    async with open_office("monday", tmp_path) as office:
        told = await doctor(run, office, "aurora", tmp_path, "--room", "--canary", "nobody@x.example", "--json")
    assert told.code == 0
    assert found(told)["reach"]["verdict"] == "skipped"
    assert "no calendar that exists" in found(told)["reach"]["detail"]


async def test_another_room_of_the_same_account_may_be_named(run: Run, tmp_path: Path) -> None:
    async with open_office("neglected", tmp_path) as office:
        other = found(await doctor(run, office, "aurora", tmp_path, "--room", "dune@office.example", "--json"))
        own = found(await doctor(run, office, "aurora", tmp_path, "--room", "AURORA", "--json"))
    assert other["room"]["detail"].startswith("dune@office.example")
    assert other["answers"]["verdict"] == "wrong"
    assert own["room"]["detail"].startswith("aurora@office.example")


async def test_a_room_that_does_not_exist_or_a_wrong_secret_is_one_line(run: Run, tmp_path: Path) -> None:
    async with open_office("monday", tmp_path) as office:
        nobody = await doctor(run, office, "aurora", tmp_path, "--room", "nobody@office.example", "--json")
        secret = await doctor(run, office, "aurora", tmp_path, "--room", "--json", client_secret="wr0ng")
    assert (nobody.code, secret.code) == (1, 1)
    assert "no such calendar" in found(nobody)["room"]["detail"]
    assert "refused the sign-in" in found(secret)["room"]["detail"]
    assert "wr0ng" not in secret.out + secret.err


async def test_a_server_that_asks_for_patience_is_no_complaint(run: Run, tmp_path: Path) -> None:
    from device.emulator.faults import Fault

    async with open_office("monday", tmp_path) as office:
        office.faults.add(Fault.THROTTLED, retry_after="30")
        told = await doctor(run, office, "aurora", tmp_path, "--room", "--json")
    assert told.code == 1
    assert "patience" in found(told)["room"]["detail"]


def test_a_published_calendar_has_nothing_to_audit(run: Run, settings: Path, web: Web) -> None:
    told = run("doctor", "--settings", settings, "--room", "--json")
    assert told.code == 0
    assert found(told)["room"]["verdict"] == "good"
    told = run("doctor", "--calendar", f"ics:{web.url}", "--room", "--json")
    assert found(told)["room"]["verdict"] == "good"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--canary", "ceo@x.example"), "--canary belongs to --room"),
        (("--room", "--write-test"), "one at a time"),
        (("--room",), "--room needs an account"),
    ],
)
def test_options_that_cannot_be_meant(run: Run, words: tuple[str, ...], said: str) -> None:
    told = run("doctor", *words)
    assert told.code == 2
    assert said in told.err
    assert "Traceback" not in told.err


def test_every_ailment_has_words() -> None:
    assert set(WORDS) == set(Ailment)
    assert all(check and sentence for check, sentence in WORDS.values())


def test_complaints_that_could_not_be_looked_at_for_one_reason_share_a_line() -> None:
    complaints = [
        Complaint(ailment=ailment, evidence="too few", cure="Get-It", seen=False)
        for ailment in (Ailment.SUBJECT_IS_ORGANIZER, Ailment.BODY_REMOVED, Ailment.NO_WRITE_PERMISSION)
    ]
    (one,) = findings(complaints)
    assert (one.check, one.verdict, one.hint) == ("subjects, texts, permission", Verdict.SKIPPED, "Get-It")


def test_nothing_of_a_providers_can_move_a_cursor() -> None:
    (one,) = findings(
        [Complaint(ailment=Ailment.NOT_SHARED, evidence="\x1b[2J" + "x" * 5000, cure="\x1b]0;x\x07Do it")]
    )
    assert "\x1b" not in one.detail + one.hint
    assert len(one.detail) < 800
