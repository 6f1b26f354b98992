"""A real PostgreSQL for tests and benchmarks: in a folder of its own, on a free port, and gone afterwards."""

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

USER, PASSWORD, DATABASE = "digit", "p4ss{w}ö/rd", "studies"
QUOTED = "p4ss%7Bw%7D%C3%B6%2Frd"


def find_tools() -> Path | None:
    """Return the folder of initdb and pg_ctl, None where there is no PostgreSQL."""
    found = [*sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    on_path = shutil.which("pg_ctl")
    if on_path is not None:
        found.insert(0, Path(on_path).resolve().parent)
    return next((folder for folder in found if (folder / "initdb").exists() and (folder / "pg_ctl").exists()), None)


@contextlib.contextmanager
def postgres(tools: Path) -> Iterator[str]:
    """Run a server and yield the address of an empty database on it."""
    folder = Path(tempfile.mkdtemp(prefix="digitapp-postgres-"))
    as_user: dict[str, Any] = {}
    if os.getuid() == 0:  # it refuses to run as root
        account = next(entry for name in ("postgres", "nobody") for entry in pwd.getpwall() if entry.pw_name == name)
        os.chown(folder, account.pw_uid, account.pw_gid)
        as_user = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}

    def call(tool: str, *arguments: str, **more: Any) -> None:
        command = [str(tools / tool), *arguments]
        result = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, **as_user, **more)
        assert result.returncode == 0, f"{tool}: {result.stdout}{result.stderr}"

    secret = folder / "password"
    secret.write_text(PASSWORD, "utf-8")
    secret.chmod(0o644)
    data = str(folder / "data")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    try:
        call(
            "initdb",
            *("-D", data, "-U", USER, "-A", "scram-sha-256", f"--pwfile={secret}", "-E", "UTF8", "--locale=C"),
            *("--no-sync", "--no-instructions"),
        )
        options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories= -c fsync=off"
        call("pg_ctl", "-D", data, "-w", "-l", str(folder / "log"), "-o", options, "start")
        try:
            call(
                "createdb",
                *("-h", "127.0.0.1", "-p", str(port), "-U", USER, DATABASE),
                env={**os.environ, "PGPASSWORD": PASSWORD},
            )
            yield f"postgresql://{USER}:{QUOTED}@127.0.0.1:{port}/{DATABASE}"
        finally:
            call("pg_ctl", "-D", data, "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)
