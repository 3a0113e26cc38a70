"""What processes say to each other, as tagged frames."""
