"""One CalDAV server as this room's access reaches it: signed requests, redirects within it, what statuses mean."""

from collections.abc import Generator, Mapping

import httpx

from device.calendars.addresses import MOVED, onward, same_server
from device.calendars.http import Answer, Client
from device.calendars.interface import ANSWER_LIMIT, AccessSource, AccessToken
from device.model.errors import AccessDenied, AccessExpired, CalendarUnreachable, MalformedAnswer, RoomNotFound

REDIRECTS = 3


class Bearer(httpx.Auth):
    """Signs with a token, for servers that know OAuth."""

    def __init__(self, token: str) -> None:
        self._header = f"Bearer {token}"

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Sign one request."""
        request.headers["Authorization"] = self._header
        yield request


class Server:
    """Sends requests to the server of one URL, and to no other."""

    def __init__(self, client: Client, url: str, access: AccessSource) -> None:
        self._client = client
        self._url = url
        self._access = access
        self._scheme: type[httpx.BasicAuth | httpx.DigestAuth] = httpx.BasicAuth

    def is_home_of(self, url: str) -> bool:
        """Whether the URL is this server's: the same scheme, host and port."""
        return same_server(url, self._url)

    async def request(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        content: bytes | None = None,
        limit: int = ANSWER_LIMIT,
    ) -> Answer:
        """Ask, and follow the server where it has moved a path. The answer may have any status below 500 but 401.

        Raises:
            AccessExpired: the access was not accepted.
            MalformedAnswer: it sends us to another server, as captive portals do; the password does not go there.
            CalendarUnreachable: as `Client.request` says, and for a server's own fault.
        """
        for _ in range(REDIRECTS):
            answer = await self._signed(method, url, headers, content, limit)
            if answer.status not in MOVED:
                return answer
            url = onward(url, answer)
            if not self.is_home_of(url):
                raise MalformedAnswer("redirected to another server")
        raise MalformedAnswer("redirected in circles")

    async def _signed(
        self, method: str, url: str, headers: Mapping[str, str] | None, content: bytes | None, limit: int
    ) -> Answer:
        access = await self._access()
        answer = await self._send(method, url, headers, content, limit, access)
        challenge = answer.headers.get("www-authenticate", "").lower()
        if answer.status == 401 and challenge.startswith("digest") and self._scheme is httpx.BasicAuth:
            self._scheme = httpx.DigestAuth
            answer = await self._send(method, url, headers, content, limit, access)
        if answer.status == 401:
            raise AccessExpired("HTTP 401")
        if answer.status not in MOVED:
            answer.raise_for_server()
        return answer

    async def _send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None,
        content: bytes | None,
        limit: int,
        access: AccessToken,
    ) -> Answer:
        return await self._client.request(
            method, url, headers=headers, content=content, limit=limit, auth=self._auth(access)
        )

    def _auth(self, access: AccessToken) -> httpx.Auth | None:
        secret = access.token.reveal()
        if access.username:
            return self._scheme(access.username, secret)
        return Bearer(secret) if secret else None


def refuse(answer: Answer) -> None:
    """Raise what a status that was not hoped for means.

    Raises:
        CalendarError: always; which, `device.model.errors` says.
    """
    if answer.status == 403:
        raise AccessDenied("HTTP 403")
    if answer.status in (404, 410):
        raise RoomNotFound(f"HTTP {answer.status}")
    if answer.status == 423:
        raise CalendarUnreachable("HTTP 423, it is locked", cause="server")
    raise MalformedAnswer(f"not what a CalDAV server answers (HTTP {answer.status})")
