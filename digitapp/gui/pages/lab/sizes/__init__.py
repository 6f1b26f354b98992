"""The bench of sizes: one network counted, and many shapes on the plane."""
