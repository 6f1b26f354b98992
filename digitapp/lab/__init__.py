"""Ideas of the textbooks as small machines, one module or folder each; none of them knows a window."""
