"""Which addresses can be used, which share a password, and where a redirection may lead."""

import httpx
import pytest

from device.calendars.addresses import is_usable, onward, same_server
from device.calendars.http import Answer
from device.model.errors import MalformedAnswer


def moved_to(location: str) -> Answer:
    return Answer(status=302, headers=httpx.Headers({"Location": location} if location else {}), body=b"")


@pytest.mark.parametrize(
    ("url", "usable"),
    [
        ("https://a.example/x", True),
        ("http://127.0.0.1:5232/", True),
        ("webcal://a.example/x", False),
        ("https://", False),
        ("https://[::1", False),
        ("https://a:b:c/", False),
        ("/x", False),
        ("", False),
    ],
)
def test_an_address_is_of_a_server(url: str, usable: bool) -> None:
    assert is_usable(url) is usable


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("https://a.example/y?z", True),
        ("https://A.example:443/", True),
        ("https://a.example:8443/x", False),
        ("http://a.example/x", False),
        ("https://b.example/x", False),
        ("https://a.example.evil.example/x", False),
        ("https://[::1", False),
    ],
)
def test_a_password_is_good_for_one_scheme_host_and_port(other: str, same: bool) -> None:
    assert same_server("https://a.example/x", other) is same


@pytest.mark.parametrize(
    ("location", "target"),
    [
        ("/y", "https://a.example/y"),
        ("y", "https://a.example/b/y"),
        ("?q", "https://a.example/b/x?q"),
        ("//b.example/y", "https://b.example/y"),
        ("https://b.example/y", "https://b.example/y"),
    ],
)
def test_a_redirection_leads_on(location: str, target: str) -> None:
    assert onward("https://a.example/b/x", moved_to(location)) == target


@pytest.mark.parametrize("location", ["http://a.example/x", "ftp://a.example/", "https://[::1", "\x00", "x" * 70_000])
def test_a_redirection_to_where_it_is_not_safe_is_refused(location: str) -> None:
    with pytest.raises(MalformedAnswer):
        onward("https://a.example/x", moved_to(location))
