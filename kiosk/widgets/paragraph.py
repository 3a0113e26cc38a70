"""A sentence that may take two lines."""

from collections.abc import Mapping

from textual.geometry import Region, Size

from kiosk.type import Lettering, Weight
from kiosk.widgets.part import Part, columns


class Paragraph(Part):
    """One line in the middle where the sentence fits, else two that are as alike in length as can be."""

    def __init__(self, *, id: str, rows: int = 2, weight: Weight = "regular", centred: bool = False) -> None:  # noqa: A002 - Textual's name
        self._upper = Lettering(id="upper", weight=weight, fit="shrink")
        self._lower = Lettering(id="lower", weight=weight, fit="shrink")
        self._centred = centred
        self._sentence = ""
        super().__init__(self._upper, self._lower, id=id)

    def say(self, sentence: str) -> None:
        """Show another sentence."""
        if sentence != self._sentence:
            self._sentence = sentence
            self.refresh(layout=True)

    def plan(self, size: Size) -> Mapping[str, Region]:
        """Lines of half the height each; one line stands in the middle, or at the top where lines are not centred."""
        height = size.height // 2
        fits = columns(self._upper, self._sentence, height) <= size.width
        upper, lower = (self._sentence, "") if fits else split(self._sentence)
        align = "center" if self._centred else self.start
        for lettering, text in ((self._upper, upper), (self._lower, lower)):
            lettering.text, lettering.align = text, align  # type: ignore[assignment]
        if lower:
            return {"upper": Region(0, 0, size.width, height), "lower": Region(0, height, size.width, height)}
        return {"upper": Region(0, (size.height - height) // 2 if self._centred else 0, size.width, height)}


def split(sentence: str) -> tuple[str, str]:
    """The sentence in two lines as alike in length as can be, broken where a line may break."""
    breaks = [at + 1 for at, character in enumerate(sentence) if character in " 、。？"]
    if not breaks:
        return sentence, ""
    at = min(breaks, key=lambda at: abs(2 * at - len(sentence)))
    return sentence[:at].rstrip(), sentence[at:].lstrip()
