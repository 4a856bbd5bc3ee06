"""
Steady, light load without an end, for scripts that run for minutes: a few connections that stay open and one client
that makes a new connection for each request. Every request that is not answered with 2xx in time counts as failed.

    with Trickle(port, "/version") as load: ...
    load.requests, load.failures
"""

import http.client
import threading
import time
from datetime import datetime

TIMEOUT = 10  # seconds


class Trickle:
    def __init__(self, port: int, path: str, keepalive: int = 3, pause: float = 0.03):
        self.port, self.path, self.pause = port, path, pause
        self.requests = 0
        self.failures: list[str] = []
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._clients = [threading.Thread(target=self._keep, daemon=True) for _ in range(keepalive)]
        self._clients.append(threading.Thread(target=self._renew, daemon=True))

    def __enter__(self) -> "Trickle":
        for client in self._clients:
            client.start()
        return self

    def __exit__(self, *_) -> None:
        self._over.set()
        for client in self._clients:
            client.join(TIMEOUT + 1)

    def _keep(self) -> None:
        connection = self._connection()
        while not self._over.is_set():
            if not self._ask(connection, "kept"):
                connection.close()
                connection = self._connection()
            time.sleep(self.pause)
        connection.close()

    def _renew(self) -> None:
        while not self._over.is_set():
            connection = self._connection()
            self._ask(connection, "fresh")
            connection.close()
            time.sleep(self.pause)

    def _connection(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=TIMEOUT)

    def _ask(self, connection: http.client.HTTPConnection, kind: str) -> bool:
        trouble = None
        try:
            connection.request("GET", self.path)
            answer = connection.getresponse()
            answer.read()
            if not 200 <= answer.status < 300:
                trouble = f"status {answer.status}"
        except (OSError, http.client.HTTPException) as error:
            trouble = repr(error)
        with self._lock:
            self.requests += 1
            if trouble:
                self.failures.append(f"{datetime.now():%H:%M:%S.%f} {kind}: {trouble}")
        return trouble is None
