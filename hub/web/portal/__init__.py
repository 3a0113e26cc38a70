"""The administrators' portal: pages made by the server, which work without a script.

* `frame`: what all pages share; `guard`: who may see which, and which forms are ours; `forms`: reading them.
* `words`: how times, sizes and faults are told.
* one module for each region: `entry`, `overview`, `rooms`, `door_settings`, `fleet`, `claiming`, `connections`, …
* `routes`: all of them together.

Templates and styles are in `hub/web/templates` and `hub/web/static`.
"""
