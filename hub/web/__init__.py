"""What the hub answers by HTTP: the devices' relay, the providers' webhooks, and the administrators' portal.

* `app`: all of it put together as one ASGI application.
* `relay`, `webhooks`, `health`: the parts that no person sees.
"""
