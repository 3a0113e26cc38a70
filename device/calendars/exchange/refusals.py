"""What Exchange's response codes mean, by exchangelib's names of them: which error of ours, and who must act.

The text of an error is its code and nothing else: exchangelib's own texts quote requests and answers.
"""

from collections.abc import Mapping
from datetime import timedelta

from exchangelib import errors

from device.calendars.http import LONGEST_WAIT
from device.model.errors import (
    AccessDenied,
    CalendarBusy,
    CalendarError,
    CalendarUnreachable,
    CredentialRefused,
    MalformedAnswer,
    NotificationsRefused,
    OccurrenceGone,
    RoomNotFound,
    SubscriptionLost,
    SyncTokenExpired,
)

TOO_MANY = (errors.ErrorExceededFindCountLimit, errors.ErrorCalendarViewRangeTooBig)
"""The window is too large: ask for less."""
NOT_OURS = (
    errors.ErrorAccessDenied,
    errors.ErrorCalendarIsNotOrganizer,
    errors.ErrorInvalidOperation,
    errors.ErrorInvalidPropertySet,
)
"""Exchange does not let the room change what somebody else organises."""
_BUSY = (
    errors.ErrorServerBusy,
    errors.RateLimitError,
    errors.ErrorExceededConnectionCount,
    errors.ErrorTooManyObjectsOpened,
)
_MEANINGS: Mapping[type[CalendarError], tuple[type[Exception], ...]] = {
    CredentialRefused: (
        errors.ErrorPasswordExpired,
        errors.ErrorPasswordChangeRequired,
        errors.UnauthorizedError,
    ),
    AccessDenied: (
        errors.ErrorAccessDenied,
        errors.ErrorImpersonateUserDenied,
        errors.ErrorImpersonationDenied,
        errors.ErrorImpersonationFailed,
        errors.ErrorAccountDisabled,
        errors.ErrorNotDelegate,
        errors.ErrorUserNotAllowedByPolicy,
        errors.ErrorMissingEmailAddress,
    ),
    RoomNotFound: (
        errors.ErrorNonExistentMailbox,
        errors.ErrorFolderNotFound,
        errors.ErrorParentFolderNotFound,
        errors.ErrorMailRecipientNotFound,
        errors.ErrorInvalidSmtpAddress,
        errors.ErrorItemNotFound,
    ),
    SyncTokenExpired: (errors.ErrorInvalidSyncStateData,),
    NotificationsRefused: (
        errors.ErrorSubscriptionDelegateAccessNotSupported,
        errors.ErrorExceededSubscriptionCount,
        errors.ErrorProxyRequestNotAllowed,
    ),
    SubscriptionLost: (
        errors.ErrorSubscriptionNotFound,
        errors.ErrorReadEventsFailed,
        errors.ErrorInvalidWatermark,
        errors.ErrorMissedNotificationEvents,
        errors.ErrorExpiredSubscription,
        errors.ErrorInvalidSubscription,
    ),
}
_GONE = (
    errors.ErrorItemNotFound,
    errors.ErrorCalendarOccurrenceIsDeletedFromRecurrence,
    errors.ErrorCalendarOccurrenceIndexIsOutOfRecurrenceRange,
    errors.ErrorInvalidIdMalformed,
    errors.ErrorInvalidId,
    errors.ErrorIrresolvableConflict,
    errors.ErrorStaleObject,
    errors.ErrorChangeKeyRequired,
    errors.ErrorChangeKeyRequiredForWriteOperations,
    errors.ErrorInvalidChangeKey,
    errors.ErrorCorruptData,
)
"""Of one meeting: it is not there any more, or was changed meanwhile."""


def translated(error: Exception, *, item: bool = False) -> CalendarError:
    """Our error for one of exchangelib's, or for what a hostile answer has done to it.

    Args:
        error: any but our own.
        item: whether one meeting was asked for by its id.
    """
    name = type(error).__name__
    if isinstance(error, _BUSY):
        return CalendarBusy(name, retry_after=_wait(error))
    if item and isinstance(error, _GONE):
        return OccurrenceGone(name)
    for meaning, kinds in _MEANINGS.items():
        if isinstance(error, kinds):
            return meaning(name)
    if isinstance(error, errors.ResponseMessageError):
        return CalendarUnreachable(name, cause="server")
    return MalformedAnswer(name)


def _wait(error: Exception) -> timedelta | None:
    """How long Exchange asked us to wait, within reason."""
    seconds = getattr(error, "back_off", None) or getattr(error, "wait", None)
    if not isinstance(seconds, int | float) or seconds <= 0:
        return None
    return timedelta(seconds=min(float(seconds), LONGEST_WAIT.total_seconds()))
