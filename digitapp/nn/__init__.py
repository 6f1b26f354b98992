"""The mathematics of fully connected networks, in NumPy alone."""
