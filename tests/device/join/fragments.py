"""Pieces of invitations, good and bad, put together by dice."""

from random import Random

LINKS = (
    "https://us02web.zoom.us/j/81234567890?pwd=abc.1",
    "https://zoom.us/j/81234567890",
    "http://zoom.us/w/91234567890?tk=x",
    "https://zoom.us/my/anna",
    "zoommtg://zoom.us/join?confno=81234567890&pwd=a",
    "https://teams.microsoft.com/l/meetup-join/19%3ameeting_NTg0NmQ3%40thread.v2/0?context=%7b%7d",
    "https://teams.microsoft.com/meet/24512345678901?p=Ab",
    "https://teams.live.com/v2/?meetingjoin=true#/meet/9361792952021?p=x",
    "msteams:/l/meetup-join/19:meeting_NTg0NmQ3@thread.v2/0",
    "https://meet.google.com/abc-defg-hij",
    "meet.google.com/abc-defg-hij",
    "https://harbour.webex.com/meet/anna",
    "https://harbour.webex.com/harbour/j.php?MTID=m4a3b2c1",
    "https://global.gotomeeting.com/join/123456789",
    "https://chime.aws/1234567890",
    "https://whereby.com/blue-room",
    "https://meet.jit.si/BlueRoom",
    "https://8x8.vc/harbour/anna",
    "https://bluejeans.com/123456789/4321",
    "https://call.lifesizecloud.com/1234567",
    "https://meet.starleaf.com/4123456789",
    "https://vc.harbour.example/webapp/#/?conference=anna@harbour.example&pin=1",
    "https://join.harbour.example/invited.sf?secret=a&id=5551234",
    "https://www.webex.com/msteams?confid=1142134150&tenantkey=acme&domain=m.webex.com",
    "https://px.harbour.example/teams/?conf=1127180739&ivr=teams&d=vc.harbour.example&ip=192.0.2.1&prefix=55",
    "https://pexip.me/teams/vc.harbour.example/1127180739",
    "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fzoom.us%2Fj%2F81234567890&data=05",
    "https://urldefense.com/v3/__https://zoom.us/j/8123456789*a**B__;IyUl!!a!b$",
    "https://urldefense.proofpoint.com/v2/url?u=https-3A__zoom.us_j_81234567890&d=a",
    "https://www.google.com/url?q=https://zoom.us/j/81234567890&sa=D",
    "https://eu-west-1.protection.sophos.com/?d=zoom.us&u=aHR0cHM6Ly96b29tLnVzL2ovODEyMzQ1Njc4OTA=",
    "https://protect.mimecast.com/s/abc",
    "https://evil.example/j/81234567890",
    "https://zoom.us@evil.example/j/81234567890",
    "https://zооm.us/j/81234567890",
)
DIALS = (
    "81234567890@zoomcrc.com",
    "81234567890.123456@zoomcrc.com",
    "24357724034@harbour.webex.com",
    "sip:anna@vc.harbour.example",
    "sips:1412688795765@gmeet.harbour.example;transport=tls",
    "H.323: 144.195.19.161 (US West)",
    "162.255.37.11##81234567890#123456",
    "acme@m.webex.com",
    "123456@teams.bjn.vc",
    "anna@harbour.example",
    "conf:sip:anna@harbour.example;gruu",
    ",,81234567890#,,,,*123456#",
    ",,24357724034##22212399##",
)
LABELS = (
    "Meeting ID: 812 3456 7890",
    "Passcode: yV39aa%pi0",
    "Meeting number (access code): 2435 772 4034",
    "Password: abc (22212399 from phones)",
    "Video Conference ID: 114 213 415 0",
    "Phone conference ID: 555 111 222#",
    "PIN: 123 456 789#",
    "Tenant key: acme@m.webex.com",
    "Kenncode：１２３４５６",
    "ミーティングID：８１２ ３４５６ ７８９０",
    "Код доступа: 123",
    "Host key: 123456",
    "İİİ: 1",
)
MARKUP = (
    "<a href='",
    '<a href="',
    '">',
    "</a>",
    "<p>",
    "</p>",
    "<br>",
    "<td>",
    "</td>",
    "<div style='display:none'>",
    "</div>",
    "<script>",
    "</script>",
    "<!--",
    "-->",
    "&amp;",
    "&#x68;",
    "&lt;",
    "<![CDATA[",
    "<",
    ">",
)
LINES = (
    "BEGIN:VCALENDAR\r\n",
    "BEGIN:VEVENT\r\n",
    "END:VEVENT\r\n",
    "BEGIN:VALARM\r\n",
    "LOCATION:",
    "DESCRIPTION:",
    'CONFERENCE;VALUE=URI;LABEL="a:b":',
    "X-GOOGLE-CONFERENCE:",
    "X-MICROSOFT-ONLINEMEETINGEXTERNALLINK:",
    "URL:",
    "\r\n ",
    "\r\n",
    "\\n",
    "\\,",
    "\\;",
    "\\",
)
SIGNS = (
    *"()[]{}<>\"'`|\\^~!@#$%&*_-+=:;,.?/ \t\n\r\0\x1b\x85",
    *"\u00a0\u200b\u202e\u2066\ufeff\u3000\ud800\ufffd\u0301\u1100\u30fc",
    "://",
    "https://",
    "%",
    "%zz",
    "%2e%2e",
    "##",
    "\\/",
    "é",
    "会議",
    "。",
    "👩‍👩‍👧‍👦",
    "１",
)
KINDS = (LINKS, LINKS, LINKS, DIALS, LABELS, LABELS, MARKUP, LINES, SIGNS, SIGNS)


def fragment(rng: Random) -> str:
    """A piece, at times with a wound."""
    text = rng.choice(rng.choice(KINDS))
    dice = rng.random()
    if dice < 0.1 and text:
        at = rng.randrange(len(text))
        return text[:at] + rng.choice(SIGNS) + text[at:]
    if dice < 0.15:
        return text[: rng.randrange(len(text) + 1)]
    if dice < 0.2:
        return "".join(chr(rng.randrange(0x3100)) for _ in range(rng.randrange(8)))
    return text


def random_text(rng: Random) -> str:
    """A text of a few pieces."""
    return "".join(fragment(rng) + rng.choice(("", "", " ", " ", "\n", "\n")) for _ in range(rng.randrange(1, 9)))
