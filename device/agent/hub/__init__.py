"""The device's side of the hub: its identity, its line, its access, and what the hub may ask of it.

* `identity`: the key that is made on the first start and never leaves the device.
* `line`: one websocket, dialled again and again, and the conversation on it.
* `assignment`: which door this device is, kept on the card; it holds no secret.
* `unclaimed`: the code on the glass of a device that nobody has claimed.
* `tidings`: what the hub says to the agent of a door.
* `orders`, `deeds`: identify, refresh, restart, logs, screen, wipe.
* `beat`: how the device is, once a minute.
* `door`: the settings of the door that the hub assigned.
* `process`: all of it put together.
"""
