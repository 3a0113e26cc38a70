"""How pictures of the real terminal come about: foot under cage on an output nobody sees, in a Debian of its own."""
