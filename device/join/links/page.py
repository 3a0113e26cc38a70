"""HTML as a person sees it: text, line by line, with the address of each link in angle brackets behind its words.

What is not shown is not there: hidden elements, styles, scripts, comments. Parsed by lxml (libxml2), which reads pages
like browsers do and in a tenth of the time that `html.parser` needs; that one also takes a square of it where a tag is
never closed. Loaded only once there is a page to read.
"""

import re
from typing import NamedTuple

LONGEST = 131_072
"""Characters of a page that are read, pictures within it left out."""
MOST_TAGS = 4000
"""Of all pages of an event; a mail has a few hundred, and the wordiest of Outlook's some 1,500 in 100 kB."""
_MOST_PARTS = 20_000

_PICTURE = re.compile(r"data:[a-z]+/[^\"'\s<>]{100,}", re.IGNORECASE)
_ENDLESS_TAG = re.compile(r"<[a-zA-Z][^<>]{8192,}")
_LOOKS = re.compile(
    r"<(?:html|body|head|meta|div|p|br|a|table|td|span|b|i|u|ul|ol|li|font|strong|em|h[1-6])\b[^<>]*/?>", re.I
)
_SKIPPED = frozenset(("script", "style", "head", "title", "template", "noscript", "svg", "object", "iframe", "select"))
_BLOCKS = re.compile(
    "address|article|aside|blockquote|br|d[dlt]|div|fieldset|footer|form|h[1-6]|header|hr|li|main|nav|ol|p|pre|section|"
    "table|tr|ul"
)
_CELLS = frozenset(("td", "th"))
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|font-size\s*:\s*0(?![.\d])", re.I)
_LINKS = ("http", "zoommtg:", "msteams:", "chime:", "sip:", "sips:", "h323:")
_BROKEN = re.compile(r"[\t\r\n]+")
"""What a browser takes out of an address."""
_HALVES = re.compile("[\ud800-\udfff]")
_UNSAFE = re.compile(r"[\s<>\"]+")


def is_page(text: str) -> bool:
    """Whether a text is HTML, told by its tags."""
    return "<" in text and _LOOKS.search(text, 0, LONGEST) is not None


class _Enough(Exception):
    """There are more tags than any invitation has."""


class _Shown:
    """What lxml tells of a page, kept as far as it is shown."""

    def __init__(self, *, lines: bool, most: int) -> None:
        self.parts: list[str] = []
        self.tags = 0
        self._lines = lines
        self._most = most
        self._depth = self._unseen = 0
        self._links: list[str] = []

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """A tag opens."""
        if self.tags == self._most:
            raise _Enough
        self.tags += 1
        self._depth += 1
        if self._unseen:
            return
        if tag in _SKIPPED or "hidden" in attributes or _HIDDEN.search(attributes.get("style", "")):
            self._unseen = self._depth
        elif _BLOCKS.fullmatch(tag):
            self.parts.append("\n")
            self._lines = self._lines or tag == "pre"
        elif tag == "a":
            self._links.append(attributes.get("href", "").strip())

    def end(self, tag: str) -> None:
        """A tag closes."""
        if self._unseen == self._depth:
            self._unseen = 0
        elif not self._unseen:
            if tag == "a" and self._links:
                self._link(self._links.pop())
            elif tag in _CELLS:
                self.parts.append("\t")
            elif tag != "br" and _BLOCKS.fullmatch(tag):
                self.parts.append("\n")
        self._depth -= 1

    def data(self, text: str) -> None:
        """Characters; line breaks in the source are spaces, unless they are meant."""
        if self._unseen:
            return
        self.parts.append(text if self._lines or "\n" not in text else text.replace("\n", " "))
        if len(self.parts) > _MOST_PARTS:
            raise _Enough

    def comment(self, _: str) -> None:
        """Nobody sees it."""

    def close(self) -> str:
        """All that is shown."""
        return "".join(self.parts)

    def _link(self, address: str) -> None:
        if address.lower().startswith(_LINKS):
            address = _UNSAFE.sub("%20", _BROKEN.sub("", address))
            self.parts.append(f" <{address}> ")


class Page(NamedTuple):
    """The beginning of a page, read."""

    text: str
    """What it shows, and where its links lead."""
    tags: int
    """Tags that were read."""


def read_page(page: str, longest: int = LONGEST, *, lines: bool = False, most: int = MOST_TAGS) -> Page:
    """What the beginning of a page shows.

    Args:
        page: HTML, or text with some of it.
        longest: the characters that are read.
        lines: whether a line break in the source is one for a reader too.
        most: the tags that are read.
    """
    from lxml import etree

    if len(page) > longest:
        page = _PICTURE.sub("", page[: LONGEST * 32])
    page = _HALVES.sub("\ufffd", _ENDLESS_TAG.sub("", page[:longest]).replace("\0", ""))
    shown = _Shown(lines=lines, most=most)
    parser = etree.HTMLParser(target=shown, encoding="utf-8", remove_comments=True)
    try:
        parser.feed(page.encode())
        parser.close()
    except (_Enough, etree.LxmlError):
        pass  # what was shown so far is what there is
    return Page(shown.close(), shown.tags)
