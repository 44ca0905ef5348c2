"""Speaking with a Postgres: how the journal and the memory reach one, ask it and tell of it."""

import hashlib
from collections.abc import Sequence
from typing import Any, LiteralString, cast

import psycopg
from psycopg.conninfo import conninfo_to_dict

from selfstarter.core.said import Said

Value = str | int | float | bytes
Connection = psycopg.Connection[Any]

SCHEMA = "selfstarter"
"""Our tables lie in a schema of their own, so that they may share a database with others."""
CONNECT_S = 10
PGVECTOR = (0, 7)
"""The first that has `halfvec`."""
NO_PGVECTOR = Said(
    "This database has no pgvector (0.7 or newer), so each process reads and compares all vectors"
    " of the memory by itself"
)
GET_PGVECTOR = Said(
    "Install pgvector on the server, then, as its administrator: CREATE EXTENSION vector;"
)
SESSION = """
    SET search_path = selfstarter;
    SELECT set_config('synchronous_commit', 'on', false)
        WHERE current_setting('synchronous_commit') = 'off';
    SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 3;
"""
"""on: what has been committed survives a power cut. Keepalives: the server lets go of the locks of
a machine that has vanished after some 9 s."""


def connected(url: str) -> Connection:
    """Each statement is a transaction of its own, until one is begun. Raises psycopg.Error."""
    connection = psycopg.connect(url, autocommit=True, connect_timeout=CONNECT_S)
    connection.execute(SESSION)
    return connection


def asked(connection: Connection, sql: str, *values: Value) -> list[Any]:
    """Every row; `?` stands for a value. Without values, several statements may be asked."""
    if values:
        cursor = connection.execute(query(sql), clean(values))
    else:
        cursor = connection.execute(cast(LiteralString, sql))
    return cursor.fetchall() if cursor.description else []


def clean(values: Sequence[Value]) -> list[Value]:
    """Postgres keeps no NUL in a text."""
    return [v.replace("\0", "\ufffd") if isinstance(v, str) else v for v in values]


def query(sql: str) -> LiteralString:
    return cast(LiteralString, sql.replace("%", "%%").replace("?", "%s"))


def key(name: str) -> int:
    """Of the advisory lock: 64 bits, for a database has one space of them for everybody."""
    digest = hashlib.sha256(f"{SCHEMA}:{name}".encode()).digest()
    return int.from_bytes(digest[:8], signed=True)


def pgvector(connection: Connection) -> tuple[str, str]:
    """(Where its types lie, its version); empty: the database has none, or one that is too old."""
    sql = """
        SELECT n.nspname, e.extversion FROM pg_extension e
        JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'vector'
    """
    for schema, version in asked(connection, sql):
        if tuple(int(part) for part in version.split(".")[:2]) >= PGVECTOR:
            return schema, version
    return "", ""


def offers_pgvector(connection: Connection) -> bool:
    """Could this user switch it on?"""
    sql = """
        SELECT count(*) FROM pg_available_extension_versions v, pg_roles r
        WHERE v.name = 'vector' AND r.rolname = current_user
        AND (r.rolsuper OR v.trusted AND has_database_privilege(current_database(), 'CREATE'))
    """
    return bool(asked(connection, sql)[0][0])


def shown(url: str) -> str:
    """Where it is, without its password."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        return "named"
    user, host = parts.get("user", ""), parts.get("host", "localhost")
    return f"postgresql://{user}{'@' if user else ''}{host}/{parts.get('dbname', '')}"


def said(error: BaseException) -> str:
    """In one line."""
    return " ".join(str(error).split()).rstrip(".?")
