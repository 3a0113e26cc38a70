"""Everything that knows: the model, the wire, calendar providers, the agent, and the emulated outside world."""
