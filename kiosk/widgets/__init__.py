"""The parts of the screen, one file each; each is told a `Sight` and draws what changed."""
