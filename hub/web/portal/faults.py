"""What becomes of errors on the portal's pages: a page that says what is wrong, or back to the form with a word."""

from typing import Any
from urllib.parse import quote, urlsplit

from litestar import Response
from litestar.exceptions import HTTPException
from litestar.types import ExceptionHandlersMap

from device.model.errors import DoorlightError
from hub.administrators.registry import AdministratorRefused
from hub.connections.accounts import NoSuchConnection
from hub.devices.pairing import Refused
from hub.errors import HubError
from hub.web.portal.forms import FormRefused
from hub.web.portal.frame import go, local, page
from hub.web.portal.guard import Asked, EnrolFirst, NotAllowed, NotOurForm, SignInFirst
from hub.web.portal.words import sentence


def _sign_in_first(request: Asked, error: SignInFirst) -> Response[Any]:
    onward = request.url.path if request.method == "GET" else _back(request)
    if request.method == "GET" and request.url.query:
        onward += f"?{request.url.query}"
    said = "Say once more who you are: what you are about to do cannot be undone." if error.again else ""
    return go(f"/sign-in?next={quote(onward, safe='')}", said)


def _enrol_first(request: Asked, error: EnrolFirst) -> Response[Any]:
    del request, error
    return go("/second-factor")


def _not_allowed(request: Asked, error: NotAllowed) -> Response[Any]:
    del error
    said = "Your role does not allow this. An administrator can change it under People."
    return page(request, "fault.html", 403, title="Not for you", said_why=said)


def _gone(request: Asked, error: NoSuchConnection) -> Response[Any]:
    del error
    return _refused(request, FormRefused("There is no such connection, or not any more."))


def _not_our_form(request: Asked, error: NotOurForm) -> Response[Any]:
    return page(request, "fault.html", 403, title="Not accepted", said_why=str(error))


def _refused(request: Asked, error: Exception) -> Response[Any]:
    """Something that somebody asked for cannot be done: back to where it was asked, with the reason."""
    if request.method == "POST":
        return go(_back(request), sentence(error), bad=True)
    status = 503 if isinstance(error, HubError) else 422
    return page(request, "fault.html", status, title="That did not work", said_why=sentence(error))


def not_found(request: Asked, error: HTTPException) -> Response[Any]:
    """Nothing is there: a page for people, a word for everybody else."""
    if "text/html" not in request.headers.get("accept", "") or error.status_code != 404:
        return Response({"status_code": error.status_code, "detail": error.detail}, status_code=error.status_code)
    return page(request, "fault.html", 404, title="Nothing here", said_why="This page does not exist, or not any more.")


def _back(request: Asked) -> str:
    """Where somebody came from, if that was here."""
    came = urlsplit(request.headers.get("referer", ""))
    return local(f"{came.path or '/'}{'?' + came.query if came.query else ''}")


HANDLERS: ExceptionHandlersMap = {
    SignInFirst: _sign_in_first,
    EnrolFirst: _enrol_first,
    NotAllowed: _not_allowed,
    NotOurForm: _not_our_form,
    NoSuchConnection: _gone,
    Refused: _refused,
    AdministratorRefused: _refused,
    DoorlightError: _refused,
}
