"""The answer, for one glance from four metres: the word, until when, and whose meeting it is."""

from collections.abc import Mapping

import msgspec
from textual.geometry import Region, Size

from kiosk.measures import Shape
from kiosk.telling.answer import Answer, tell_answer
from kiosk.telling.sight import Sight
from kiosk.type import Lettering
from kiosk.widgets.paragraph import split
from kiosk.widgets.part import Part, columns

BASELINE = 0.79
"""How far down its line a letter stands, so that two sizes can stand on one line."""

SMALLEST_WORD = 0.4
"""“Starts 14:15” is worth more when it is whole than when it is large."""
SMALLEST_TITLE = 0.75
"""36 pixels on the 7-inch panel."""
SMALLEST_NAME = 0.8
"""A name that is cut can still be read from where it stands; one in small print cannot."""


class AnswerPart(Part):
    """The word of the state and what belongs to it."""

    def __init__(self) -> None:
        self._word = Lettering(id="word", weight="bold", fit="shrink")
        self._beside = Lettering(id="beside", fit="shrink")
        self._title = Lettering(id="title", weight="semibold", fit="shrink")
        self._by = Lettering(id="by", fit="shrink", classes="soft")
        self._detail = Lettering(id="detail")
        self._word.smallest, self._title.smallest, self._by.smallest = SMALLEST_WORD, SMALLEST_TITLE, SMALLEST_NAME
        self._answer = Answer(word="")
        self._two_lines = False
        """Whether a portrait glass uses the place of the time for a title that is a sentence."""
        super().__init__(self._word, self._beside, self._title, self._by, self._detail, id="answer")

    def tell(self, sight: Sight) -> None:
        """The texts; their places move only when other texts appear or one grows."""
        before, self._answer = self._answer, tell_answer(sight)
        answer = self._answer
        self._two_lines = self._portrait and not answer.beside and bool(answer.title)
        self._beside.weight = "semibold" if self._two_lines else "regular"
        if self._two_lines:
            upper, lower = split(answer.title)
            answer = self._answer = msgspec.structs.replace(answer, beside=upper, title=lower)
        self._word.text, self._word.align = answer.word, self.start
        below = answer.calm or self._portrait
        self._beside.text, self._beside.align = answer.beside, self.start if below else self.end
        self._title.text, self._title.align = answer.title, self.start
        self._by.text, self._by.align = answer.by, self.start
        self._detail.text, self._detail.align = answer.detail, self.start if self._portrait else self.end
        if _shape(before) != _shape(answer):
            self.replan()

    @property
    def _portrait(self) -> bool:
        return self.measures is not None and self.measures.shape is Shape.PORTRAIT

    def plan(self, size: Size) -> Mapping[str, Region]:
        """Calm: a taller word with its time below. Else the time beside the word, the meeting below."""
        assert self.measures is not None  # noqa: S101 - only asked once it has been told
        of, answer = self.measures, self._answer
        if answer.calm:
            word = size.height - of.beside
            return {"word": Region(0, 0, size.width, word), "beside": Region(0, word, size.width, of.beside)}
        beside = min(columns(self._beside, answer.beside, of.beside), size.width // 2)
        plan, y = {}, of.word
        if self._portrait:
            plan["word"] = Region(0, 0, size.width, of.word)
            y += of.beside
            height = of.title if self._two_lines else of.beside
            plan["beside"] = Region(0, y - height, size.width, height)
        else:
            plan["word"] = Region(0, 0, size.width - beside - of.edge if beside else size.width, of.word)
            plan["beside"] = Region(size.width - beside, round(BASELINE * (of.word - of.beside)), beside, of.beside)
        plan["title"] = Region(0, y, size.width, of.title)
        y += of.title
        if self._portrait:
            below = of.line if answer.by else 0
            return plan | {"by": Region(0, y, size.width, below), "detail": Region(0, y + below, size.width, of.line)}
        detail = min(columns(self._detail, answer.detail, of.line), size.width * 2 // 3)
        plan["by"] = Region(0, y, size.width - detail - of.edge if detail else size.width, of.line)
        plan["detail"] = Region(size.width - detail, y, detail, of.line)
        return plan


def _shape(answer: Answer) -> tuple[bool, bool, int, int]:
    """What the places depend on."""
    return answer.calm, bool(answer.by), len(answer.beside), len(answer.detail)
