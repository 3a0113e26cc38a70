"""The screens of the glass, each with its stylesheet beside it."""
