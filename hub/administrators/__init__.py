"""The people who may use the portal, and how the hub knows them.

* `roles`, `rows`: what each may, and who they are.
* `registry`: the administrators in the store.
* `links`: links that let somebody in once: the first administrator, those who are invited, those who lost their phone.
* `passwords`, `second_factor`: Argon2id and TOTP.
* `sessions`: signed in, on the server's side.
* `limits`: how often anybody may try.
* `sign_in`: all of it together.
* `visits`: administrators who go to a provider's page and come back.
"""
