"""What a trained network has learned: pure functions from network and data to arrays."""
