"""Text without a calendar around it: what somebody pasted, a page that somebody saved."""

from device.model.invitation import Invitation, Piece


def of_text(text: str) -> Invitation:
    """An invitation of plain text, be it a lone address."""
    return Invitation(pieces=(Piece(field="text", text=text),))


def of_page(page: str) -> Invitation:
    """An invitation of HTML."""
    return Invitation(pieces=(Piece(field="html", text=page, html=True),))
