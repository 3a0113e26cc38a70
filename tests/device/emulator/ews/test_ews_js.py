"""ews-javascript-api, unchanged, against the office: Microsoft's own library, ported by others to another language."""

import json
from pathlib import Path

import pytest
from node_tools import node, node_package

from device.emulator.office import Office

SCRIPT = Path(__file__).with_name("ews_client.js").read_text(encoding="utf-8")
ROOM = "aurora@office.example"


@pytest.mark.parametrize("scheme", ["basic", "ntlm"])
async def test_it_reads_books_changes_and_hears_what_the_office_says(office: Office, scheme: str) -> None:
    folder = node_package("ews-javascript-api", "0.15.3")
    office.exchange.schemes = ("NTLM",) if scheme == "ntlm" else ("Basic",)
    account = (office.exchange.username, office.exchange.password.reveal())
    printed = await node(folder, SCRIPT, office.ews, *account, ROOM, scheme, NODE_EXTRA_CA_CERTS=str(office.ca_bundle))
    told = json.loads(printed.splitlines()[-1])
    subjects = told.pop("subjects")
    assert len(subjects) == len(told.pop("starts")) == 9
    assert subjects[0] == "Early shift handover"
    assert "定例会議：みらい商事さま" in subjects
    assert told == {
        "kinds": ["Occurrence", "Single"],
        "organizer": "tomas.dvorak@office.example",
        "resources": [ROOM],
        "booked": ["2026-11-23T20:00:00.000Z", "2026-11-23T21:00:00.000Z"],
        "gone": "ErrorItemNotFound",
        "lists": ["lighthouse@office.example", "boathouse@office.example"],
        "rooms": [f"{name}@office.example" for name in ("aurora", "borealis", "cosmos", "etoile")],
        "names": ["jonas.weber@office.example"],
        "busy": 9,
        "synced": 11,
        "heard": ["Created"],
        "refused": "ErrorNonExistentMailbox",
    }
