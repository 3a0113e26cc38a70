"""A device that belongs to no room yet: the code that somebody types or scans to give it one."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.geometry import Region, Size

from device.wire.panel import PairingShown
from kiosk.layout import Flow
from kiosk.measures import Shape
from kiosk.screens.glass import Glass
from kiosk.type import Lettering
from kiosk.widgets.code import Code
from kiosk.widgets.paragraph import Paragraph
from kiosk.words import Words

_TEXTS = ("title", "code", "how", "words", "fingerprint", "network")


class PairingScreen(Glass[None]):
    """The code, its picture, the words to compare and whether there is a network."""

    def __init__(self) -> None:
        super().__init__()
        self._title = Lettering(id="title", weight="bold", fit="shrink")
        self._code = Lettering(id="code", weight="bold", fit="shrink", direction="ltr")
        self._how = Paragraph(id="how")
        self._words = Lettering(id="words", classes="soft", fit="shrink")
        self._fingerprint = Lettering(id="fingerprint", weight="semibold", fit="shrink", direction="ltr")
        self._network = Lettering(id="network", classes="soft", fit="shrink")
        self._picture = Code(id="picture")
        self.ground("neutral")

    def compose(self) -> ComposeResult:
        """The texts and the picture."""
        yield from (self._title, self._code, self._how, self._words, self._fingerprint, self._network, self._picture)

    def show(self, shown: PairingShown, words: Words) -> None:
        """Draw another code, or another language."""
        self.rtl = words.rtl
        side = "right" if words.rtl else "left"
        for lettering in (self._title, self._code, self._words, self._fingerprint, self._network):
            lettering.align = side  # type: ignore[assignment]
        self._title.text = words.pairing_title
        self._code.text = grouped(shown.code)
        self._how.turn(words, self.measures)
        self._how.say(words.pairing_how.format(url=shown.url.removeprefix("https://")))
        self._words.text = words.pairing_words
        self._fingerprint.text = "  ".join(shown.words)
        self._network.text = words.online if shown.online else words.offline
        self._picture.show(shown.url)
        self.replan()
        self.paint()

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The texts below one another; the picture beside them, or below in portrait."""
        of = self.measures
        flow = Flow(of, top=of.top + 1)
        for name, height in zip(_TEXTS, (of.title, of.word, 2 * of.line, of.line, of.title, of.line), strict=True):
            flow.gap(1 if name == "words" else 0)
            flow.put(name, height)
        if of.shape is Shape.PORTRAIT:
            side = min(of.inner, 2 * (size.height - flow.y - 2))
            return flow.regions | {"picture": Region((size.width - side) // 2, flow.y + 1, side, side // 2)}
        side = min(size.width * 2 // 5, 2 * (size.height - 2 * of.top - 2))
        left = size.width - side - of.edge
        texts = {
            name: Region(region.x, region.y, left - region.x - 2, region.height)
            for name, region in flow.regions.items()
        }
        return texts | {"picture": Region(left, (size.height - side // 2) // 2, side, side // 2)}


def grouped(code: str) -> str:
    """The code in two groups of four, which are easier to carry to a keyboard."""
    half = len(code) // 2
    return f"{code[:half]} {code[half:]}" if len(code) >= 6 and " " not in code and "-" not in code else code
