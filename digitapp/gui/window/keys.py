"""The keys of the window that more than one of its parts names."""

FULL_SCREEN_KEY = "F11"
PICTURE_KEY = "Ctrl+Shift+S"
