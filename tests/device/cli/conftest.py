"""A command as a person runs it, a calendar file, settings, and a web server that answers what it is told to."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cli_side import DAY, Ran, Web

from device.cli import main


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Run `doorlight` with these words."""
    for name in ("DOORLIGHT_SETTINGS", "DOORLIGHT_PASSWORD_FILE", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)

    def ran(*words: str | Path) -> Ran:
        code = main([str(word) for word in words])
        told = capsys.readouterr()
        return Ran(int(code), told.out, told.err)

    return ran


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A calendar file with a day of every kind of meeting."""
    path = tmp_path / "aurora.ics"
    path.write_bytes(DAY.encode())
    return path


@pytest.fixture
def settings(tmp_path: Path, file: Path) -> Path:
    """The settings of an agent at Aurora's door, for that file."""
    path = tmp_path / "agent.toml"
    path.write_text(
        f"""standalone = true
[room]
id = "aurora@office.example"
name = "Aurora"
zone = "Europe/Berlin"
[calendar]
provider = "ics"
path = "{file}"
[paths]
state = "{tmp_path}/state"
runtime = "{tmp_path}/run"
"""
    )
    return path


@pytest.fixture
def web() -> Iterator[Web]:
    """The server, running."""
    answers = Web()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            answers.asked.append(self.headers.get("Authorization", ""))
            self.rfile.read(int(self.headers.get("Content-Length", 0)))
            self.send_response(answers.status)
            for name, value in {"Content-Type": answers.kind, **answers.headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(answers.body)))
            self.end_headers()
            self.wfile.write(answers.body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return answers.date or super().date_time_string(timestamp)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    for method in ("GET", "PROPFIND", "REPORT", "OPTIONS"):
        setattr(Handler, f"do_{method}", Handler._answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    answers.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield answers
    server.shutdown()
    server.server_close()
    thread.join()
