"""What an administrator may. Each role includes the one before it."""

from enum import StrEnum


class Role(StrEnum):
    """From the least to the most."""

    VIEWER = "viewer"
    """Sees rooms, doors and the health of connections."""
    FACILITIES = "facilities"
    """Looks after rooms and doors."""
    ADMIN = "admin"
    """Connects calendars, holds keys, and says who may."""

    def includes(self, other: "Role") -> bool:
        """Whether this role may what the other may."""
        ranks = list(Role)
        return ranks.index(self) >= ranks.index(other)
