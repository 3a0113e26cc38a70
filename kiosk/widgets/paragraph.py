"""A sentence that may take two lines."""

from collections.abc import Mapping

from textual.app import ComposeResult
from textual.geometry import Region, Size

from device.model.safetext import SafeText
from kiosk.type import Lettering, Weight
from kiosk.widgets.part import Part, columns


class Paragraph(Part):
    """One line in the middle where the sentence fits, else two that are as alike in length as can be."""

    def __init__(self, *, id: str, weight: Weight = "regular", centred: bool = False, classes: str = "") -> None:  # noqa: A002 - Textual's name
        self._upper = Lettering(id="upper", weight=weight, fit="shrink", classes=classes)
        self._lower = Lettering(id="lower", weight=weight, fit="shrink", classes=classes)
        self._centred = centred
        self._sentence = ""
        super().__init__(self._upper, self._lower, id=id)

    @property
    def idle(self) -> bool:
        """Whether there is no sentence; its lines are known only when its width is."""
        return not self._sentence

    def compose(self) -> ComposeResult:
        """Both lines, since only its width tells how many it takes."""
        yield from self._parts

    def say(self, sentence: str) -> None:
        """Show another sentence."""
        sentence = SafeText(sentence)
        if sentence != self._sentence:
            self._sentence = sentence
            self._write()

    def on_resize(self) -> None:
        """Another width, perhaps other lines."""
        self._write()

    def plan(self, size: Size) -> Mapping[str, Region]:
        """Lines of half the height each; a single one stands in the middle of a centred paragraph, else on top."""
        height = size.height // 2
        if self._upper.text:
            return {"upper": Region(0, 0, size.width, height), "lower": Region(0, height, size.width, height)}
        return {"lower": Region(0, (size.height - height) // 2 if self._centred else 0, size.width, height)}

    def _write(self) -> None:
        if not self.size:
            return
        fits = columns(self._lower, self._sentence, self.size.height // 2) <= self.size.width
        upper, lower = ("", self._sentence) if fits else split(self._sentence)
        if bool(upper) != bool(self._upper.text):
            self.replan()
        self._upper.text, self._lower.text = upper, lower
        self._upper.align = self._lower.align = "center" if self._centred else self.start


def split(sentence: str) -> tuple[str, str]:
    """The sentence in two lines as alike in length as can be, or in the lower one where it cannot be broken."""
    breaks = [at + 1 for at, character in enumerate(sentence) if character in " 、。？"]
    if not breaks:
        return "", sentence
    at = min(breaks, key=lambda at: abs(2 * at - len(sentence)))
    return sentence[:at].rstrip(" ·"), sentence[at:].lstrip(" ·")
