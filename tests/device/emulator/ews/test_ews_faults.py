"""The office's faults in Exchange's own words, and what lies between."""

import httpx
import pytest
from ews_asking import EwsClient, view

from device.emulator.faults import Fault
from device.emulator.office import Office

DAY = view("2026-11-23T00:00:00Z", "2026-11-23T23:59:59Z")


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (Fault.THROTTLED, 500, "ErrorServerBusy"),
        (Fault.SERVER_ERROR, 500, "ErrorInternalServerError"),
        (Fault.FORBIDDEN, 200, "ErrorAccessDenied"),
        (Fault.NOT_FOUND, 500, "ErrorNonExistentMailbox"),
    ],
)
async def test_exchange_says_what_is_wrong(
    ews: EwsClient, office: Office, fault: Fault, status: int, code: str
) -> None:
    office.faults.add(fault, times=1)
    answer = await ews.send(DAY)
    assert (answer.status_code, code in answer.text) == (status, True)
    assert len(await ews.subjects()) == 9


@pytest.mark.parametrize(
    ("fault", "status"), [(Fault.UNAVAILABLE, 503), (Fault.GATEWAY_TIMEOUT, 504), (Fault.UNAUTHORISED, 401)]
)
async def test_what_stands_before_exchange_says_it_by_a_status(
    ews: EwsClient, office: Office, fault: Fault, status: int
) -> None:
    office.faults.add(fault, times=1, retry_after="7")
    answer = await ews.send(DAY)
    assert answer.status_code == status
    assert answer.headers.get("retry-after") in ("7", None)


async def test_a_fault_can_be_about_one_room_or_one_operation(ews: EwsClient, office: Office) -> None:
    office.faults.add(Fault.THROTTLED, path="/CreateItem/")
    office.faults.add(Fault.FORBIDDEN, path="borealis@office.example")
    assert await ews.code(DAY) == "NoError"


@pytest.mark.parametrize("fault", [Fault.HTML, Fault.GARBAGE, Fault.REDIRECT])
async def test_a_portal_answers_in_exchanges_place(ews: EwsClient, office: Office, fault: Fault) -> None:
    office.faults.add(fault, times=1)
    answer = await ews.send(DAY)
    assert "FindItemResponse" not in answer.text


@pytest.mark.parametrize("fault", [Fault.RESET, Fault.TRUNCATED, Fault.LOST_ANSWER])
async def test_a_line_breaks(ews: EwsClient, office: Office, fault: Fault) -> None:
    office.faults.add(fault, times=1)
    with pytest.raises(httpx.HTTPError):
        await ews.send(DAY)


async def test_operations_without_messages_tell_their_refusal_by_a_fault(ews: EwsClient, office: Office) -> None:
    office.faults.add(Fault.FORBIDDEN, times=1)
    answer = await ews.send("<m:GetRoomLists/>")
    assert (answer.status_code, "s:Fault" in answer.text) == (500, True)


async def test_answers_are_dated_by_the_offices_clock(ews: EwsClient) -> None:
    assert (await ews.send(DAY)).headers["date"] == "Mon, 23 Nov 2026 07:55:00 GMT"
