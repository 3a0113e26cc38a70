"""What is true at a door: frozen values and pure functions. No I/O happens here and time is always an argument."""
