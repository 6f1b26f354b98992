"""The bench of losses and penalties."""
