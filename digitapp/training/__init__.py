"""The training loop and what feeds and records it."""
