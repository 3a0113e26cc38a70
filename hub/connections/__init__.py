"""The organisation's accounts at calendar providers: kept without their secrets, opened when needed, watched.

* `rows`, `registry`: the connections in the store.
* `accounts`: a connection's account, open, with its secrets from the vault.
* `pulse`, `health`: whether the providers answer, and what an administrator should look at.
* `ways`, `checking`, `narrowing`, `ending`: how an account is connected, tried, narrowed to rooms, and revoked.
* `calendars`: one room's calendar behind a connection, for doors that read through the hub and for all writing.
* `subscriptions`: the life of what providers promise to tell.
* `listening`: providers that are listened to instead.
"""
