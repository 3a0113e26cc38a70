"""The parts that a link is read with, one by one: addresses, wrappers, labels, tables."""

import pytest

from device.calendars.invitations import graph, text
from device.join.links import look, ways_in
from device.join.links.address import LONGEST, Address, NotUsable, Rule, below, checked_host, parameter, read_address
from device.join.links.candidates import links_in
from device.join.links.labels import LABELS, Means
from device.join.links.places import passed_on
from device.join.links.reading import Mark, marks_in
from device.join.links.recognition import knows_host, places_of
from device.join.links.services import Service
from device.join.links.vtc import dialable, gateway_sip, h323, zoom_sip
from device.join.links.wrappers import is_wrapper, unwrapped, unwrapped_v3
from device.model.invitation import Entry, Invitation, Piece


def refused(link: str) -> Rule:
    with pytest.raises(NotUsable) as caught:
        read_address(link)
    return caught.value.rule


def test_an_address_is_put_together_from_its_parts() -> None:
    address = read_address("HTTPS://Zoom.US/j/1?pwd=a%2Bb&x=1#success")
    assert address == Address(scheme="https", host="zoom.us", path="/j/1", query="pwd=a%2Bb&x=1", fragment="success")
    assert address.text == "https://zoom.us/j/1?pwd=a%2Bb&x=1#success"
    assert address.parameter("pwd") == "a+b"
    assert address.parameter("p") is None
    assert read_address("https://zoom.us").text == "https://zoom.us"
    assert read_address("https://zoom.us/?").text == "https://zoom.us/?"


def test_what_may_not_stand_in_an_address_is_encoded() -> None:
    assert read_address('https://zoom.us/é?a={"b"}|c').text == "https://zoom.us/%C3%A9?a=%7B%22b%22%7D%7Cc"
    assert read_address("https://zoom.us/%C3%A9").text == "https://zoom.us/%C3%A9"


@pytest.mark.parametrize(
    ("link", "rule"),
    [
        ("https:zoom.us/j/1", Rule.NOT_AN_ADDRESS),
        ("msteams://", Rule.NAME),
        ("https://", Rule.NAME),
        ("https://localhost/j/1", Rule.NAME),
        ("https://" + "a" * 64 + ".us/j/1", Rule.NAME),
        ("https://" + "a." * 127 + "us/j/1", Rule.NAME),
        ("https://1.2/j/1", Rule.NUMERIC_HOST),
        ("https://zoom.0x7f/j/1", Rule.NUMERIC_HOST),
        ("https://zoom.us/a/%2E/b", Rule.DOTS),
        ("https://zoom.us/j/1 2", Rule.BROKEN),
        ("https://zoom.us/j/1\\2", Rule.BROKEN),
        ("https://zoom.us/j/1\x7f", Rule.BROKEN),
    ],
)
def test_an_address_that_is_none_is_refused_by_a_rule(link: str, rule: Rule) -> None:
    assert refused(link) == rule


def test_a_parameter_that_is_there_twice_alike_is_one() -> None:
    assert parameter("a=1&a=1&b=2", "a") == "1"
    assert parameter("xa=1", "a") is None
    with pytest.raises(NotUsable):
        parameter("a=1&a=2", "a")


def test_a_host_lies_below_a_domain_by_whole_labels() -> None:
    assert below("zoom.us", "zoom.us")
    assert below("a.zoom.us", "zoom.us")
    assert not below("azoom.us", "zoom.us")
    assert not below("us", "zoom.us")
    assert checked_host("A.Zoom.US") == "a.zoom.us"


def test_a_page_passes_on_a_path_of_its_own_host_and_no_other() -> None:
    place = next(place for place in Service.TEAMS.places if place.inner == "url")
    page = "https://teams.microsoft.com/dl/launcher/launcher.html?url="
    inside = passed_on(read_address(page + "%2F_%23%2Fmeet%2F24512345678901"), place)
    assert inside is not None
    assert inside.text == "https://teams.microsoft.com/meet/24512345678901"
    for other in ("https%3A%2F%2Fevil.example%2F", "", "%2F..%2Fmeet%2F1", "%2Fmeet%2F1%0A"):
        assert passed_on(read_address(page + other), place) is None


def test_hosts_are_known_by_their_labels() -> None:
    assert knows_host("a.b.zoom.us")
    assert knows_host("jitsi.harbour.example")
    assert knows_host("jitsi-1.harbour.example")
    assert not knows_host("jitsi.org")
    assert not knows_host("myjitsi.harbour.example")
    assert not knows_host("webex.com")
    assert places_of("x.example", {})
    assert [service for service, _ in places_of("x.example", {Service.JITSI: ("x.example",)})] == ["jitsi"]


def test_every_service_has_a_word_of_its_own_and_says_where_it_is() -> None:
    assert len({service.value for service in Service}) == len(Service)
    for service in Service:
        assert service.places or service in (Service.SIP, Service.H323)


def test_a_label_means_one_thing() -> None:
    seen: dict[str, Means] = {}
    for means, languages in LABELS.items():
        for labels in languages.values():
            for label in labels.split(" | "):
                assert label == label.strip().lower()
                assert seen.setdefault(label, means) is means, label


@pytest.mark.parametrize(
    ("said", "mark"),
    [
        ("Passcode: abc.", Mark(start=0, means=Means.PASSCODE, value="abc")),
        ("İ Passcode: abc", Mark(start=2, means=Means.PASSCODE, value="abc")),
        ("ǅ̇ İ̇ Passcode: abc", Mark(start=6, means=Means.PASSCODE, value="abc")),
        ("Password: abc (123456 from phones)", Mark(start=0, means=Means.PASSCODE, value="abc", aside="123456")),
        ("Passcode: https://x.example", None),
        ("Passcode: ***", None),
        ("Passcode:", None),
        ("Meeting ID: abc", None),
        ("Meeting ID: 123:456", Mark(start=0, means=Means.MEETING_ID, value="123")),
        ("Tenant key: acme@m.webex.com", Mark(start=0, means=Means.VTC_ADDRESS, value="acme@m.webex.com")),
        ("Tenant key: none", None),
        ("MeetingIDs: 123", None),
        ("Access code: 123 456 789", Mark(start=0, means=Means.PASSCODE, value="123456789")),
    ],
)
def test_a_labelled_value_is_read(said: str, mark: Mark | None) -> None:
    assert marks_in(said) == ([mark] if mark else [])


def test_only_so_many_labels_are_read() -> None:
    assert len(marks_in("Passcode: a\n" * 1000)) == 200


@pytest.mark.parametrize(
    ("link", "inside"),
    [
        ("https://eu.protection.sophos.com/?d=zoom.us&u=%25%25", "https://zoom.us"),
        ("https://eu.protection.sophos.com/?u=aGVsbG8=", None),
        ("https://eu.protection.sophos.com/?d=http://zoom.us/j/1", "https://zoom.us/j/1"),
        ("https://url.avanan.click/v2/___https://zoom.us/j/1___.YXAx", "https://zoom.us/j/1"),
        ("https://url.avanan.click/", None),
        ("https://clicktime.symantec.com/3abc?u=https%3A%2F%2Fzoom.us", "https://zoom.us"),
        ("https://protect2.fireeye.com/v1/url?k=1&u=https%3A%2F%2Fzoom.us", "https://zoom.us"),
        ("https://www.google.com/search?q=https://zoom.us", None),
        ("https://urldefense.com/v2/other?u=https-3A__zoom.us", None),
        ("https://zoom.us/j/1?url=https://x.example", None),
    ],
)
def test_a_wrapper_is_taken_off(link: str, inside: str | None) -> None:
    assert unwrapped(read_address(link)) == inside


def test_hosts_of_wrappers_are_known() -> None:
    assert is_wrapper("nam01.safelinks.protection.outlook.com")
    assert not is_wrapper("outlook.com")


@pytest.mark.parametrize(
    ("link", "inside"),
    [
        ("https://urldefense.com/v3/__https://x.example/*__;w60!!a$", "https://x.example/í"),
        ("https://urldefense.com/v3/__https://x.example/*__;A!!a$", "https://x.example/*"),
        ("https://urldefense.us/v3/__https://x.example/**Aa__;w60!!a$", "https://x.example/ía"),
        ("https://urldefense.com/v3/__https://x.example/*2f*zz__;!!a$", "https://x.example/%2f*zz"),
        ("https://urldefense.com/v3/", None),
        ("https://evil.example/v3/__https://x.example__;!!", None),
    ],
)
def test_the_third_proofpoint_is_taken_off(link: str, inside: str | None) -> None:
    assert unwrapped_v3(link) == inside


def test_dial_strings_are_made_by_the_vendors_rules() -> None:
    assert zoom_sip("81234567890", None) == "81234567890@zoomcrc.com"
    assert zoom_sip("81234567890", "1") == "81234567890.1@zoomcrc.com"
    assert h323("192.0.2.1", "8", None) == "192.0.2.1##8"
    assert h323("192.0.2.1", "8", "1") == "192.0.2.1##8#1"
    assert gateway_sip("acme@M.Webex.com", "114") == "114.acme@m.webex.com"
    assert gateway_sip("acme@t.plcm.vc", "114") is None
    assert gateway_sip("acme@x.example", "114") is None
    assert dialable("a@b") == "a@b"
    for text_ in (None, "", "a", "@b", "a@", ".a@b", "a@.b", "a b@c", "a@b\n"):
        assert dialable(text_) is None


def test_a_quick_look_spares_a_long_one() -> None:
    asked: list[tuple[str, str]] = []

    def hopes(host: str, rest: str) -> bool:
        asked.append((host, rest))
        return host == "zoom.us"

    first, second = links_in("https://x.example/a and https://zoom.us/j/81234567890", hopes)
    assert asked == [("x.example", "/a and https"), ("zoom.us", "/j/812345678")]
    assert (first.hopeless, second.hopeless) == (True, False)


def test_a_closing_bracket_within_a_link_may_belong_to_it() -> None:
    (way,) = ways_in(text.of_text("https://meet.jit.si/(a)(b)"))
    assert way.url == "https://meet.jit.si/(a)(b)"


def test_what_graph_tells_of_a_meeting_as_a_page_is_read() -> None:
    page = "data:text/html,%3Cp%3EPasscode%3A%20a1b2%3C%2Fp%3E"
    event = {"joinWebUrl": "https://teams.microsoft.com/meet/24512345678901", "joinInformation": {"content": page}}
    (way,) = ways_in(graph.of_event(event))
    assert way.passcode == "a1b2"
    told = {**event, "joinInformation": {"content": "Passcode: c3d4"}}
    assert ways_in(graph.of_event(told))[0].passcode == "c3d4"


def test_labels_alone_are_heard_by_the_meeting_whose_number_they_tell() -> None:
    pieces = (
        Piece(field="location", text="https://zoom.us/j/81234567890 https://zoom.us/j/91234567890"),
        Piece(field="body", text="Meeting ID: 912 3456 7890\nPasscode: a1b2"),
    )
    first, second = ways_in(Invitation(pieces=pieces))
    assert (first.passcode, second.passcode) == (None, "a1b2")


def test_labels_alone_are_not_heard_where_it_is_a_guess() -> None:
    pieces = (
        Piece(field="location", text="https://zoom.us/j/81234567890 https://zoom.us/j/91234567890"),
        Piece(field="body", text="Passcode: a1b2"),
    )
    assert [way.passcode for way in ways_in(Invitation(pieces=pieces))] == [None, None]


def test_an_entry_of_numbers_alone_leads_nowhere() -> None:
    assert ways_in(Invitation(entries=(Entry(field="x", meeting_id="81234567890", passcode="1"),))) == ()


def test_an_entrys_values_that_nobody_can_type_are_left_out() -> None:
    entry = Entry(
        field="x",
        link="https://zoom.us/my/anna",
        meeting_id="８１２",
        passcode="a\nb",
        pin="é",
        vtc_id="x",
        vtc_address="a b@c",
    )
    (way,) = ways_in(Invitation(entries=(entry,)))
    told = (way.meeting_id, way.passcode, way.dial_passcode, way.vtc_id, way.vtc_address)
    assert told == (None, None, None, None, None)


def test_a_passcode_in_an_address_that_nobody_can_type_is_left_out() -> None:
    (way,) = ways_in(text.of_text("https://zoom.us/j/81234567890?pwd=a%0Ab"))
    assert (way.url, way.passcode) == ("https://zoom.us/j/81234567890?pwd=a%0Ab", None)


def test_what_was_looked_at_is_told_once_with_its_rule() -> None:
    found = look(text.of_text("https://x.example/1 https://x.example/1 https://zoom.us/profile sip:a@b.example"))
    assert [(one.what, one.rule) for one in found.noticed] == [
        ("https://x.example/1", Rule.UNKNOWN_HOST),
        ("https://zoom.us/profile", Rule.NO_JOIN),
        ("a@b.example", None),
    ]


def test_an_address_may_be_just_as_long_as_it_says() -> None:
    head = "https://zoom.us/"
    assert read_address(head + "x" * (LONGEST - len(head))).host == "zoom.us"
    assert refused(head + "x" * (LONGEST - len(head) + 1)) == Rule.TOO_LONG


def test_a_host_may_be_just_as_long_as_names_are() -> None:
    host = "a." * 125 + "abc"
    assert checked_host(host) == host
    with pytest.raises(NotUsable):
        checked_host("a." * 125 + "abcd")


@pytest.mark.parametrize("path", ["/%2e%2e/x", "/a/%2E%2e", "/.", "/a/./b", "/.%2e/", "/%2e"])
def test_a_path_does_not_climb_however_it_is_written(path: str) -> None:
    assert refused("https://zoom.us" + path) == Rule.DOTS


@pytest.mark.parametrize("path", ["/a.b/c", "/...", "/.a", "/a%2eb", "/%2e%2e%2e"])
def test_dots_within_a_name_do_not_climb(path: str) -> None:
    assert read_address("https://zoom.us" + path).path == path


def test_a_programs_own_word_for_a_host_is_its_own() -> None:
    assert read_address("chime://meeting?pin=1").host == "meeting"
    assert refused("chime://meetings?pin=1") == Rule.NAME
    assert refused("https://meeting?pin=1") == Rule.NAME
    assert read_address("msteams:/l/x").text == "msteams:/l/x"
    assert read_address("msteams://teams.microsoft.com/l/x").text == "msteams://teams.microsoft.com/l/x"


def test_half_a_character_is_no_question_mark() -> None:
    assert refused("https://meet.jit.si/a\ud800b") == Rule.BROKEN
    assert ways_in(text.of_text("https://meet.jit.si/a\ud800b")) == ()
    assert ways_in(text.of_page("https://meet.jit.si/a\ud800b")) == ()
    (way,) = ways_in(text.of_page('<a href="https://meet.jit.si/a\ud800b">x</a>'))
    assert way.url == "https://meet.jit.si/a%EF%BF%BDb"


@pytest.mark.parametrize("after", ["é", "会", "🎉", "\u0301", "→", "١"])
def test_a_name_is_not_guessed_where_something_runs_on(after: str) -> None:
    assert ways_in(text.of_text(f"https://meet.jit.si/Team{after}x")) == ()
    assert len(ways_in(text.of_text(f"https://zoom.us/j/81234567890{after}x"))) == 1


@pytest.mark.parametrize("after", ["。", "，", "»", "”", "…", "）", "—"])
def test_punctuation_of_any_script_ends_a_name(after: str) -> None:
    (way,) = ways_in(text.of_text(f"https://meet.jit.si/Team{after}x"))
    assert way.meeting_id == "Team"


def test_the_words_for_rules_stay() -> None:
    assert {rule.value for rule in Rule} == {
        "too-long",
        "not-an-address",
        "scheme",
        "broken",
        "userinfo",
        "port",
        "percent-in-host",
        "not-ascii",
        "name",
        "numeric-host",
        "dots",
        "ambiguous",
        "runs-on",
        "unknown-host",
        "no-join",
        "sealed",
        "nested",
        "not-dialable",
        "too-many",
    }
