"""A secret that does not print itself."""


class Secret(str):
    """A token or password. `str()` and formatting give it away only through `reveal`."""

    __slots__ = ()

    def __new__(cls, value: str = "") -> "Secret":
        """Wrap `value`; a secret stays the one it is, where `str` would take its stars."""
        return value if isinstance(value, Secret) else super().__new__(cls, value)

    def reveal(self) -> str:
        """The secret itself, for the one place that sends it."""
        return str.__str__(self)

    def __repr__(self) -> str:
        return "Secret(***)"

    def __str__(self) -> str:
        return "***"

    def __format__(self, spec: str) -> str:
        return "***"
