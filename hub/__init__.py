"""The web calendaring service, still empty but for its law.

The hub is trusted and alone holds the organisation's credentials, encrypted. It mints short-lived access, one room
each; it hears the providers' webhooks and tells devices to look again; it writes what people book. It never drives a
room system, never draws a screen, and imports neither kiosk nor agent (contracts in pyproject.toml).
"""
