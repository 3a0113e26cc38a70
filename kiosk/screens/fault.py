"""Nothing can be shown, why, and what would help."""

from collections.abc import Mapping

from textual import on
from textual.app import ComposeResult
from textual.geometry import Region, Size

from kiosk.layout import Flow
from kiosk.messages import Wanted
from kiosk.screens.glass import Glass
from kiosk.telling.choices import Choice, Names
from kiosk.telling.trouble import Trouble
from kiosk.widgets.paragraph import Paragraph
from kiosk.widgets.touch import Touch
from kiosk.words import Words


class FaultScreen(Glass[None]):
    """One sentence, one hint, and another try."""

    def __init__(self) -> None:
        super().__init__()
        self._sentence = Paragraph(id="sentence", weight="bold")
        self._hint = Paragraph(id="hint")
        self._detail = Paragraph(id="detail", classes="soft")
        self._retry = Touch(id="retry")
        self._trouble: Trouble | None = None
        self.ground("neutral")

    def compose(self) -> ComposeResult:
        """The sentence, the hint, the small print, the button."""
        yield from (self._sentence, self._hint, self._detail, self._retry)

    def show(self, trouble: Trouble, words: Words) -> None:
        """Draw another trouble, or another language."""
        self._trouble, self.rtl = trouble, words.rtl
        for part in (self._sentence, self._hint, self._detail, self._retry):
            part.turn(words, self.measures)
        self._sentence.say(trouble.sentence)
        self._hint.say(trouble.hint)
        self._detail.say(trouble.detail)
        self._retry.offer(Choice(name=Names.RETRY, label=words.retry, primary=True))
        self.replan()
        self.paint()

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The sentence from the upper third, the button at the foot."""
        of = self.measures
        flow = Flow(of, top=max(of.top + 1, size.height // 6))
        flow.put("sentence", 2 * of.beside)
        flow.gap(1)
        flow.put("hint", 2 * of.line)
        flow.gap(1)
        flow.put("detail", 2 * of.line)
        if self._trouble is not None and self._trouble.retry:
            width = min(of.inner, 3 * of.action * 2)
            flow.regions["retry"] = Region(of.edge, size.height - of.action - 1 - of.top, width, of.action)
        return flow.regions

    @on(Touch.Fired)
    def pass_on(self, event: Touch.Fired) -> None:
        """The app knows what a press means."""
        event.stop()
        self.post_message(Wanted(event.choice))
