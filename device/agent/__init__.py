"""The process that knows one room: poller, cache, access, panel server, desk, health."""
