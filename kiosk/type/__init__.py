"""Real type on a terminal: a screen says what is written, this package decides how it is drawn.

```python
from kiosk.type import Lettering

yield Lettering("In use", weight="bold", id="word")            # CSS: height: 6; width: 1fr; color; background
self.query_one("#clock", Lettering).text = "14:07"             # the same text again costs nothing
```

The height of the widget's content box in rows is the height of the line (6 rows are 96 pixels at 8×16); padding makes
the letters smaller than the box. Colour and background come from the stylesheet. Text is drawn literally, never as
markup. `columns_of(Writing(…), glass_of(app))` says how many cells a line takes.

What draws it (`Glass`, decided once per app from the environment, never by asking the terminal and waiting):
pixels where the terminal has images, else octants, sextants or quarter blocks, else plain bold text.
`DOORLIGHT_TYPE=pixels|kitty|octants|sextants|blocks|plain` overrides. Under a modal screen letterings turn to cells by
themselves and come back.
"""

from kiosk.type.capability import Glass, Means, glass_of, set_glass
from kiosk.type.drawing import Writing, columns_of
from kiosk.type.lettering import Align, Fit, Lettering, Weight

__all__ = [
    "Align",
    "Fit",
    "Glass",
    "Lettering",
    "Means",
    "Weight",
    "Writing",
    "columns_of",
    "glass_of",
    "set_glass",
]
