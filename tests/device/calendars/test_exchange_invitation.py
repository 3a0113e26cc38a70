"""How a meeting on an Exchange server is joined: told of that one item, wherever Outlook or a person has put it."""

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

import msgspec
import pytest
from exchange_room import Standing, answering, item, open_exchange, success, view
from exchange_worlds import options_for
from far_side import far_side

from device.calendars.exchange import PROVIDER
from device.calendars.interface import AccessToken
from device.calendars.invitations import TellsInvitations
from device.emulator.office import open_office
from device.join.links.search import ways_in
from device.join.links.services import Service
from device.model.errors import OccurrenceGone
from device.model.invitation import Entry, Invitation, Piece
from device.model.room import Room
from device.model.safetext import SafeText
from device.model.window import window_around

TEAMS = "https://teams.microsoft.com/l/meetup-join/19%3ameeting_RG9v%40thread.v2/0?context=%7b%22Tid%22%3a%22a%22%7d"


def public(name: str, value: str, space: str = 'DistinguishedPropertySetId="PublicStrings"') -> str:
    uri = f'<t:ExtendedFieldURI {space} PropertyName="{name}" PropertyType="String"/>'
    return f"<t:ExtendedProperty>{uri}<t:Value>{escape(value)}</t:Value></t:ExtendedProperty>"


async def told(folder: Path, more: str) -> Invitation:
    """What the door learns of an item that Exchange tells so; the window itself tells nothing of it."""

    def tell(asked: str) -> str:
        if "GetItem" in asked:
            assert "SkypeTeamsMeetingUrl" in asked
            return success("GetItem", f"<m:Items>{item(more=more)}</m:Items>")
        assert "item:Body" not in asked
        return view(item())

    async with far_side(answering(tell), folder) as side, open_exchange(side) as calendar:
        (one,) = (await calendar.read(window_around(Standing().now, "Europe/Berlin"))).occurrences
        assert isinstance(calendar, TellsInvitations)
        return await calendar.invitation(one)


PLACES: Mapping[str, tuple[str, Invitation]] = {
    "nothing": ("", Invitation()),
    "Teams, by Outlook": (
        public("SkypeTeamsMeetingUrl", TEAMS),
        Invitation(entries=(Entry(field="SkypeTeamsMeetingUrl", link=TEAMS),)),
    ),
    "Skype for Business, by Outlook": (
        public("OnlineMeetingExternalLink", "https://meet.office.example/ines/ABC"),
        Invitation(
            entries=(
                Entry(
                    field="OnlineMeetingExternalLink",
                    link="https://meet.office.example/ines/ABC",
                    service="skype_for_business",
                ),
            )
        ),
    ),
    "the schema's own": (
        f"<t:JoinOnlineMeetingUrl>{escape(TEAMS)}</t:JoinOnlineMeetingUrl>",
        Invitation(entries=(Entry(field="JoinOnlineMeetingUrl", link=TEAMS),)),
    ),
    "a property of somebody else's": (
        public("SkypeTeamsMeetingUrl", TEAMS, 'PropertySetId="00000000-0000-0000-0000-000000000001"'),
        Invitation(),
    ),
    "a location": (
        "<t:Location>https://zoom.us/j/98765432101</t:Location>",
        Invitation(pieces=(Piece(field="location", text="https://zoom.us/j/98765432101"),)),
    ),
    "a page": (
        '<t:Body BodyType="HTML">&lt;p&gt;Join&lt;/p&gt;</t:Body>',
        Invitation(pieces=(Piece(field="body", text="<p>Join</p>", html=True),)),
    ),
    "plain text": (
        '<t:Body BodyType="Text">Join</t:Body>',
        Invitation(pieces=(Piece(field="body", text="Join"),)),
    ),
    "broken properties": (
        "<t:ExtendedProperty/><t:ExtendedProperty><t:ExtendedFieldURI/></t:ExtendedProperty><t:Body/><t:Location/>",
        Invitation(),
    ),
}


@pytest.mark.parametrize("place", PLACES)
async def test_wherever_a_way_in_stands_it_is_told(tmp_path: Path, place: str) -> None:
    more, wanted = PLACES[place]
    found = await told(tmp_path, more)
    assert found.entries == wanted.entries
    assert found.pieces == (*wanted.pieces, Piece(field="subject", text="Budget"))


async def test_a_hostile_body_is_text_like_any_other(tmp_path: Path) -> None:
    found = await told(tmp_path, '<t:Body BodyType="HTML">&#x1b;[2J&lt;script&gt;https://zoom.us/j/1</t:Body>')
    assert found.pieces[0] == Piece(field="body", text="?[2J<script>https://zoom.us/j/1", html=True)


async def test_the_offices_teams_meetings_are_joined_by_their_own_links(tmp_path: Path) -> None:
    async with open_office("monday", tmp_path, machine=Standing()) as office:

        async def access() -> AccessToken:
            return AccessToken(token=office.exchange.password, username=office.exchange.username)

        found = {}
        for entry in office.rooms:
            room = Room(id=entry.address, name=SafeText("Room"), zone=entry.room.zone)
            async with PROVIDER.open_room(room, options_for(office), access, office.clock) as calendar:
                assert isinstance(calendar, TellsInvitations)
                for one in (await calendar.read(window_around(office.clock.now, room.zone))).occurrences:
                    try:
                        found[one.id] = ways_in(await calendar.invitation(one))
                    except OccurrenceGone:
                        assert one.cancelled or one.response.value == "declined"
        events = [event for box in office.tenant_cloud.mailboxes.values() for event in box.stored() if event.join_url]
        assert events
        services = {way.service for ways in found.values() for way in ways}
        assert Service.TEAMS in services


async def test_a_meeting_that_was_moved_is_not_joined(tmp_path: Path) -> None:
    def tell(asked: str) -> str:
        if "GetItem" in asked:
            return success("GetItem", f"<m:Items>{item(begins=12, ends=13)}</m:Items>")
        return view(item())

    async with far_side(answering(tell), tmp_path) as side, open_exchange(side) as calendar:
        (one,) = (await calendar.read(window_around(Standing().now, "Europe/Berlin"))).occurrences
        assert isinstance(calendar, TellsInvitations)
        with pytest.raises(OccurrenceGone):
            await calendar.invitation(msgspec.structs.replace(one, etag=""))
