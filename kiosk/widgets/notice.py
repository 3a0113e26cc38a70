"""One sentence that somebody may need to know: a hold, a change, help."""

from collections.abc import Mapping

from textual.geometry import Region, Size

from kiosk.telling.notice import tell_notices
from kiosk.telling.sight import Sight
from kiosk.type import Lettering
from kiosk.widgets.part import Part


class Notice(Part):
    """The most important notice of the moment; several take turns, a minute each."""

    def __init__(self) -> None:
        self._sentence = Lettering(id="sentence", weight="semibold", fit="shrink")
        super().__init__(self._sentence, id="notice")

    def tell(self, sight: Sight) -> None:
        """This minute's sentence."""
        notices = tell_notices(sight) or ("",)
        self._sentence.text = notices[sight.speech.local(sight.now).minute % len(notices)]
        self._sentence.align = self.start

    def plan(self, size: Size) -> Mapping[str, Region]:
        """The whole of it."""
        return {"sentence": size.region}
