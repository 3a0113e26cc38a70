"""Ids and passcodes behind their labels, in every language and in the layouts in which invitations come."""

import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest

from device.calendars.invitations.text import of_text
from device.join.links import WayIn, ways_in

WORDS = tomllib.loads((Path(__file__).parent / "examples_labels.toml").read_text(encoding="utf-8"))
ZOOM = "https://us02web.zoom.us/j/81234567890?pwd=QWxhZGRp.1"
TEAMS = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NTg0NmQ3%40thread.v2/0?context=%7b%7d"
WIDE = {0x30 + digit: 0xFF10 + digit for digit in range(10)}
LAYOUTS = {
    "a line each": "{link}\n\n{id}: {number}\n{code}: {word}\n",
    "one line": "{link} {id}: {number} {code}: {word}",
    "a space before the colon": "{link}\n{id} : {number}\n{code} : {word}\n",
    "hard spaces": "{link}\n{id}\u00a0:\u00a0{number}\n{code}:\u00a0{word}\n",
    "wide colons": "{link}\n{id}：{number}\n{code}：{word}\n",
    "cells": "{link}\n{id}\t{number}\n{code}\t{word}\n",
    "values below": "{link}\n{id}\n{number}\n{code}\n{word}\n",
    "values below a colon": "{link}\r\n{id}:\r\n{number}\r\n{code}:\r\n{word}\r\n",
    "bold": "{link}\n**{id}:** {number}\n**{code}:** {word}\n",
    "the link last": "{id}: {number}\n{code}: {word}\n{link}",
    "in brackets": "{link} ({id}: {number}, {code}: {word})",
}


def pairs() -> Iterator[tuple[str, str, str]]:
    for language, words in WORDS.items():
        for label in words["id"]:
            for code in words["code"]:
                yield language, label, code


def the_way(text: str) -> WayIn:
    (way,) = ways_in(of_text(text))
    return way


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", WORDS)
def test_the_passcode_is_found_behind_its_label(language: str, layout: str) -> None:
    for _, label, code in (pair for pair in pairs() if pair[0] == language):
        text = LAYOUTS[layout].format(link=ZOOM, id=label, number="812 3456 7890", code=code, word="q1W2e3")
        assert the_way(text).passcode == "q1W2e3", text
        assert the_way(unicodedata.normalize("NFD", text)).passcode == "q1W2e3", text


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("language", WORDS)
def test_the_id_is_learned_from_its_label(language: str, layout: str) -> None:
    for _, label, code in (pair for pair in pairs() if pair[0] == language):
        text = LAYOUTS[layout].format(link=TEAMS, id=label, number="212 345 678 901 23", code=code, word="q1W2e3")
        way = the_way(text)
        assert (way.meeting_id, way.passcode) == ("21234567890123", "q1W2e3"), text


@pytest.mark.parametrize("language", WORDS)
def test_wide_digits_are_digits(language: str) -> None:
    for _, label, code in (pair for pair in pairs() if pair[0] == language):
        number, word = "812 3456 7890".translate(WIDE), "123456".translate(WIDE)
        text = LAYOUTS["a line each"].format(link=ZOOM, id=label, number=number, code=code, word=word)
        assert the_way(text).dial_passcode == "123456", text


@pytest.mark.parametrize("language", WORDS)
def test_a_line_may_break_within_a_label(language: str) -> None:
    for _, label, code in (pair for pair in pairs() if pair[0] == language):
        broken = label.replace(" ", "\n", 1), code.replace(" ", "\r\n", 1)
        text = LAYOUTS["a line each"].format(
            link=TEAMS, id=broken[0], number="212 345 678 901 23", code=broken[1], word="q1W2e3"
        )
        assert (the_way(text).meeting_id, the_way(text).passcode) == ("21234567890123", "q1W2e3"), text


@pytest.mark.parametrize("language", [language for language, words in WORDS.items() if "video" in words])
def test_a_gateways_id_is_found_and_a_telephones_is_not(language: str) -> None:
    for video in WORDS[language]["video"]:
        for phone in WORDS[language].get("phone", ["Phone conference ID"]):
            text = f"{TEAMS}\nacme@m.webex.com\n{video}: 114 213 415 0\n+49 69 1,,555111222#\n{phone}: 555 111 222#\n"
            way = the_way(text)
            assert (way.vtc_id, way.vtc_address) == ("1142134150", "acme@m.webex.com"), text
            assert way.sip == "1142134150.acme@m.webex.com"
            assert way.meeting_id is None, text
