"""The outside world for laptops and tests: an office whose servers speak the providers' own protocols on loopback."""
