"""Everything that reaches below Textual's public surface, in one place; looked at anew with each of its versions."""
