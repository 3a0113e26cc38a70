"""Every error of Exchange's that a door can meet, in each of the ways in which it comes, and what we make of it."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from exchange_room import WINDOW, answering, at, failure, fault, item, open_exchange, success, view, xml
from far_side import far_side

from device.calendars.exchange.refusals import translated
from device.model.errors import (
    AccessDenied,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    OccurrenceGone,
    RoomNotFound,
)
from device.model.occurrence import Occurrence
from device.model.window import Window

REFUSALS: list[tuple[str, type[CalendarError]]] = [
    ("ErrorPasswordExpired", CredentialRefused),
    ("ErrorAccessDenied", AccessDenied),
    ("ErrorImpersonateUserDenied", AccessDenied),
    ("ErrorImpersonationDenied", AccessDenied),
    ("ErrorImpersonationFailed", AccessDenied),
    ("ErrorAccountDisabled", AccessDenied),
    ("ErrorMissingEmailAddress", AccessDenied),
    ("ErrorNonExistentMailbox", RoomNotFound),
    ("ErrorFolderNotFound", RoomNotFound),
    ("ErrorItemNotFound", RoomNotFound),
    ("ErrorServerBusy", CalendarBusy),
    ("ErrorExceededConnectionCount", CalendarBusy),
    ("ErrorTooManyObjectsOpened", CalendarBusy),
    ("ErrorTimeoutExpired", CalendarUnreachable),
    ("ErrorConnectionFailed", CalendarUnreachable),
    ("ErrorInternalServerTransientError", CalendarUnreachable),
    ("ErrorInternalServerError", CalendarUnreachable),
    ("ErrorMailboxStoreUnavailable", CalendarUnreachable),
    ("ErrorMailboxMoveInProgress", CalendarUnreachable),
    ("ErrorInvalidServerVersion", CalendarUnreachable),
    ("ErrorSchemaValidation", CalendarUnreachable),
    ("ErrorInvalidRequest", CalendarUnreachable),
    ("ErrorOfNoKindThatAnybodyKnows", MalformedAnswer),
]
MEETING = Occurrence(id="1", when=Window(start=at(10), end=at(11)), etag="c1")


@pytest.mark.parametrize(("code", "error"), REFUSALS)
@pytest.mark.parametrize("way", ["message", "fault"])
async def test_a_code_becomes_the_error_of_who_must_act(
    tmp_path: Path, code: str, error: type[CalendarError], way: str
) -> None:
    told = failure("FindItem", code) if way == "message" else xml(fault(code), 500)
    async with far_side(answering(lambda _: told), tmp_path) as side, open_exchange(side) as calendar:
        with pytest.raises(error) as caught:
            await calendar.read(WINDOW)
    assert "words" not in str(caught.value)


async def test_one_request_is_made_for_one_question(tmp_path: Path) -> None:
    """exchangelib would try every version that it knows, and wait and try again."""
    for code in ("ErrorInvalidServerVersion", "ErrorInvalidRequest", "ErrorServerBusy", "ErrorTimeoutExpired"):
        told = xml(fault(code), 500)
        async with far_side(answering(lambda _: told), tmp_path) as side, open_exchange(side) as calendar:  # noqa: B023
            with pytest.raises(CalendarUnreachable):
                await calendar.read(WINDOW)
            assert len(side.seen) == 2  # the state of the calendar, and the window


@pytest.mark.parametrize(
    ("milliseconds", "wait"),
    [("297749", timedelta(milliseconds=297749)), ("", None), ("-5", None), ("9" * 12, timedelta(hours=1))],
)
async def test_a_busy_server_is_given_the_time_it_asks_for(
    tmp_path: Path, milliseconds: str, wait: timedelta | None
) -> None:
    asked = f'<t:MessageXml><t:Value Name="BackOffMilliseconds">{milliseconds}</t:Value></t:MessageXml>'
    told = fault("ErrorServerBusy", asked if milliseconds else "")
    async with far_side(answering(lambda _: xml(told, 500)), tmp_path) as side, open_exchange(side) as calendar:
        with pytest.raises(CalendarBusy) as busy:
            await calendar.read(WINDOW)
    assert busy.value.retry_after == wait


async def test_an_error_inside_an_error_is_the_one_that_counts(tmp_path: Path) -> None:
    inner = '<m:MessageXml><t:Value Name="InnerErrorResponseCode">ErrorServerBusy</t:Value></m:MessageXml>'
    told = failure("FindItem", "ErrorInternalServerError", inner)
    async with far_side(answering(lambda _: told), tmp_path) as side, open_exchange(side) as calendar:
        with pytest.raises(CalendarBusy):
            await calendar.read(WINDOW)


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ErrorItemNotFound", OccurrenceGone),
        ("ErrorCalendarOccurrenceIsDeletedFromRecurrence", OccurrenceGone),
        ("ErrorInvalidIdMalformed", OccurrenceGone),
        ("ErrorCorruptData", OccurrenceGone),
        ("ErrorAccessDenied", AccessDenied),
        ("ErrorNonExistentMailbox", RoomNotFound),
        ("ErrorServerBusy", CalendarBusy),
    ],
)
async def test_what_is_wrong_with_one_meeting_is_told_apart(
    tmp_path: Path, code: str, error: type[CalendarError]
) -> None:
    told = failure("GetItem", code)
    async with far_side(answering(lambda _: told), tmp_path) as side, open_exchange(side) as calendar:
        with pytest.raises(error):
            await calendar.check_in(MEETING, at(10))


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("ErrorIrresolvableConflict", OccurrenceGone),
        ("ErrorStaleObject", OccurrenceGone),
        ("ErrorChangeKeyRequired", OccurrenceGone),
        ("ErrorAccessDenied", AccessDenied),
        ("ErrorQuotaExceeded", CalendarUnreachable),
    ],
)
async def test_a_change_that_is_refused_is_told_apart(tmp_path: Path, code: str, error: type[CalendarError]) -> None:
    def tell(asked: str) -> str:
        if "GetItem" in asked:
            return success("GetItem", f"<m:Items>{item()}</m:Items>")
        return view(item()) if "FindItem" in asked else failure("UpdateItem", code)

    async with far_side(answering(tell), tmp_path) as side, open_exchange(side) as calendar:
        with pytest.raises(error):
            await calendar.check_in(MEETING, at(10))


@pytest.mark.parametrize("error", [AttributeError("subject"), KeyError("x"), TypeError(), ValueError("https://x")])
def test_what_hostile_xml_does_to_the_library_is_a_malformed_answer(error: Exception) -> None:
    assert str(translated(error)) == type(error).__name__


def test_every_error_of_the_library_becomes_one_of_ours() -> None:
    from exchangelib import errors

    made: list[Any] = []
    for kind in vars(errors).values():
        if isinstance(kind, type) and issubclass(kind, Exception):
            try:
                made.append(kind("canary"))
            except (TypeError, AttributeError):
                continue
    assert len(made) > 300
    for error in made:
        for item_asked in (False, True):
            ours = translated(error, item=item_asked)
            assert isinstance(ours, CalendarError)
            assert "canary" not in str(ours)
