"""One database per service: SQLite or PostgreSQL, the same rules on both. SQLAlchemy Core, no ORM.

On SQLite every writer first takes the file lock `turn`, then `write`, then lets go of `turn`: SQLite's own
busy-wait is unfair and starves writers, two locks in a row make all equal.
"""

import fcntl
import functools
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection, Engine

from shared.problem import OutcomeUnknown, Unavailable

Id = sa.Uuid


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An aware UTC moment, in and out; `timestamptz` on PostgreSQL, sortable text on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: sa.Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class _FairTurn:
    """The two file locks beside a SQLite file; held by one writer of all processes at a time."""

    def __init__(self, beside: Path) -> None:
        self._paths = (beside.with_name(f"{beside.name}.turn"), beside.with_name(f"{beside.name}.write"))

    @contextmanager
    def taken(self) -> Iterator[None]:
        # a file object of its own per use: flock binds to the open file, so threads exclude one another too
        with self._paths[0].open("a") as turn, self._paths[1].open("a") as write:
            fcntl.flock(turn, fcntl.LOCK_EX)
            fcntl.flock(write, fcntl.LOCK_EX)
            fcntl.flock(turn, fcntl.LOCK_UN)
            yield


_GROWN = """SELECT pg_class.relname FROM pg_stat_user_tables JOIN pg_class ON pg_class.oid = relid
 WHERE n_live_tup > 2 * greatest(reltuples, 10) AND pg_has_role(relowner, 'USAGE')
 AND pg_table_is_visible(relid) ORDER BY pg_class.relname"""


class Database:
    """One service's database; transactions stand in routes and tasks, nowhere deeper."""

    def __init__(self, url: str, name: str, *, pool_size: int = 20) -> None:
        self.url, self.name = sa.make_url(url), name
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self.engine = _sqlite_engine(self.url) if self.is_sqlite else _postgres_engine(self.url, pool_size)
        self._turn = _FairTurn(Path(self.url.database or "memory")) if self.is_sqlite else None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Write; everything in the block is committed at its end, or nothing.

        Unavailable when the database is away; OutcomeUnknown when it went away during the commit.
        """
        if self._turn is None:
            with self._connection() as db:
                yield from _committed(db)
            return
        with self._turn.taken(), self._connection() as db:
            db.exec_driver_sql("BEGIN IMMEDIATE")
            yield from _committed(db)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Read one consistent state; what is written here is thrown away. Unavailable when the database is away."""
        with self._connection() as db:
            if self.is_sqlite:
                db.exec_driver_sql("BEGIN")
            try:
                yield db
            finally:
                db.rollback()

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            db = self.engine.connect()
        except (sa.exc.OperationalError, sa.exc.TimeoutError) as away:  # or every connection is in use for too long
            raise Unavailable from away
        try:
            with db:
                yield db
        except sa.exc.DatabaseError as wrong:
            if not _is_away(wrong):
                raise
            raise Unavailable from wrong

    def analyse_grown(self) -> int:
        """Have PostgreSQL look at tables that have doubled since it last did; how many.

        A plan is kept as it was made, and while a table is small any index is as good: then a notice was looked for
        among all of its exhibition. PostgreSQL looks by itself within a minute or two, which is when a fair opens.
        """
        if self.is_sqlite:
            return 0
        with self.transaction() as db:
            grown = db.exec_driver_sql(_GROWN).scalars().all()
            for name in grown:
                db.exec_driver_sql(f'ANALYZE "{name}"')
        return len(grown)

    def dispose(self) -> None:
        """Close every pooled connection; also right after a fork."""
        self.engine.dispose()


def _committed(db: Connection) -> Iterator[Connection]:
    try:
        yield db
    except BaseException:
        db.rollback()
        raise
    try:
        db.commit()
    except sa.exc.DatabaseError as lost:
        if lost.connection_invalidated or not isinstance(lost, sa.exc.OperationalError | sa.exc.IntegrityError):
            raise OutcomeUnknown from lost
        db.rollback()
        if isinstance(lost, sa.exc.OperationalError):
            raise Unavailable from lost
        raise


# the last two: libpq, when it reads nonsense; psycopg, when a dying server's farewell is read before the answer
_AWAY = ("locked", "disk", "readonly", "lock timeout", "shutting down", "lost synchronization", "results from command")


def _is_away(wrong: sa.exc.DBAPIError) -> bool:
    """Whether the database could not be reached or could not write, as against a statement that is wrong."""
    # only a broken line is a bare DatabaseError; what a statement breaks has a class of its own, and people's words
    is_kind = type(wrong) in (sa.exc.DatabaseError, sa.exc.OperationalError, sa.exc.InternalError)
    return wrong.connection_invalidated or (is_kind and any(word in str(wrong.orig) for word in _AWAY))


def _sqlite_engine(url: sa.URL) -> Engine:
    engine = sa.create_engine(
        url,
        poolclass=sa.pool.QueuePool,
        pool_size=16,
        max_overflow=120,
        connect_args={"timeout": 30, "check_same_thread": False, "isolation_level": None},
    )

    @sa.event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "busy_timeout=30000",
            "cache_size=-512",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


def _postgres_engine(url: sa.URL, pool_size: int) -> Engine:
    # A plan is kept from the first rows of a table on, when reading it all is cheapest, until PostgreSQL happens to
    # analyse it: at 24,000 rows each message still read all. What has an index uses it; a plan without needs no JIT.
    options = "-c timezone=UTC -c lock_timeout=10000 -c enable_seqscan=off -c jit=off"
    return sa.create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=10,
        isolation_level="READ COMMITTED",
        connect_args={"connect_timeout": 5, "options": options},
    )


_default: Database | None = None
_chosen: ContextVar[Database | None] = ContextVar("database", default=None)


def use(database: Database) -> None:
    """Make this the database of the whole process."""
    global _default
    _default = database


@contextmanager
def using(database: Database) -> Iterator[Database]:
    """Work with another database in this block (several services in one process: tests, tools)."""
    token = _chosen.set(database)
    try:
        yield database
    finally:
        _chosen.reset(token)


def current() -> Database:
    """The database this code works with."""
    database = _chosen.get() or _default
    if database is None:
        raise RuntimeError("no database is in use; call shared.db.use first")
    return database


@contextmanager
def transaction() -> Iterator[Connection]:
    """A write transaction on the current database; see Database.transaction."""
    with current().transaction() as db:
        yield db


@contextmanager
def reading() -> Iterator[Connection]:
    """A read-only look at the current database; see Database.reading."""
    with current().reading() as db:
        yield db


def insert(db: Connection, table: sa.Table) -> Any:
    """The dialect's INSERT, which knows ON CONFLICT on both engines."""
    return _INSERT[db.dialect.name](table)


_INSERT: dict[str, Any] = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


# Written once for each table: building a statement costs more than running it.
@functools.cache
def _insert_new(dialect: str, table: sa.Table, returning: tuple[sa.Column[Any], ...]) -> Any:
    statement = _INSERT[dialect](table).on_conflict_do_nothing()
    return statement.returning(*returning) if returning else statement


@functools.cache
def _put_newer(dialect: str, table: sa.Table, names: tuple[str, ...], key: Sequence[str]) -> Any:
    fresh = _INSERT[dialect](table)
    is_newer = fresh.excluded.version > table.c.version
    changed = {name: fresh.excluded[name] for name in names if name not in key}
    put = fresh.on_conflict_do_update(index_elements=key, set_=changed, where=is_newer)
    return put.returning(table.c.version)


def insert_new(
    db: Connection, table: sa.Table, rows: Sequence[dict[str, Any]], returning: Sequence[sa.Column[Any]] = ()
) -> Sequence[sa.Row[Any]]:
    """Insert the rows that are not there yet, in one statement; returns the asked columns of the new ones."""
    if not rows:
        return []
    # rows as parameters, not as VALUES: the statement is compiled once for any number of them
    done = db.execute(_insert_new(db.dialect.name, table, tuple(returning)), list(rows))
    return done.all() if returning else []


@functools.cache
def _writers(table: sa.Table, names: tuple[str, ...], dialect: Any) -> list[Callable[[Any], Any] | None]:
    """What makes values of these columns what the driver wants; None where they are that already."""
    kinds = [table.c[name].type.dialect_impl(dialect) for name in names]
    # JSON travels as its text: psycopg's own wrapping is none that can stand in an array
    return [json.dumps if isinstance(kind, sa.JSON) else kind.bind_processor(dialect) for kind in kinds]


@functools.cache
def _insert_columns(table: sa.Table, names: tuple[str, ...], ending: str, *, is_sqlite: bool) -> str:
    into = f"INSERT INTO {table.name} ({', '.join(names)}) SELECT "
    if is_sqlite:
        values = ", ".join(f"json_extract(value, '$[{n}]')" for n in range(len(names)))
        # `WHERE true`: SQLite would read ON CONFLICT as part of a join
        return f"{into}{values} FROM json_each(?) WHERE true {ending}"
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    arrays = ", ".join(f"%s::{table.c[name].type.compile(dialect)}[]" for name in names)
    return f"{into}* FROM unnest({arrays}) {ending}"


def array(values: Iterable[Any]) -> str:
    """An array as PostgreSQL writes it; it reads arrays in a third of the time that JSON takes, text by text."""
    texts = (str(v).replace("\\", "\\\\").replace('"', '\\"') if v is not None else None for v in values)
    return "{" + ",".join("NULL" if text is None else f'"{text}"' for text in texts) + "}"


def insert_all(db: Connection, table: sa.Table, rows: Sequence[dict[str, Any]], ending: str = "") -> None:
    """Insert rows with the same columns in one statement; `ending`: ON CONFLICT, where `excluded` is the new row.

    The rows travel as one JSON value, or as an array a column. Statement by statement, or row by row, each one gives
    up the interpreter's lock and waits for it again behind every busy thread.
    """
    if not rows:
        return
    names, is_sqlite = tuple(rows[0]), db.dialect.name == "sqlite"
    writers = list(zip(names, _writers(table, names, db.dialect), strict=True))
    said = [[write(row[name]) if write else row[name] for name, write in writers] for row in rows]
    told = [orjson.dumps(said, str).decode()] if is_sqlite else map(array, zip(*said, strict=True))
    db.exec_driver_sql(_insert_columns(table, names, ending, is_sqlite=is_sqlite), tuple(told))


def put_newer(
    db: Connection, table: sa.Table, row: dict[str, Any], key: Sequence[str] = ("exhibition_id", "id")
) -> bool:
    """Keep a copy of a row; a version not higher than the one we have changes nothing and returns False."""
    return db.execute(_put_newer(db.dialect.name, table, tuple(row), tuple(key)), row).first() is not None


def migrate(database: Database, folder: str, revision: str = "head") -> None:
    """Bring the schema to `revision` ("head", "base" or an id) with the Alembic folder of a service."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent.parent / folder))
    config.set_main_option("path_separator", "os")
    with database.transaction() as db:
        config.attributes["connection"] = db
        (command.downgrade if revision == "base" else command.upgrade)(config, revision)


def schema_revision(db: Connection) -> str | None:
    """The migration the database stands at; None when it is empty."""
    # read without Alembic, which would cost every web process 6 MB for a health check
    if not sa.inspect(db).has_table("alembic_version"):
        return None
    found = db.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)
