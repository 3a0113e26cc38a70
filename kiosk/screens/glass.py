"""What every screen of the kiosk shares: the ground of a state, its measures, and keys that a door may have."""

from collections.abc import Mapping
from typing import ClassVar, TypeVar

from textual.binding import Binding, BindingType
from textual.geometry import Offset, Region, Size
from textual.layout import Layout

from kiosk.layout import ByPlan, mirrored
from kiosk.measures import Measures, measures
from kiosk.palette import GROUNDS
from kiosk.textual_internals.painting import UnhurriedScreen, paint_at_once
from kiosk.themes import know_ground
from kiosk.widgets.part import replan

Result = TypeVar("Result")


class Glass(UnhurriedScreen[Result], inherit_bindings=False):
    """A full screen. No key does anything but move between buttons."""

    AUTO_FOCUS = ""
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("tab,right,down", "app.focus_next", show=False),
        Binding("shift+tab,left,up", "app.focus_previous", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.rtl = False
        self._shift = Offset()
        self.stale = False
        """Whether a ground or a place has changed since the last paint."""
        self._recoloured = False
        self._by_plan = ByPlan(self._planned)

    @property
    def layout(self) -> Layout:
        """The parts stand where `plan` says."""
        return self._by_plan

    @property
    def measures(self) -> Measures:
        """The measures of the glass as it is now."""
        return measures(self.app.size)

    def plan(self, size: Size) -> Mapping[str, Region]:  # noqa: ARG002 - for those that need it
        """Where the parts stand, by id, as for a language written from left to right."""
        return {}

    def replan(self) -> None:
        """Ask for the places of the parts anew."""
        self.stale = True
        replan(self)

    def paint(self) -> None:
        """Put on the glass what has changed, in one frame, where more than texts has."""
        if self.stale and self.is_current and self.size:
            whole, self.stale, self._recoloured = self._recoloured, False, False
            paint_at_once(self, whole=whole)

    def ground(self, name: str) -> None:
        """Stand on the ground of a state, or on the neutral one."""
        wanted = f"-{name}"
        if not self.has_class(wanted):
            know_ground(self.app, name)
            self.classes = (self.classes - {f"-{each}" for each in GROUNDS}) | {wanted}
            self.stale = self._recoloured = True

    def shift(self, by: Offset) -> None:
        """Move everything by a cell, so that no edge stays in one place for years."""
        if by != self._shift:
            self._shift = by
            self.replan()

    def on_key(self) -> None:
        """Whoever uses keys sees where they are."""
        self.add_class("-keys")

    def on_mouse_down(self) -> None:
        """Whoever touches the glass does not need to."""
        self.remove_class("-keys")

    def _planned(self, size: Size) -> Mapping[str, Region]:
        plan = self.plan(size)
        plan = mirrored(plan, size.width) if self.rtl else plan
        return {name: self._shifted(region, size) for name, region in plan.items()}

    def _shifted(self, region: Region, size: Size) -> Region:
        """What has room at both sides moves; what reaches from edge to edge stays."""
        return region if region.width == size.width else region.translate(self._shift)
