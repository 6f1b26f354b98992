"""Draw a digit, watch a fully connected network read it, train it live, and look inside."""
