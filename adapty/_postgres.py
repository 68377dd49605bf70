"""Tables of this library in PostgreSQL: connections, schemas and their migrations, transactions, errors.

The only module that imports psycopg, apart from `_postgres_dsn`. It works behind poolers in transaction mode: nothing
depends on the state of a session, and no statement is prepared.
"""

from __future__ import annotations

import os
import re
import select
import weakref
from collections.abc import Mapping
from contextlib import contextmanager, suppress
from functools import cache
from threading import Condition
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from attrs import frozen

from adapty._clock import monotonic
from adapty._core.redaction import SafeRepr
from adapty._lock_deadline import get_wait_seconds
from adapty._postgres_dsn import parse_dsn
from adapty.errors import AdaptyConfigError, AdaptyError, AdaptyUsageError

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from psycopg import Connection

    from adapty._postgres_dsn import Dsn

__all__ = ["PostgresDatabase", "PostgresSchema", "decode_text", "encode_text", "open_cursor", "translate_error"]

WAIT_SECONDS = 4.0
"""Maximum time that a transaction waits for the server, locks included."""

_INIT_SECONDS = 60.0
"""Maximum time to create or migrate tables."""

_LOCK_CLASS = 0x41645063  # "AdPc"
"""The first key of the advisory lock under which tables are created and migrated."""

_CONNECT_OPTIONS = MappingProxyType(
    {
        "client_encoding": "utf8",
        "fallback_application_name": "adapty",
        # A dead network is noticed within seconds.
        "keepalives_idle": 5,
        "keepalives_interval": 2,
        "keepalives_count": 3,
        "tcp_user_timeout": 10_000,
    }
)
_MIN_CONNECT_SECONDS = 2  # of libpq

_UNAVAILABLE = ("08", "40", "53", "55", "57", "58", "25006", "XX")
"""Classes of errors that end by themselves: connections, deadlocks, resources, locks, shutdowns, disks, standbys."""

_REMEDIES: Mapping[str, str] = MappingProxyType(
    {
        "42P01": "the tables are missing; create them: {init}",
        "3F000": "the tables are missing; create them: {init}",
        "42703": "the tables are of another version; migrate them: {init}",
        "42P07": "tables with our names exist, but adapty did not create them; use another schema (search_path)",
        "42501": "{message}; grant SELECT, INSERT, UPDATE and DELETE on the tables adapty_* to the user",
        "28": "{message}; check user and password",
        "3D000": "{message}; check the name of the database",
    }
)
"""What to write about an error that only the operator can end, by its code or class."""

_CONNECT_REMEDIES: tuple[tuple[str, str], ...] = (
    (r"password|authentication|role .* does not exist|no such user|pg_hba\.conf|not permitted to log in", "28"),
    (r"database .* does not exist|no such database|permission denied for database", "3D000"),
)
"""libpq gives the errors of a failed connection no code."""


@frozen(kw_only=True)
class PostgresSchema:
    """The tables of a kind of store, and the errors to raise for them.

    Attributes:
        name: The name of the row in the table `adapty_schema`, which has the version.
        create: The statements that create the tables, at the current version.
        init: The command that creates or migrates the tables, for messages.
        failed: The error if the database cannot be used now.
        version: The current version.
        upgrades: By version, the statements that migrate the tables to the next version.
    """

    name: str
    create: tuple[str, ...]
    init: str
    failed: type[AdaptyError]
    version: int = 1
    upgrades: Mapping[int, tuple[str, ...]] = MappingProxyType({})


class PostgresDatabase(SafeRepr):
    """The tables of a store in PostgreSQL, with a few connections per process, which threads share.

    A connection is opened when it is needed, and again after the server was restarted. A forked child neither uses nor
    closes the connections of its parent. The tables are created and migrated by `init` only.

    Args:
        dsn: The address.
        schema: The tables.
        max_connections: Maximum number of connections of this process.
        wait_seconds: Maximum time that a transaction waits for the server, locks included.

    Raises:
        AdaptyConfigError: psycopg is not installed.
        AdaptyUsageError: The address is invalid.
    """

    def __init__(
        self, dsn: str, schema: PostgresSchema, *, max_connections: int = 4, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self.dsn = parse_dsn(dsn)
        self.schema = schema
        self.open_count = 0
        self._max_connections = max_connections
        self._wait_seconds = wait_seconds
        self._free = Condition()
        self._open: set[Connection[Any]] = set()
        self._idle: list[Connection[Any]] = []
        self._reserved = 0
        _databases.add(self)

    @property
    def address(self) -> str:
        """The address without the password."""
        return self.dsn.shown

    def init(self) -> None:
        """Create the tables, or migrate them to the current version, in one transaction.

        Raises:
            AdaptyUsageError: A newer version created the tables, or the user may not create tables.
            AdaptyError: The error of the schema: the database cannot be used now.
        """
        with translate_error(self.schema, self.dsn):
            connection = self._connect(_INIT_SECONDS)
            try:
                with connection.transaction(), connection.cursor() as cursor:
                    cursor.execute("SELECT pg_advisory_xact_lock(%s, 0)", (_LOCK_CLASS,))
                    self._migrate(cursor)
            finally:
                self._close(connection)

    def _migrate(self, cursor: Any) -> None:
        (encoding,) = cursor.execute("SHOW server_encoding").fetchone()
        if encoding != "UTF8":
            raise AdaptyUsageError(f"{self.address}: the encoding of the database is {encoding}; expected UTF8")
        cursor.execute("SET LOCAL client_min_messages = warning")
        cursor.execute("CREATE TABLE IF NOT EXISTS adapty_schema (name text PRIMARY KEY, version integer NOT NULL)")
        version = self._read_version(cursor)
        if version is None:
            statements = self.schema.create
        else:
            self._check_version(version, "init")
            statements = tuple(
                statement for each in range(version, self.schema.version) for statement in self.schema.upgrades[each]
            )
        for statement in statements:
            cursor.execute(statement)
        cursor.execute(
            "INSERT INTO adapty_schema VALUES (%s, %s) ON CONFLICT (name) DO UPDATE SET version = excluded.version",
            (self.schema.name, self.schema.version),
        )

    def _read_version(self, cursor: Any) -> int | None:
        row = cursor.execute("SELECT version FROM adapty_schema WHERE name = %s", (self.schema.name,)).fetchone()
        return row and int(row[0])

    def _check_version(self, version: int | None, doing: str) -> None:
        if version is None:
            raise AdaptyUsageError(f"{self.address}: the tables are missing; create them: {self.schema.init}")
        if version > self.schema.version:
            raise AdaptyUsageError(f"{self.address}: the tables are of a newer version of adapty; use that version")
        if version < self.schema.version and doing != "init":
            raise AdaptyUsageError(f"{self.address}: the tables are of an older version; migrate: {self.schema.init}")

    @contextmanager
    def connected(self) -> Iterator[Connection[Any]]:
        """Return a connection in autocommit, for single statements and `connection.transaction()`.

        Raises:
            AdaptyUsageError: The tables are missing or of another version, or the user may not use them.
            AdaptyError: The error of the schema: the database cannot be used now.
        """
        seconds = get_wait_seconds(self._wait_seconds)
        until = monotonic() + seconds
        with translate_error(self.schema, self.dsn):
            connection = self._acquire(until)
            try:
                connection.until = until  # type: ignore[attr-defined]
                yield connection
            finally:
                self._release(connection)

    def close(self) -> None:
        """Close the connections that are not in use; the next use opens one again."""
        with self._free:
            idle, self._idle = self._idle, []
        for connection in idle:
            self._close(connection)

    def _acquire(self, until: float) -> Connection[Any]:
        with self._free:
            while not self._idle and len(self._open) + self._reserved >= self._max_connections:
                if not self._free.wait(max(0.0, until - monotonic())):
                    raise self.schema.failed(f"{self.address}: all connections of this process are in use; try again")
            while self._idle:
                connection = self._idle.pop()
                if _is_usable(connection):
                    return connection
                self._close(connection)
            self._reserved += 1
        try:
            connection = self._connect(max(0.0, until - monotonic()))
            try:
                with connection.cursor() as cursor:
                    self._check_version(self._read_version(cursor), "use")
            except BaseException:
                self._close(connection)
                raise
        finally:
            with self._free:
                self._reserved -= 1
                self._free.notify()
        return connection

    def _release(self, connection: Connection[Any]) -> None:
        from psycopg.pq import TransactionStatus  # noqa: PLC0415 - an extra

        if connection not in self._open:  # of the parent of a fork
            return
        if connection.closed or connection.info.transaction_status != TransactionStatus.IDLE:
            self._close(connection)
        with self._free:
            if connection in self._open:
                self._idle.append(connection)
            self._free.notify()

    def _connect(self, seconds: float) -> Connection[Any]:
        timeout = max(_MIN_CONNECT_SECONDS, round(seconds))
        options = {**_CONNECT_OPTIONS, "connect_timeout": timeout}
        connection = _connection_class().connect(
            _add_defaults(self.dsn.secret.value, options), autocommit=True, prepare_threshold=None
        )
        connection.until = monotonic() + seconds  # type: ignore[attr-defined]
        self._open.add(connection)
        self.open_count += 1
        return connection

    def _close(self, connection: Connection[Any]) -> None:
        self._open.discard(connection)
        with suppress(Exception):
            connection.close()

    def _after_fork_in_child(self) -> None:
        """Abandon the connections, and close their sockets without a word to the server.

        While a child has them open, the server does not notice that the parent is gone, and keeps its locks.
        """
        for connection in self._open:
            with suppress(Exception):
                _replace_socket(connection.pgconn.socket)
            _abandoned.append(connection)
        self._free = Condition()
        self._open, self._idle, self._reserved = set(), [], 0

    def __del__(self) -> None:
        for connection in list(getattr(self, "_open", ())):
            self._close(connection)

    def __repr__(self) -> str:
        return f"PostgresDatabase({self.address!r})"


def encode_text(text: str) -> str:
    r"""Return a text that PostgreSQL can store: without null characters and lone surrogates.

    Different texts stay different.

    Example:
        >>> encode_text("a\\b"), encode_text("a\0b"), encode_text("\ud800")
        ('a\\\\b', 'a\\0b', '\\ud800')
    """
    if "\\" in text:
        text = text.replace("\\", "\\\\")
    if "\0" in text:
        text = text.replace("\0", "\\0")
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()


def decode_text(text: str) -> str:
    r"""Return the text that `encode_text` encoded.

    Example:
        >>> decode_text(encode_text("a\0\\0\ud800")) == "a\0\\0\ud800"
        True
    """
    return _ENCODED.sub(_decode_match, text) if "\\" in text else text


_ENCODED = re.compile(r"\\(?:\\|0|u([0-9a-f]{4}))")


def _decode_match(match: re.Match[str]) -> str:
    if match[1]:
        return chr(int(match[1], 16))
    return "\0" if match[0] == "\\0" else "\\"


@contextmanager
def translate_error(schema: PostgresSchema, dsn: Dsn) -> Iterator[None]:
    """Raise psycopg's errors, and those of other drivers and of SQLAlchemy and Django, as those of the schema.

    Their own messages may contain values of rows, and what libpq says may contain a password.
    """
    try:
        yield
    except AdaptyError:
        raise
    except Exception as error:
        cause = _find_database_error(error)
        if cause is None:
            raise
        raise _translate(cause, schema, dsn) from None


def _find_database_error(error: BaseException) -> BaseException | None:
    """Return the driver's error, or None if the error is not one of a database."""
    for each in (error, getattr(error, "orig", None), error.__cause__):
        if isinstance(each, _DeadlineError) or type(each).__module__.partition(".")[0] in {"psycopg", "psycopg2"}:
            return each
    return None


def _translate(error: BaseException, schema: PostgresSchema, dsn: Dsn) -> AdaptyError:
    diagnostics = getattr(error, "diag", None)
    code = getattr(error, "sqlstate", None) or getattr(error, "pgcode", None) or ""
    message = getattr(diagnostics, "message_primary", None) or " ".join(str(error).split()) or type(error).__name__
    message = dsn.redact(message)
    if not code:
        code = next((code for pattern, code in _CONNECT_REMEDIES if re.search(pattern, message)), "")
    remedy = _REMEDIES.get(code) or _REMEDIES.get(code[:2])
    if remedy:
        return AdaptyUsageError(f"{dsn.shown}: {remedy.format(message=message, init=schema.init)}")
    is_temporary = not code or code.startswith(_UNAVAILABLE)
    return schema.failed(f"{dsn.shown}: {'cannot be used now: ' if is_temporary else ''}{message}")


def open_cursor(connection: Any) -> Any:
    """Return a cursor of a connection of psycopg or another driver; its rows are tuples, whatever the default is."""
    from psycopg import AsyncConnection, Connection  # noqa: PLC0415 - an extra
    from psycopg.rows import tuple_row  # noqa: PLC0415

    is_psycopg = isinstance(connection, Connection | AsyncConnection)
    return connection.cursor(row_factory=tuple_row) if is_psycopg else connection.cursor()


class _DeadlineError(Exception):
    """The server did not respond in time."""


@cache
def _connection_class() -> type[Connection[Any]]:
    """Return a class of connections that close themselves if the server does not respond in time.

    Raises:
        AdaptyConfigError: psycopg is not installed.
    """
    try:
        from psycopg import Connection  # noqa: PLC0415 - an extra
    except ImportError:
        raise AdaptyConfigError('PostgreSQL requires psycopg: pip install "adapty[postgres]"') from None

    class LimitedConnection(Connection[Any]):
        until: float

        def wait(self, gen: Any, *arguments: Any, **options: Any) -> Any:
            try:
                return super().wait(_limit(gen, self.until), *arguments, **options)
            except _DeadlineError:
                self.pgconn.finish()  # the connection is in an unknown state
                raise

    return LimitedConnection


def _limit(generator: Generator[Any, Any, Any], until: float) -> Generator[Any, Any, Any]:
    """Run one of psycopg's generators, which wait for the socket, until a time."""
    try:
        wanted = next(generator)
        while True:
            ready = yield wanted
            if not ready and monotonic() > until:
                message = "the server does not respond in time"
                raise _DeadlineError(message)
            wanted = generator.send(ready)
    except StopIteration as end:
        return end.value


def _add_defaults(dsn: str, defaults: Mapping[str, Any]) -> str:
    from psycopg.conninfo import conninfo_to_dict, make_conninfo  # noqa: PLC0415 - an extra

    return make_conninfo(**{**defaults, **conninfo_to_dict(dsn)})


def _is_usable(connection: Connection[Any]) -> bool:
    """Return whether a connection is open: an idle server sends nothing but the end."""
    if connection.closed:
        return False
    if hasattr(select, "poll"):
        poll = select.poll()
        poll.register(connection.pgconn.socket, select.POLLIN)
        return not poll.poll(0)
    return not select.select([connection.pgconn.socket], [], [], 0)[0]


def _replace_socket(number: int) -> None:
    """Close a socket, and let nothing else get its number."""
    null = os.open(os.devnull, os.O_RDWR)
    try:
        os.dup2(null, number, inheritable=False)
    finally:
        os.close(null)


_databases: weakref.WeakSet[PostgresDatabase] = weakref.WeakSet()
_abandoned: list[Connection[Any]] = []


def _after_fork_in_child() -> None:
    for database in list(_databases):
        database._after_fork_in_child()  # noqa: SLF001 - of this module


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)
