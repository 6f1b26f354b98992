"""The window: a thin Qt skin over the rest of the package."""
