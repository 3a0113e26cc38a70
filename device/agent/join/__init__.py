"""One-touch join at one door: the rules, the look before, the attempt, and what the door says of it."""
