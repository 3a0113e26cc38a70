"""exchangelib, bent to our line: its protocol sends by the desk, its accounts share nothing, its logs say nothing.

This file and `services` are the only ones that reach into it.
"""

import logging
from collections.abc import Mapping
from typing import Any

from exchangelib import DELEGATE, IMPERSONATION, Account, Build, Configuration, Version
from exchangelib.account import Identity
from exchangelib.ewsdatetime import UTC
from exchangelib.protocol import CachingProtocol, FailFast, Protocol
from exchangelib.transport import NOAUTH

from device.calendars.exchange.desk import this_turn
from device.calendars.exchange.line import Lines
from device.calendars.exchange.options import Access, Edition, Options

for _chatty in ("exchangelib", "spnego"):  # they log whole envelopes, headers and answers to challenges
    logging.getLogger(_chatty).setLevel(logging.CRITICAL + 1)

_BUILDS = {Edition.V2016: Build(15, 1), Edition.V2019: Build(15, 2), Edition.SE: Build(15, 2)}


class Reply:
    """An answer as exchangelib reads one of requests'. What is no envelope has been refused before."""

    status_code = 200
    request: Any = None

    def __init__(self, url: str, content: bytes) -> None:
        self.url = url
        self.content = content
        self.headers: dict[str, str] = {}
        self.request = self

    def close(self) -> None:
        """It is whole already."""


class Session:
    """A session of requests' as exchangelib uses one; whatever it posts goes to our lines."""

    auth = None
    session_id = 0
    usage_count = 0
    cookies: tuple[()] = ()

    def __init__(self, lines: Lines) -> None:
        self._lines = lines

    def get_adapter(self, url: str) -> None:
        """For its logs."""

    def post(self, url: str, headers: Mapping[str, str], data: bytes, **_: object) -> Reply:
        """Send one envelope, from the thread that asks."""
        turn = this_turn()
        answer = turn.send(lambda: self._lines.post(data, dict(headers or {})))
        turn.answer = answer
        return Reply(url, answer.body)

    def close(self) -> None:
        """The lines are closed by their owner."""


class _Unshared(CachingProtocol):
    """exchangelib keeps one protocol for each address in the whole process; ours are each account's own."""

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return type.__call__(self, *args, **kwargs)


class OwnProtocol(Protocol, metaclass=_Unshared):
    """A protocol with one session, which is our lines. It keeps no connection, no secret and no pool."""

    RETRY_WAIT = 0
    """Seconds that exchangelib would claim Exchange had asked for where it had not."""

    def __init__(self, config: Configuration, lines: Lines) -> None:
        super().__init__(config=config)
        self._own = Session(lines)

    def get_session(self) -> Session:
        """The session."""
        return self._own

    def release_session(self, session: Session) -> None:
        """It stays."""

    def retire_session(self, session: Session) -> None:
        """It stays."""

    def renew_session(self, session: Session) -> Session:
        """The same."""
        return session

    def close(self) -> None:
        """There is nothing to close."""


def protocol_for(options: Options, lines: Lines) -> OwnProtocol:
    """A protocol of exchangelib's, for operations that are about no mailbox."""
    return OwnProtocol(config=_configuration(options), lines=lines)


def account_at(address: str, options: Options, lines: Lines, access: Access | None = None) -> Account:
    """An account of exchangelib's for a mailbox; it asks nobody anything yet.

    Args:
        address: of the mailbox.
        options: where its server is.
        lines: the way there.
        access: by another right than the options'.
    """
    config = _configuration(options)
    account = Account(
        primary_smtp_address=address,
        config=config,
        autodiscover=False,
        access_type=IMPERSONATION if (access or options.access) is Access.IMPERSONATION else DELEGATE,
        default_timezone=UTC,
        locale="en_US",
    )
    del Protocol[config]  # the shared one that it has just made
    account.protocol = OwnProtocol(config=config, lines=lines)
    return account


def acting_as(address: str) -> Identity | None:
    """Whom an operation acts as; None: the service account itself."""
    return Identity(primary_smtp_address=address) if address else None


def _configuration(options: Options) -> Configuration:
    return Configuration(
        service_endpoint=options.endpoint,
        auth_type=NOAUTH,
        version=Version(build=_BUILDS[options.version]),
        retry_policy=FailFast(),
    )
