"""What each part of the screen says about a room: pure functions from a `Sight` to plain texts and fractions."""
