"""Targets that an attacker would write into an invitation: nothing of it may pass, whatever the dice say."""

from random import Random

ALLOWED = ("zoom.us", "zoomgov.com", "teams.microsoft.com", "teams.live.com", "meet.google.com", "webex.com")
PATHS = (
    "/j/81234567890?pwd=abc",
    "/my/anna",
    "/l/meetup-join/19%3ameeting_NTg0NmQ3%40thread.v2/0",
    "/meet/24512345678901?p=Ab",
    "/abc-defg-hij",
    "/meet/anna",
    "/harbour/j.php?MTID=m4a3b2c1d0e9",
    "/webapp/?conference=x@y.example",
    "/invited.sf?secret=a&id=5551234",
)
EVIL = ("evil.example", "evil-zoom.example", "login.example.org", "xn--zm-fmca.us", "attacker.test")
LOOKALIKES = {
    "o": "οоօ0ⲟ",
    "a": "аɑα",
    "e": "еҽ",
    "m": "ⅿｍ",
    "i": "іı1l",
    "c": "сϲ",
    "s": "ѕｓ",
    "t": "τｔ",
    "g": "ɡ9",
    "x": "хх",
    "w": "ԝѡ",
    "l": "ӏ1I",
    "r": "гｒ",
    "f": "ſｆ",
    "z": "ᴢｚ",
    "b": "Ьｂ",
    "u": "υս",
    "v": "ѵν",
}
UNSEEN = "\u200b\u200c\u200d\u2060\u00ad\u202e\u2066\ufeff\u061c"
CONTROLS = "\r\n\t\0\x1b\x7f \x0b\x0c\x85\u2028"
DEAR = ("+19005550100", "0019005550100", "+49900123456", "1900555", "+88212345678", "+97912345678", "118118", "911")
GATEWAYS = ("pstn.example", "gw.zoomcrc.com.evil.example", "zoomcrc.com.evil.example", "evilzoomcrc.com", "10.0.0.1")


def hostile_link(rng: Random) -> str:
    """An address that must not be joined."""
    host, path, evil = rng.choice(ALLOWED), rng.choice(PATHS), rng.choice(EVIL)
    made = rng.choice((_beside, _before, _written, _confused, _other_scheme, _cut))
    return made(rng, host, path, evil)


def _beside(rng: Random, host: str, path: str, evil: str) -> str:
    """Another host that has the name in it."""
    return "https://" + rng.choice(
        (
            f"{host}.{evil}{path}",
            f"{host}-{evil}{path}",
            f"{host.replace('.', '-')}.{evil}{path}",
            f"evil{host}{path}",
            f"{host}evil{path}",
            f"{host}.{path}",
            f"{evil}/{host}{path}",
            f"{evil}?{host}{path}",
            f"{evil}#{host}{path}",
            f"{evil}/url?q=https://{host}{path}",
            f"{evil}%2f{host}{path}",
            f"{evil}\\{host}{path}",
        )
    )


def _before(rng: Random, host: str, path: str, evil: str) -> str:
    """The name before an @, or a port."""
    return (
        rng.choice(("https", "http"))
        + "://"
        + rng.choice(
            (
                f"{host}@{evil}{path}",
                f"{host}:pw@{evil}{path}",
                f"{evil}@{host}{path}",
                f"@{host}{path}",
                f"{host}:{rng.randrange(65536)}{path}",
                f"{host}:{path}",
                f"{host}%40{evil}{path}",
                f"{host}%00.{evil}{path}",
            )
        )
    )


def _written(rng: Random, host: str, path: str, evil: str) -> str:
    """The right host, written so that two readers read two hosts, or a path that climbs."""
    sign = rng.choice(CONTROLS)
    at = rng.randrange(len(host))
    return rng.choice(
        (
            f"https://{host[:at]}{sign}{host[at:]}{path}",
            f"https://{host}{sign}{path}",
            f"https://{sign}{host}{path}",
            f"https://{host}{path}{sign}x",
            f"https:\\\\{host}{path}",
            f"https:/{host}{path}",
            f"https:///{host}{path}",
            f"https://{host}\\{path}",
            f"https://{host}/..{path}",
            f"https://{host}/.{path}",
            f"https://{host}/%2e%2e{path}",
            f"https://{host}/%2E{path}",
            f"https://{host}/{path}",
            f"https://{host.replace('.', '%2e')}{path}",
            f"https://{host.replace('.', '。')}{path}",
            f"https://{host.replace('.', '..')}{path}",
            f"https://.{host}{path}",
            f"https://_x.{host}{path}",
            f"https://-x.{host}{path}",
            f"https://[{host}]{path}",
            f"https://{rng.randrange(2**32)}{path}",
            f"https://0x{rng.randrange(2**32):x}{path}",
            f"https://{'.'.join(str(rng.randrange(256)) for _ in range(4))}{path}",
            f"https://[::ffff:{rng.randrange(65536):x}]{path}",
            f"https://xn--{host}{path}",
        )
    )


def _confused(rng: Random, host: str, path: str, evil: str) -> str:
    """A letter that only looks like the right one, or one that is not seen."""
    places = [at for at, letter in enumerate(host) if letter in LOOKALIKES]
    at = rng.choice(places)
    if rng.random() < 0.3:
        return f"https://{host[:at]}{rng.choice(UNSEEN)}{host[at:]}{path}"
    return f"https://{host[:at]}{rng.choice(LOOKALIKES[host[at]])}{host[at + 1 :]}{path}"


def _other_scheme(rng: Random, host: str, path: str, evil: str) -> str:
    scheme = rng.choice(
        (
            "javascript",
            "data",
            "file",
            "ftp",
            "intent",
            "ms-settings",
            "vbscript",
            "ssh",
            "tel",
            "chime",
            "zoomus",
            "ws",
        )
    )
    return f"{scheme}:{rng.choice(('//', '', '/'))}{host}{path}"


def _cut(rng: Random, host: str, path: str, evil: str) -> str:
    """A page of the right host that joins nothing, be it by a redirect of its own."""
    return f"https://{host}" + rng.choice(
        (
            "/",
            "",
            "/redirect?to=https://" + evil,
            "/dl/launcher/launcher.html?url=https://" + evil + path,
            "/dl/launcher/launcher.html?url=//" + evil + path,
            "/join?confno=81234567890&confno=91234567890",
            "/v2/?meetingjoin=true#//" + evil + path,
            "/j/" + str(rng.randrange(10**7)),
            "/j/" + str(10**11 + rng.randrange(10**12)),
            "/signin",
            "/u/abc",
        )
    )


def hostile_dial(rng: Random) -> str:
    """A dial string that must not be dialled."""
    good = rng.choice(
        ("81234567890.123456@zoomcrc.com", "24357724034@harbour.webex.com", "144.195.19.161##81234567890")
    )
    dear, gateway = rng.choice(DEAR), rng.choice(GATEWAYS)
    at = rng.randrange(len(good) + 1)
    sign = rng.choice(CONTROLS + "\"'<>;,&|`$(){}[]!?*%=/\\:^~" + UNSEEN + "éо")
    return rng.choice(
        (
            good[:at] + sign + good[at:],
            good + "\r\nxCommand Dial Number: " + dear,
            good + ";phone-context=+1",
            good + "?subject=x",
            f"sip:{good}",
            f"tel:{dear}",
            dear,
            f"{dear}@{gateway}",
            f"+{rng.randrange(10**11)}@zoomcrc.com",
            f"00{rng.randrange(10**11)}@zoomcrc.com",
            f"{rng.randrange(10**5)}@harbour.webex.com",
            f"anna@{gateway}",
            f"anna@{gateway}@zoomcrc.com",
            "@zoomcrc.com",
            "anna@",
            "@",
            f"{'a' * rng.randrange(118, 400)}@zoomcrc.com",
            f"anna@{rng.choice('-._')}zoomcrc.com",
            "anna@zoomcrc..com",
            "anna@zoomcrc.com.",
            "anna@10.1.2.3",
            "anna@xn--zoomcrc-xyz.com",
            f"10.{rng.randrange(256)}.2.3##81234567890",
            f"144.195.19.161##{dear}#{sign}",
            f"144.195.19.161#{dear}",
            f"144.195.19.161###{rng.randrange(10**9)}",
            "144.195.19.161##" + "1" * rng.randrange(21, 60),
            "",
        )
    )
