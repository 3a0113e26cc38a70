"""Tests of the portal use what the hub's tests share."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1]))
