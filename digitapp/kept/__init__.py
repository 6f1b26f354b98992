"""What people make is kept as they make it: one SQLite file, and the arrays of networks and runs beside it."""

FILE_NAME = "kept.sqlite3"
