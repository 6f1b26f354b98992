"""The entry of the program: ``digitapp`` and ``python -m digitapp``."""

import io
import sys

from digitapp.cli import app


def main() -> None:
    """Run the command line; without a command it opens the window."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that lacks "×", or a file name that is no text, must not turn a result into a traceback.
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="digitapp")


if __name__ == "__main__":
    main()
