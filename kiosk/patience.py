"""How long the kiosk waits for people, in the machine's own seconds, whatever the speed of the door's clock."""

from device.model.value import Value


class Patience(Value):
    """All the kiosk's waiting in one place."""

    answer: float = 20.0
    """Until no answer to an act is an answer too."""
    sentence: float = 8.0
    """How long the sentence at the end of an act can be read."""
    dialog: float = 30.0
    """Until a dialog that nobody touches goes away."""
    language: float = 60.0
    """Until a visitor's language gives way to the room's, from the last touch."""
    awake: float = 60.0
    """How long a touch keeps the glass bright at night."""
    shift: float = 300.0
    """Between two shifts of the picture, which spare the panel."""
    painted: float = 5.0
    """The least time between two signs of life to the agent."""
    breath: float = 0.05
    """From the first paint to what can wait for it."""
