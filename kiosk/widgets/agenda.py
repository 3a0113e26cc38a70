"""The next meetings, one line each."""

from kiosk.telling.agenda import tell_agenda
from kiosk.telling.sight import Sight
from kiosk.widgets.lines import Lines


class Agenda(Lines):
    """As many of the next meetings as there is room for; what it is comes before whose it is."""

    tails_yield = True

    def __init__(self) -> None:
        super().__init__(id="agenda")
        self.room = 1
        """How many lines there is room for, as the screen's plan says."""

    def tell(self, sight: Sight) -> None:
        """What comes next."""
        self.write(tell_agenda(sight, self.room))
