"""From what an event says to the ways into its meeting: `ways_in(invitation)`. Pure, bounded, and it never raises.

`services`, `wrappers`, `labels` and `vtc` are the tables; `search` reads an event with them.
"""

from device.join.links.inquiry import Noticed
from device.join.links.search import Look, look, ways_in
from device.join.links.services import Service
from device.join.links.ways import WayIn

__all__ = ["Look", "Noticed", "Service", "WayIn", "look", "ways_in"]
