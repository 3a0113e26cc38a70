"""The command as a whole: its help, its exit codes, and no traceback at anybody's mistake."""

import re
import subprocess
import sys
from collections.abc import Callable

import click
import pytest
from cli_side import Ran

from device.cli import exits, schedule
from device.cli.main import COMMANDS, commands

Run = Callable[..., Ran]


def test_the_help_lists_every_command_and_every_exit_code(run: Run) -> None:
    told = run("--help")
    assert told.code == 0
    for name in COMMANDS:
        assert f"\n  {name} " in told.out
    for code in exits.Exit:
        assert re.search(rf"\b{code.value}\b", told.out), f"exit code {code.value} is not documented"


def test_doorlight_alone_shows_the_help(run: Run) -> None:
    assert run().out == run("--help").out


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_says_what_it_does_shows_an_example_and_its_exit_codes(name: str, run: Run) -> None:
    told = run(name, "--help")
    assert told.code == 0
    assert f"doorlight {name}" in told.out.partition("Usage:")[2].partition("\n")[2]
    assert "Exit codes: 0" in told.out


def test_the_help_is_shown_without_importing_what_only_commands_need() -> None:
    script = (
        "import sys\nfrom device.cli import main\nmain(['--help'])\n"
        "heavy = {'asyncio', 'httpx', 'aiohttp', 'textual', 'icalendar', 'msal', 'sqlite3', 'PIL'} & set(sys.modules)\n"
        "sys.exit(', '.join(sorted(heavy)) or 0)"
    )
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_the_version_is_the_packages(run: Run) -> None:
    assert re.fullmatch(r"doorlight \d+\.\d+\.\d+\S*\n", run("--version").out)


@pytest.mark.parametrize("words", [("schedul",), ("--nope",), ("schedule", "--nope"), ("completion", "tcsh")])
def test_a_word_that_means_nothing_gets_one_sentence_and_one_hint(words: tuple[str, ...], run: Run) -> None:
    told = run(*words)
    assert told.code == 2
    assert told.out == ""
    sentence, hint = told.err.splitlines()
    assert sentence.startswith("doorlight: ")
    assert "--help" in hint


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_is_printed_for_each_shell(shell: str, run: Run) -> None:
    told = run("completion", shell)
    assert told.code == 0
    assert "_DOORLIGHT_COMPLETE" in told.out


def test_completion_knows_the_commands() -> None:
    from click.shell_completion import ShellComplete

    found = ShellComplete(commands, {}, "doorlight", "_DOORLIGHT_COMPLETE").get_completions([], "sch")
    assert [one.value for one in found] == ["schedule"]


def test_a_defect_is_one_sentence_and_its_place_comes_with_debug(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken() -> None:
        raise ZeroDivisionError("of ours")

    monkeypatch.setattr(schedule, "command", click.Command("schedule", callback=broken))
    told = run("schedule")
    assert told.code == exits.Exit.INTERNAL
    assert "Traceback" not in told.err
    assert "doorlight --debug" in told.err
    ended = subprocess.run(
        [
            sys.executable,
            "-c",
            """import sys, click; from device.cli import main, schedule
schedule.command = click.Command('schedule', callback=lambda: 1 // 0)
sys.exit(main(['--debug', 'schedule']))""",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == exits.Exit.INTERNAL
    assert "ZeroDivisionError" in ended.stderr


def test_an_interrupted_command_ends_like_one(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(schedule, "command", click.Command("schedule", callback=interrupted))
    assert run("schedule").code == 130


def test_a_reader_that_has_seen_enough_is_no_error() -> None:
    command = f"{sys.executable} -c 'from device.cli import main; main([\"--help\"])' | true"
    ended = subprocess.run(["/bin/sh", "-c", command], capture_output=True, text=True, check=False)
    assert ended.stderr == ""
