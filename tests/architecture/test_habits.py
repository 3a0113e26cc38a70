"""Habits of the house that no linter knows."""

import ast
import re
from pathlib import PurePath

from tree import ROOT, files, modules, place, texts

_HERE = PurePath("tests/architecture/test_habits.py")


def _spelt(*parts: str) -> str:
    """A word of a pattern, in pieces so that this file is no example of what it looks for."""
    return "".join(parts)


MACHINES = re.compile(
    "|".join(
        (
            rf"(?<![\w.$}}-])/{_spelt('wo', 'rk')}/",
            rf"(?<![\w.$}}-])/{_spelt('tm', 'p')}/",
            rf"(?<![\w.$}}-])/{_spelt('ro', 'ot')}/",
            _spelt("files.python", "hosted"),
            _spelt("pypi", r"\.org"),
            _spelt("registry.", "npmjs"),
            _spelt("crates", r"\.io"),
            _spelt("deb.debian", r"\.org"),
        )
    )
)
HOSTS = re.compile(r"\bhttps?://([A-Za-z0-9.-]+\.[A-Za-z]{2,})")
OURS_TO_CALL = {
    "graph.microsoft.com",
    "login.microsoftonline.com",
    "graph.microsoft.us",
    "dod-graph.microsoft.us",
    "login.microsoftonline.us",
    "microsoftgraph.chinacloudapi.cn",
    "login.partner.microsoftonline.cn",
    "accounts.google.com",
    "admin.googleapis.com",
    "oauth2.googleapis.com",
    "people.googleapis.com",
    "www.googleapis.com",
}
"""The hosts that the product calls unless its settings say otherwise. A new one is a decision."""
MADE_UP = re.compile(r"(^|\.)(example(\.(com|org|net))?|test|invalid|localhost)$")
NAMED = re.compile(
    r"(^|\.)(zoom\.us|teams\.microsoft\.com|meet\.google\.com|outlook\.office365\.com|www\.google\.com"
    r"|apache\.org|sil\.org|calendarserver\.org|kovidgoyal\.net|schemas\.microsoft\.com|schemas\.xmlsoap\.org)$"
)
"""Named and never called: where meetings are joined, whose licence or specification it is, an XML namespace."""


def calls(tree: ast.AST) -> set[str]:
    """What is called by its dotted name: `datetime.now`, `time.time`."""
    found = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {
        f"{function.value.id}.{function.attr}"
        for function in found
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name)
    }


def test_only_the_clock_asks_what_time_it_is() -> None:
    asking = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time", "time.time_ns"}
    found = {place(path): calls(tree) & asking for path, _, tree in modules()}
    assert {name for name, asked in found.items() if asked} == {"device/model/clock.py"}


def test_the_model_waits_for_nothing_and_reads_nothing() -> None:
    inside = [(path, tree) for path, _, tree in modules() if place(path).startswith("device/model/")]
    for path, tree in inside:
        assert not [node for node in ast.walk(tree) if isinstance(node, ast.AsyncFunctionDef | ast.Await)], place(path)
        opens = [node for node in ast.walk(tree) if isinstance(node, ast.Name) and node.id == "open"]
        assert not opens, place(path)


def test_no_file_names_a_machine_of_ours_or_a_package_registry() -> None:
    found = [
        f"{place(path)}:{number}: {line.strip()[:80]}"
        for path, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if MACHINES.search(line) and PurePath(place(path)) != _HERE
    ]
    assert found == []


def test_the_product_calls_only_hosts_that_were_decided_on() -> None:
    named = {host.lower(): place(path) for path, text, _ in modules() for host in HOSTS.findall(text)}
    foreign = {
        host: where
        for host, where in named.items()
        if host not in OURS_TO_CALL and not MADE_UP.search(host) and not NAMED.search(host)
    }
    assert foreign == {}


def test_nothing_on_main_waits_to_be_done() -> None:
    waiting = re.compile(rf"\b({_spelt('TO', 'DO')}|{_spelt('FIX', 'ME')}|{_spelt('XX', 'X')})\b")
    assert [place(path) for path, text, _ in modules() if waiting.search(text)] == []


def test_every_module_opens_with_a_sentence() -> None:
    assert [place(path) for path, text, tree in modules() if text.strip() and not ast.get_docstring(tree)] == []


def test_every_font_has_its_licence_beside_it() -> None:
    fonts = [path for path in files() if path.suffix in (".ttf", ".otf", ".ttc", ".woff2")]
    assert fonts
    for font in fonts:
        licences = [path.stem for path in font.parent.glob("*OFL*.txt")]
        family = re.split(r"[-.]", font.name)[0]
        assert any(family.startswith(licence.split("-")[0]) for licence in licences), place(font)


def test_the_licence_is_there() -> None:
    assert "Apache License" in (ROOT / "LICENSE").read_text(encoding="utf-8")


def test_the_patterns_find_what_they_look_for() -> None:
    assert MACHINES.search("see " + "/" + "tm" + "p/x")
    assert MACHINES.search("https://" + "py" + "pi.org/simple")
    assert not MACHINES.search("$XDG_RUNTIME_DIR/doorlight")
    assert calls(ast.parse("datetime.now(UTC)")) == {"datetime.now"}
