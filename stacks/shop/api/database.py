"""Postgres: a bounded pool that survives restarts of the server, and never waits for it without a deadline."""

import queue
import select
import threading
import time
from contextlib import contextmanager
from typing import Iterator

import psycopg2
from psycopg2 import extensions

import log

POOL_SIZE = 8
WAIT_FOR_CONNECTION = 2.0  # seconds
WAIT_FOR_SERVER = 3.0  # seconds, for connecting and for each statement
RETRY_SCHEMA = 1.0  # seconds

# Any constant will do, as long as every replica uses the same.
SCHEMA_LOCK = 7_306_086
SCHEMA = """
    CREATE TABLE IF NOT EXISTS orders (
        id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        item       text NOT NULL,
        quantity   integer NOT NULL CHECK (quantity > 0),
        customer   text,
        created_at timestamptz NOT NULL DEFAULT now()
    )
"""


class Database:
    """
    The pool is a stack of slots: an idle connection, or None where one may be opened. Not psycopg2's own pool, which
    connects while it holds its lock: one connection that hangs then blocks every thread, even those giving one back.
    """

    def __init__(self, url: str):
        extensions.set_wait_callback(_wait_with_deadline)
        self._url = url
        self._slots: queue.LifoQueue = queue.LifoQueue()
        for _ in range(POOL_SIZE):
            self._slots.put(None)
        self._closing = threading.Event()

    def open(self) -> None:
        """Creates the schema in the background, trying until the server is there."""
        threading.Thread(target=self._create_schema, name="schema", daemon=True).start()

    def close(self) -> None:
        self._closing.set()
        for connection in filter(None, self._slots.queue):
            connection.close()

    def ping(self) -> None:
        """Raises unless the server answers and the schema is there."""
        with self.transaction() as cursor:
            cursor.execute("SELECT FROM orders LIMIT 1")

    @contextmanager
    def transaction(self) -> Iterator[extensions.cursor]:
        """A cursor whose work is committed at the end of the block, or rolled back when the block raises."""
        try:
            connection = self._slots.get(timeout=WAIT_FOR_CONNECTION)
        except queue.Empty:
            raise psycopg2.OperationalError(f"no connection became free within {WAIT_FOR_CONNECTION} s") from None
        try:
            if not _is_usable(connection):
                connection = psycopg2.connect(self._url, application_name="shop-api")
            with connection.cursor() as cursor:
                yield cursor
            connection.commit()
        except BaseException:
            if connection is not None:
                connection.close()  # The server rolls back, and the slot's next user connects again.
            raise
        finally:
            self._slots.put(connection)

    def _create_schema(self) -> None:
        reported = None
        while not self._closing.is_set():
            try:
                with self.transaction() as cursor:
                    # Replicas start together, and CREATE TABLE IF NOT EXISTS alone fails when two of them race.
                    cursor.execute("SELECT pg_advisory_xact_lock(%s)", (SCHEMA_LOCK,))
                    cursor.execute(SCHEMA)
                log.write("database ready")
                return
            except psycopg2.Error as error:
                reason = str(error).strip()
                if reason != reported:
                    log.write("database not ready", error=reason, retry_seconds=RETRY_SCHEMA)
                    reported = reason
                self._closing.wait(RETRY_SCHEMA)


def _is_usable(connection: extensions.connection | None) -> bool:
    """
    The server has nothing to say on an idle connection except that it is gone. Finding that out before the first
    statement replaces the connections of a restarted server unseen, and no statement is ever sent twice.
    """
    return connection is not None and not connection.closed and not _is_ready(connection, select.POLLIN, seconds=0)


def _wait_with_deadline(connection: extensions.connection) -> None:
    """
    How psycopg2 waits for the server, everywhere in this process. Left alone it waits for ever for one that hangs.
    After an exception from here psycopg2 closes the connection, and the pool replaces it.
    """
    deadline = time.monotonic() + WAIT_FOR_SERVER
    while (state := connection.poll()) != extensions.POLL_OK:
        event = select.POLLIN if state == extensions.POLL_READ else select.POLLOUT
        if not _is_ready(connection, event, seconds=max(0, deadline - time.monotonic())):
            raise psycopg2.OperationalError(f"the server did not answer within {WAIT_FOR_SERVER} s")


def _is_ready(connection: extensions.connection, event: int, seconds: float) -> bool:
    poller = select.poll()
    poller.register(connection, event)
    return bool(poller.poll(seconds * 1000))
