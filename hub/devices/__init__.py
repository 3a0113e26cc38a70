"""The doors of an organisation: how a device becomes one, what it is told, and what it tells of itself.

* `greeting`: the first words on a line, judged without any input or output.
* `pairing`: codes on the glass, seeded claims, and who may be claimed.
* `registry`: the devices and rooms in the store.
* `listener`: the websocket that every device keeps open.
* `orders`: what administrators ask of devices, and their reports.
"""
