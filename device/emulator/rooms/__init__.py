"""The video systems in the office's rooms: each speaks its vendor's own protocol on loopback."""
