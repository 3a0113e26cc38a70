"""The foot of the screen: what can be done, and what became of it."""

from collections.abc import Mapping
from itertools import zip_longest

from textual.geometry import Region, Size

from kiosk.acts import Acts, Phase
from kiosk.layout import row
from kiosk.messages import SentenceRead
from kiosk.telling.choice import Choice, Names
from kiosk.telling.choices import tell_choices
from kiosk.telling.sight import Sight
from kiosk.widgets.paragraph import Paragraph
from kiosk.widgets.part import Part
from kiosk.widgets.progress import Progress
from kiosk.widgets.touch import Touch
from kiosk.words.speech import Speech

MOST = 7


class Actions(Part):
    """The buttons of the moment; while somebody's wish is under way, its progress and its end in their place."""

    def __init__(self) -> None:
        self._touches = [Touch(id=f"touch-{number}") for number in range(MOST)]
        self._saying = Paragraph(id="saying", weight="semibold", centred=True)
        self._choices: tuple[Choice, ...] = ()
        self._said = ""
        self._progress = Progress(id="progress")
        super().__init__(*self._touches, self._saying, self._progress, id="actions")

    def tell(self, sight: Sight) -> None:
        """The buttons, and the one for another language."""
        words = sight.words
        choices = (*tell_choices(sight)[: MOST - 1], Choice(name=Names.LANGUAGE, label=words.short))
        if [choice.name for choice in choices] != [choice.name for choice in self._choices]:
            self.replan()
        for touch, choice in zip_longest(self._touches, choices):
            touch.offer(choice)
            if self.measures is not None:
                touch.turn(words, self.measures)
        if self.measures is not None:
            self._saying.turn(words, self.measures)
        self._choices = choices
        if self.measures is not None and self.is_mounted:
            self._match(self.measures.columns)

    def on_resize(self) -> None:
        """Another width, perhaps other letters."""
        self._match(self.size.width)

    def follow(self, acts: Acts, speech: Speech) -> None:
        """Show how far the act has come that somebody asked for."""
        sentence = acts.sentence(speech)
        if sentence != self._said:
            self._said = sentence
            self._saying.say(sentence)
            self.replan()
        self._progress.go(on=acts.phase is Phase.ASKING)
        for touch in self._touches:
            mine = acts.busy and touch.choice is not None and touch.choice.name == acts.choice
            touch.set_class(mine, "-asking")
            touch.disabled = acts.phase is not Phase.IDLE

    def on_click(self) -> None:
        """A touch on the sentence takes it away."""
        if self._said:
            self.post_message(SentenceRead())

    def plan(self, size: Size) -> Mapping[str, Region]:
        """One row of buttons or two, the language's narrow at the end; or the sentence, in one line or two."""
        assert self.measures is not None  # noqa: S101 - only asked once it has been told
        if self._said:
            height = min(2 * self.measures.line, size.height - 2)
            y = (size.height - height) // 2
            return {"saying": Region(2, y, size.width - 4, height), "progress": Region(0, 0, size.width, 1)}
        height = self.measures.action
        first, second = (self._row(touches, size.width, height) for touches in self._rows())
        return first | {name: region.translate((0, size.height - height)) for name, region in second.items()}

    def _rows(self) -> tuple[list[Touch], list[Touch]]:
        """The buttons of the upper row, if there is one, and of the lower."""
        touches = self._touches[: len(self._choices)]
        one = self.measures is None or self.measures.action_rows == 1 or len(touches) < 3
        middle = 0 if one else len(touches) // 2
        return touches[:middle], touches[middle:]

    def _match(self, width: int) -> None:
        """Where one button's letters do not fit in blocks, all are plain: a row is written in one hand."""
        for touch in self._touches:
            touch.plain = False
        tight = any(sum(touch.wanted + 1 for touch in touches) - 1 > width for touches in self._rows())
        for touch in self._touches:
            touch.plain = tight

    def _row(self, touches: list[Touch], width: int, height: int) -> dict[str, Region]:
        """Buttons beside one another as wide as their texts ask for; the language's is narrow and stands at the end."""
        last, others = self._touches[len(self._choices) - 1], list(touches)
        tail = {}
        if last in others:
            others.remove(last)
            narrow = last.wanted + 2
            tail = {last.id or "": Region(width - narrow, 0, narrow, height)}
            width -= narrow + 1
        return row({touch.id or "": touch.wanted for touch in others}, width, height) | tail
