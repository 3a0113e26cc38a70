"""`python -m device.cli …` is `doorlight …`."""

import sys

from device.cli import main

sys.exit(main())
