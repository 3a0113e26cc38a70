"""Rooms, the rules of their doors, and which calendar is behind each.

* `rows`, `registry`: the rooms in the store.
* `settings`: what a door is told, inherited from organisation, site and floor.
"""
