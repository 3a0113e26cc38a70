"""A small full-screen program made with Textual."""

from textual.app import App, ComposeResult
from textual.events import Resize
from textual.widgets import Button, Static


class Door(App[None]):
    """Says its size, and what was done to it."""

    def compose(self) -> ComposeResult:
        yield Static(id="size")
        yield Static("untouched", id="said")
        yield Button("Book", id="book")

    def on_resize(self, event: Resize) -> None:
        self.query_one("#size", Static).update(f"{event.size.width} by {event.size.height}")

    def on_button_pressed(self) -> None:
        self.query_one("#said", Static).update("booked")

    def key_t(self) -> None:
        self.query_one("#said", Static).update("told")


if __name__ == "__main__":
    Door().run()
