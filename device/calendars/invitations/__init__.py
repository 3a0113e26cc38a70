"""Where an event carries its links: one module for each kind of event, each of which makes an `Invitation` of it."""
