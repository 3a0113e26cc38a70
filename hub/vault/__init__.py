"""The organisation's credentials, sealed: each under its connection's key, each key wrapped by a key held elsewhere.

    L0  key-encryption key (KEK)   a file, systemd, AWS, Azure, Google, Vault/OpenBao, an HSM     `providers/`
    L1  connection key             in the keyring store, wrapped by the KEK                       `keyring`, `custody`
    L2  secret                     in the main store, sealed with the connection key              `envelope`, `records`

* `vault`: what the rest of the hub uses; `safe` is the same without the audit.
* `interface`: what a key provider is; `keks` opens them.
* `states`, `cache`, `watch`: what happens while a KEK does not answer, refuses, or is gone.
* `reencryption`, `rewrapping`, `proof`: new keys, new versions, and the count of what lies under which.
"""
