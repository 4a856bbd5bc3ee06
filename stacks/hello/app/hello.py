"""An API without dependencies: `python3 hello.py HOST PORT`."""

import json
import os
import select
import signal
import socket
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from urllib.parse import parse_qs, urlsplit

VERSION = os.environ.get("APP_VERSION", "unknown")
LONGEST_SLEEP = 60.0  # seconds


class Server(ThreadingHTTPServer):
    daemon_threads = False  # so that server_close() waits for the requests in flight
    request_queue_size = 512  # the default of 5 drops connections that arrive together

    def __init__(self, host: str, port: int):
        super().__init__((host, port), Handler)
        self.stopping = False
        self._connections: set[socket.socket] = set()

    def server_bind(self):
        TCPServer.server_bind(self)  # HTTPServer's would also ask DNS for our name, for as long as that takes.

    def process_request(self, connection, client_address):
        self._connections.add(connection)
        super().process_request(connection, client_address)

    def shutdown_request(self, connection):
        self._connections.discard(connection)
        super().shutdown_request(connection)

    def finish(self) -> None:
        """After serve_forever(): answers what has arrived, closes every connection, and waits until that is done."""
        self.stopping = True
        while select.select([self.socket], [], [], 0)[0]:
            self.handle_request()  # The kernel has accepted these for us already.
        # A connection that can read no more closes as soon as it has answered what it had read before.
        for connection in tuple(self._connections):
            try:
                connection.shutdown(socket.SHUT_RD)
            except OSError:
                pass  # Its client was faster.
        self.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections open between requests
    disable_nagle_algorithm = True
    wbufsize = -1  # header and body leave in one packet

    def do_GET(self) -> None:
        if "Content-Length" in self.headers or "Transfer-Encoding" in self.headers:
            self.close_connection = True  # We do not read bodies, and the next request must not start inside one.
        url = urlsplit(self.path)
        match url.path:
            case "/healthz" | "/readyz":  # Nothing to wait for: alive is ready.
                self.respond(200, {"status": "ready"})
            case "/version":
                self.respond(200, {"version": VERSION})
            case "/slow":
                self.respond_slowly(parse_qs(url.query).get("seconds", ["1"])[0])
            case _:
                self.respond(404, {"detail": f"there is no {url.path}"})

    def respond_slowly(self, text: str) -> None:
        try:
            seconds = float(text)
        except ValueError:
            seconds = -1
        if not 0 <= seconds <= LONGEST_SLEEP:
            return self.respond(400, {"detail": f"seconds must be between 0 and {LONGEST_SLEEP:g}"})
        time.sleep(seconds)
        self.respond(200, {"slept": seconds})

    def respond(self, status: int, value: dict) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        if self.server.stopping or self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_request(self, code="-", size="-") -> None:
        pass  # No access log; errors still go to stderr.


def main() -> None:
    server = Server(sys.argv[1], int(sys.argv[2]))
    # In a thread of its own: shutdown() waits for serve_forever(), which the signal has just interrupted.
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    print(f"hello {VERSION} listens on port {server.server_address[1]}", flush=True)
    server.serve_forever(poll_interval=0.1)
    server.finish()
    print(f"hello {VERSION} stopped", flush=True)


if __name__ == "__main__":
    main()
