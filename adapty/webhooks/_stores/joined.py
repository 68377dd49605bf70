"""Execute a statement in the transaction of a connection of the caller's: psycopg, psycopg2, SQLAlchemy or Django."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from adapty._core.validation import type_name
from adapty._postgres import open_cursor, translate_error
from adapty.errors import AdaptyUsageError

if TYPE_CHECKING:
    from adapty._postgres import PostgresDatabase

__all__ = ["execute_joined", "execute_joined_async"]

_EXPECTED = "expected a connection of psycopg, SQLAlchemy (or its Session) or Django"
_TOGETHER = "so that the event and your rows are committed together"


def execute_joined(connection: Any, database: PostgresDatabase, statement: str, values: tuple[object, ...]) -> Any:
    """Execute a statement, and return its first row or None.

    Raises:
        AdaptyUsageError: The connection is of an unknown kind, or has no transaction.
        AdaptyError: The error of the database's schema.
    """
    with translate_error(database.schema, database.dsn):
        kind = _find_kind(connection)
        if kind == "sqlalchemy" and hasattr(connection, "get_bind"):  # a Session
            connection = connection.connection()
        if kind == "sqlalchemy" and hasattr(connection, "exec_driver_sql"):
            _check_sqlalchemy(connection)
            return connection.exec_driver_sql(statement, values).fetchone()
        if kind == "django" and hasattr(connection, "in_atomic_block"):
            _check_django(connection)
        elif kind in {"psycopg", "psycopg2"} and hasattr(connection, "cursor") and not _is_async(connection):
            _check_driver(connection)
        else:
            raise _refuse_kind(connection)
        with open_cursor(connection) as cursor:
            cursor.execute(statement, values)
            return cursor.fetchone()


async def execute_joined_async(
    connection: Any, database: PostgresDatabase, statement: str, values: tuple[object, ...]
) -> Any:
    """Do what `execute_joined` does, with an AsyncConnection of psycopg, or one or an AsyncSession of SQLAlchemy."""
    with translate_error(database.schema, database.dsn):
        kind = _find_kind(connection)
        if kind == "sqlalchemy" and hasattr(connection, "run_sync"):
            return await connection.run_sync(lambda joined: execute_joined(joined, database, statement, values))
        if kind != "psycopg" or not _is_async(connection):
            expected = "expected an AsyncConnection of psycopg, or an AsyncConnection or AsyncSession of SQLAlchemy"
            raise AdaptyUsageError.for_field("connection", f"is {type_name(connection)}; {expected}")
        _check_driver(connection)
        async with open_cursor(connection) as cursor:
            await cursor.execute(statement, values)
            return await cursor.fetchone()


def _find_kind(connection: Any) -> str:
    """Return the library of a connection: subclasses, and Django's proxy, are in other modules."""
    for each in (type(connection), *type(connection).__mro__):
        package = each.__module__.partition(".")[0]
        if package in {"psycopg", "psycopg2", "sqlalchemy", "django"}:
            return package
    return ""


def _is_async(connection: Any) -> bool:
    return hasattr(connection, "__aenter__")


def _refuse_kind(connection: Any) -> AdaptyUsageError:
    is_async = _is_async(connection) or hasattr(connection, "run_sync")
    expected = "expected a synchronous connection; use put_async" if is_async else _EXPECTED
    return AdaptyUsageError.for_field("connection", f"is {type_name(connection)}; {expected}")


def _refuse_autocommit(remedy: str) -> AdaptyUsageError:
    return AdaptyUsageError.for_field("connection", f"has no transaction; use {remedy}, {_TOGETHER}")


def _check_driver(connection: Any) -> None:
    if connection.autocommit and not connection.info.transaction_status:  # 0 is "idle"
        raise _refuse_autocommit("`with connection.transaction():`")


def _check_django(connection: Any) -> None:
    if connection.vendor != "postgresql":
        problem = f"is of a database of the kind {connection.vendor}; expected PostgreSQL"
        raise AdaptyUsageError.for_field("connection", problem)
    if connection.get_autocommit():
        raise _refuse_autocommit("`with transaction.atomic():`")


def _check_sqlalchemy(connection: Any) -> None:
    driver = connection.dialect.driver
    if connection.dialect.name != "postgresql" or driver not in {"psycopg", "psycopg_async", "psycopg2"}:
        problem = f"is of {connection.dialect.name}+{driver}; expected postgresql+psycopg or postgresql+psycopg2"
        raise AdaptyUsageError.for_field("connection", problem)
    if connection.connection.dbapi_connection.autocommit:
        raise _refuse_autocommit("an isolation level other than AUTOCOMMIT")
