"""Every service that Doorlight knows how to join, and the addresses that do: one entry each, nothing else to register.

Facts: the vendors' own invitations and help pages. The places of a service are tried from the first to the last; which
services a host belongs to is looked up, so that the table's length costs nothing.
"""

from enum import StrEnum
from functools import partial
from typing import Self

from device.join.links.places import Place

_zoom = partial(
    Place,
    ".zoom.us .zoom.com .zoom.com.cn .zoom-x.de .zoomgov.com",
    passcode="pwd",
    key="{id}",
    without="events.zoom.us events.zoom.com support.zoom.us support.zoom.com",
)
_ZOOM_ID = r"(?P<id>\d{9,11})"
_teams = partial(
    Place,
    "teams.microsoft.com teams.cloud.microsoft teams.live.com teams.microsoft.us gov.teams.microsoft.us "
    "dod.teams.microsoft.us gov.teams.microsoft.com",
)
_THREAD = (
    r"/l/meetup-join/(?P<thread>19(?::|%3a|%253a)(?:[a-z0-9._:~-]|%[0-9a-f]{2}){3,400}?(?:@|%40|%2540)"
    r"(?:thread\.(?:v2|skype|tacv2)|unq\.gbl\.spaces))"
)
_ROOM = r"/(?P<id>NAME)/?"
_PAGES = (
    "about app auth blog business careers contact customers download downloads embedded enterprise faq features help "
    "information install legal login meetings org pricing privacy product register security signin signup sitemap "
    "solutions static support terms user users"
)
"""Words that no room is called, where rooms and a vendor's own pages share a host."""


class Service(StrEnum):
    """A service, with the forms of its addresses; its value is the word for it in settings and answers."""

    places: tuple[Place, ...]

    def __new__(cls, slug: str, *places: Place) -> Self:
        """A member from its entry."""
        member = str.__new__(cls, slug)
        member._value_ = slug
        member.places = places
        return member

    ZOOM = (
        "zoom",
        _zoom(rf"/[jw]/{_ZOOM_ID}(?:/success)?/?"),
        # A line's end may cut a number, but none that goes on with its passcode: that one is as short as it says.
        _zoom(r"/[jw]/(?P<id>\d{5,8})/?", {"pwd": ".+"}),
        _zoom(rf"/(?:wc/join|launch/jc)/{_ZOOM_ID}/?"),
        _zoom(rf"/wc/{_ZOOM_ID}/join/?"),
        _zoom(r"/join/?", {"confno": _ZOOM_ID}, schemes="https http zoommtg"),
        _zoom(r"/my/NAME/?", key="{path}"),
        _zoom(rf"/s/{_ZOOM_ID}/?", guest=False),
        _zoom(rf"/wc/{_ZOOM_ID}/start/?", guest=False),
    )
    TEAMS = (
        "teams",
        _teams(_THREAD + r"/(?P<message>\d{1,20})/?", key="{thread}/{message}", schemes="https http msteams"),
        _teams(_THREAD.replace("19", "(?=.{3,40}meeting_)19") + "/?", key="{thread}/0", schemes="https http msteams"),
        _teams(r"/meet/(?P<id>\d{9,16})/?", passcode="p", key="{id}", schemes="https http msteams"),
        _teams(r"/light-meetings/launch/?", {"coords": r"(?P<coords>eyJ[a-z0-9+/_-]{20,2000}={0,2})"}, key="{coords}"),
        _teams(r"/v2/?", inner="#"),
        _teams(r"/_/?", inner="#"),
        _teams(r"/dl/launcher/launcher\.html", inner="url"),
    )
    GOOGLE_MEET = (
        "google_meet",
        Place("meet.google.com", r"/(?:_meet/)?(?P<id>[a-z]{3}-[a-z]{4}-[a-z]{3})/?", key="{id}"),
        Place("meet.google.com", r"/(?:_meet/)?lookup/(?P<id>[a-z0-9_-]{4,64})/?"),
        Place("g.co", r"/meet/NAME/?"),
    )
    WEBEX = (
        "webex",
        Place(
            "<.webex.com",
            r"/(?:meet|join|webappng/sites/[\w.-]{1,80}/dashboard/pmr)/(?P<user>[\w.+-]{1,64})/?",
            key="{user}@{host}",
            sip="{user}@{host}",
            without="www.webex.com help.webex.com",
        ),
        Place("<.webex.com", r"/[\w.-]{1,80}/j\.php", {"MTID": r"(?P<mtid>\w{4,80})"}, key="{mtid}"),
        Place(
            "<.webex.com",
            r"/(?:wbxmjs/joinservice|webappng)/sites/[\w.-]{1,80}/meeting/(?:download|info|join)/(?P<hash>\w{4,80})/?",
            key="{hash}",
        ),
        Place("<.webex.com", r"/wbxmjs/joinservice/.{1,200}"),
        Place("<.webex.com", r"/m/[0-9a-f-]{16,64}/?"),
    )
    GOTOMEETING = (
        "gotomeeting",
        Place(
            "gotomeeting.com www.gotomeeting.com global.gotomeeting.com",
            r"/(?:meeting/)?join/(?P<id>NAME)/?",
            key="{id}",
        ),
        Place("app.gotomeeting.com", r"/(?:index\.html)?", {"meetingId": r"(?P<id>\d{9})"}, key="{id}"),
        Place("gotomeet.me www.gotomeet.me", r"/(?P<id>NAME)(?:/NAME)?/?", key="{id}", without=_PAGES),
        Place("meet.goto.com", r"/(?P<id>NAME)(?:/NAME)?/?", key="{id}", without=_PAGES),
        Place("app.goto.com", r"/(?:meeting|meet)/(?P<id>NAME)/?", key="{id}"),
    )
    RINGCENTRAL = (
        "ringcentral",
        Place("v.ringcentral.com video.ringcentral.com", r"/join/(?P<id>NAME)/?", passcode="pw", key="{id}"),
        Place("meetings.ringcentral.com", r"/(?:j|join)/(?P<id>\d{6,14})/?", passcode="pwd", key="{id}"),
    )
    CHIME = (
        "chime",
        Place("chime.aws", r"/(?P<id>\d{4,13})/?", key="{id}"),
        Place("app.chime.aws", r"/meetings/(?P<id>NAME)/?", key="{id}"),
        Place("meeting", r"/?", {"pin": r"(?P<id>\d{4,13})"}, key="{id}", schemes="chime"),
    )
    WHEREBY = (
        "whereby",
        Place("whereby.com www.whereby.com", r"/(?P<id>[\w-]{2,100})/?", without=_PAGES),
        Place("<.whereby.com", r"/(?P<id>[\w-]{2,100})/?", without=_PAGES + " help.whereby.com docs.whereby.com"),
        Place("appear.in", _ROOM, without=_PAGES),
    )
    JITSI = (
        "jitsi",
        Place(
            "meet.jit.si jitsi* -",
            r"/(?P<id>NAME)(?<!\.html)/?",
            without="static libs images github.io gitlab.io readthedocs.io",
        ),
    )
    EIGHT_BY_EIGHT = ("8x8", Place("8x8.vc <.8x8.vc", r"/(?P<id>NAME/NAME)/?", without="static libs images"))
    BLUEJEANS = (
        "bluejeans",
        Place(
            ".bluejeans.com",
            r"/(?P<id>\d{3,14})(?:/(?P<passcode>\d{4,8}))?(?:/(?:browser|webrtc|app|join))?/?",
            key="{id}",
            sip="{id}@bjn.vc",
        ),
        Place("primetime.bluejeans.com", r"/a2m/live-event/\w{4,20}/?"),
    )
    LIFESIZE = (
        "lifesize",
        Place(
            "call.lifesizecloud.com call.lifesize.com",
            r"/(?P<id>\d{3,12})/?",
            key="{id}",
            sip="{id}@sip.lifesizecloud.com",
        ),
    )
    STARLEAF = ("starleaf", Place("meet.starleaf.com", r"/(?P<id>\d{3,14})(?:/app)?/?", key="{id}"))
    BIGBLUEBUTTON = (
        "bigbluebutton",
        Place("*", r"/rooms/(?P<id>[a-z0-9]{3}(?:-[a-z0-9]{3}){2,3})/join/?"),
        Place("- demo.bigbluebutton.org", r"/(?:b|gl)/(?P<id>[a-z0-9-]{3,64})/?"),
    )
    PEXIP = (
        "pexip",
        Place(
            "*",
            r"/webapp\d?/?(?:home/?)?",
            {"conference": r"(?P<id>[!-~]{1,128})"},
            passcode="pin",
            key="{host}/{id}",
            sip="{id}",
        ),
        Place(
            "*",
            r"/webapp\d?/?(?:home/?)?",
            fragment=r"/?(?:home/?)?\?(?:[^#]*&)?conference=(?P<id>[^&]{1,200})(?:&.*)?",
            key="{host}/{id}",
            sip="{id}",
        ),
        Place("*", r"/webapp\d?/(?:conference|m)/(?P<id>NAME)(?:/[\w/-]*)?", key="{host}/{id}", sip="{id}"),
    )
    CMS = (
        "cms",
        Place("*", r"/invited\.sf", {"secret": ".+", "id": r"(?P<id>\d{1,20})"}, key="{host}/{id}", sip="{id}@{host}"),
        Place("-", r"/(?:index\.html)?", {"id": r"(?P<id>\d{1,20})"}, key="{host}/{id}", sip="{id}@{host}"),
        Place("-", r"/meeting/(?P<id>\d{1,20})/?", key="{host}/{id}", sip="{id}@{host}"),
    )
    SKYPE_FOR_BUSINESS = (
        "skype_for_business",
        Place("meet.lync.com", r"/NAME/NAME/NAME/?", {"sl": "1"}, guest=False),
        Place("meet.lync.com", r"/NAME/NAME/NAME/?"),
        Place("-", r"/(?:NAME/)?NAME/[a-z0-9]{4,16}/?"),
    )
    ZOHO = (
        "zoho",
        Place(
            ".zoho.com .zoho.eu .zoho.in .zoho.com.au .zoho.com.cn .zoho.jp .zoho.sa .zoho.uk .zohocloud.ca",
            r"/(?:meeting/)?join/?",
            {"key": r"[\w-]{4,64}"},
            key="{host}{path}",
        ),
        Place("meet.zoho.com meet.zoho.eu meet.zoho.in meet.zoho.com.au", r"/[\w-]{6,40}/?", without=_PAGES),
    )

    # The long tail: opened in a browser, as it is.
    AROUND = ("around", Place("meet.around.co around.co", r"/r/NAME/?"))
    BLACKBOARD = ("blackboard_collab", Place("<.bbcollab.com", r"/(?:guest|invite|collab/ui/session/[\w-]+)/NAME/?"))
    BLIZZ = ("blizz", Place("go.blizz.com", r"/(?:join/)?NAME/?", without=_PAGES))
    BUTTER = ("butter", Place("app.butter.us", r"/NAME(?:/NAME)?/?", without=_PAGES))
    CAL_COM = ("cal_com", Place("cal.com app.cal.com", r"/video/NAME/?"))
    CHORUS = ("chorus", Place("go.chorus.ai", r"/NAME/?"))
    CLICKMEETING = (
        "clickmeeting",
        Place("<.clickmeeting.com", r"/NAME(?:/join)?/?", without=_PAGES + " www.clickmeeting.com"),
    )
    COSCREEN = ("coscreen", Place("join.coscreen.co", r"/NAME(?:/NAME)?/?"))
    DEMIO = ("demio", Place("event.demio.com", r"/ref/NAME/?"))
    DEMODESK = ("demodesk", Place("demodesk.com", r"/(?:meet|sessions?|rooms?)/NAME/?"))
    DIALPAD = (
        "dialpad",
        Place("meetings.dialpad.com", r"/(?:room/)?NAME/?", without=_PAGES),
        Place("dialpad.com www.dialpad.com", r"/meetings/NAME/?"),
    )
    DINGTALK = ("dingtalk", Place("meeting.dingtalk.com", r"/j/NAME/?"))
    DISCORD = ("discord", Place("discord.com discord.gg", r"/(?:(?:invite|channels)/NAME(?:/NAME)?|[a-z0-9]{5,16})/?"))
    DOXY_ME = ("doxy_me", Place(".doxy.me", r"/NAME/?", without=_PAGES + " help.doxy.me en de fr es"))
    DUO = ("duo", Place("duo.app.goo.gl", r"/NAME/?"))
    FACETIME = ("facetime", Place("facetime.apple.com", r"/join/?", fragment=r"v=\d+&p=[^&]+&k=.+"))
    FEISHU = ("feishu", Place(".feishu.cn", r"/j/\d{6,14}/?"))
    GATHER = ("gather", Place("app.gather.town gather.town", r"/app/NAME/NAME/?"))
    GONG = ("gong", Place("join.gong.io app.join.gong.io", r"/NAME/NAME/?"))
    GOOGLE_MEET_STREAM = ("google_meet_stream", Place("stream.meet.google.com", r"/stream/[0-9a-z-]{8,64}/?"))
    GOTOWEBINAR = ("gotowebinar", Place("global.gotowebinar.com", r"/join/\d{4,24}(?:/\d{4,24})?/?"))
    HANGOUTS = ("hangouts", Place("hangouts.google.com", r"/(?:hangouts/_|call)/NAME(?:/NAME)?/?"))
    JAM = ("jam", Place("jam.systems", r"/NAME/?", without=_PAGES))
    JOIN_ME = ("join_me", Place("join.me secure.join.me", r"/(?:\d{3}-\d{3}-\d{3}|NAME)/?", without=_PAGES))
    LARK = ("lark", Place(".larksuite.com", r"/j/\d{6,14}/?"))
    LIVEKIT = ("livekit", Place("meet.livekit.io", r"/rooms/NAME/?"))
    LIVESTORM = ("livestorm", Place("app.livestorm.com app.livestorm.co", r"/p/[\w-]{8,64}/live/?"))
    LUMA = ("luma", Place("lu.ma luma.com", r"/join/NAME/?"))
    MEETECHO = ("meetecho", Place(".meetecho.com", r"/(?:client|conference)s?/.{0,200}", {"group": ".+"}))
    OVICE = ("ovice", Place("<.ovice.in <.ovice.com", r"/(?:[\w@,.-]{0,100})", without="www.ovice.in www.ovice.com"))
    POP = ("pop", Place("pop.com", r"/j/\d{3}(?:-?\d{3}){1,3}/?"))
    PREPLY = ("preply", Place("preply.com", r"/(?:[a-z]{2}/)?chat/t-room/\d+/?"))
    PROTON_MEET = ("proton_meet", Place("meet.proton.me", r"/(?:u/\d+/)?join/NAME/?"))
    PUMBLE = ("pumble", Place("meet.pumble.com", r"/NAME/?"))
    RECLAIM = ("reclaim", Place("reclaim.ai", r"/z/NAME/NAME/?"))
    RIVERSIDE = ("riverside", Place("riverside.fm riverside.com", r"/studio/NAME/?"))
    SKYPE = ("skype", Place("join.skype.com", r"/(?:invite/)?NAME/?"))
    SLACK = ("slack", Place("app.slack.com <.slack.com", r"/huddle/T\w{6,20}/[CDG]\w{6,20}/?"))
    STREAMYARD = (
        "streamyard",
        Place("streamyard.com", r"/(?:guest/\w{6,20}|(?=[a-z]{0,20}\d)[a-z0-9]{8,16})/?"),
    )
    SUIT_CONFERENCE = ("suit_conference", Place("<.conference.istesuit.com", r"/NAME/?"))
    TEAMVIEWER = (
        "teamviewer",
        Place("meeting.teamviewer.com go.teamviewer.com", r"/(?:join/|v\d{1,3}/)?m[\w-]{4,20}/?"),
    )
    TEEMYCO = ("teemyco", Place("app.teemyco.com", r"/room/NAME/?"))
    TUPLE = ("tuple", Place("tuple.app", r"/c/NAME/?"))
    UBERCONFERENCE = ("uberconference", Place("uberconference.com www.uberconference.com", r"/NAME/?", without=_PAGES))
    USERZOOM = ("userzoom", Place("go.userzoom.com", r"/participate/NAME/?"))
    VENUE = ("venue", Place("app.venue.live", r"/app/NAME/?"))
    VIMEO = ("vimeo", Place("venues.vimeo.com", r"/\d{4,14}/NAME/?"))
    VONAGE = (
        "vonage",
        Place("meetings.vonage.com", r"/\d{6,14}/?"),
        Place("meetings.vonage.com", r"/?", {"room_token": ".+"}, key="{host}{path}"),
    )
    VOOV = ("voov", Place("voovmeeting.com www.voovmeeting.com meeting.tencent.com", r"/(?:dm|p|s)/[\w-]{4,40}/?"))
    VOWEL = ("vowel", Place("app.vowel.com vowel.com", r"/.{0,20}", fragment=r"/g/.+"))
    VSEE = ("vsee", Place("my.vsee.com", r"/NAME/?", without=_PAGES))
    WORKPLACE = ("workplace", Place("<.workplace.com <.facebook.com", r"/groupcall/.{1,200}"))
    ZHUMU = ("zhumu", Place("welink.zhumu.com", r"/(?:j|wc/join)/\d{5,14}/?", passcode="pwd"))
    ZM_PAGE = ("zm_page", Place("zm.page", r"/NAME/?"))
    ZOHO_CLIQ = ("zoho_cliq", Place("cliq.zoho.com cliq.zoho.eu cliq.zoho.in cliq.zoho.com.au", r"/meetings/NAME/?"))

    # Reached by a dial string alone.
    SIP = ("sip",)
    H323 = ("h323",)
