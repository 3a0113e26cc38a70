"""A line of a list: something short, something long, something short."""

from device.model.value import Value


class Line(Value):
    """One line; what is empty takes no room."""

    head: str
    body: str
    tail: str = ""
