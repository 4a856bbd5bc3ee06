/// The app of the bench: `python3 app.py PORT`. Standard library only; speaks to Redis by itself.
enum BenchApp {
    static let text = #"""
        import hashlib, json, os, socket, sys, threading, time
        from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

        CODE = "@CODE@"
        BEHAVIOUR = os.environ["BEHAVIOUR"]


        def redis(*words):
            """One command, or None where Redis says that there is nothing."""
            with socket.create_connection(("127.0.0.1", int(os.environ["REDIS_PORT"])), 1) as connection:
                for command in (["AUTH", os.environ["REDIS_USER"], os.environ["REDIS_PASSWORD"]], words):
                    parts = "".join(f"${len(word)}\r\n{word}\r\n" for word in command)
                    connection.sendall(f"*{len(command)}\r\n{parts}".encode())
                    reply = connection.recv(4096).decode()
                    if reply.startswith("-"):
                        raise OSError(reply)
                if reply.startswith("$-1"):
                    return None
                return reply.split("\r\n")[1] if reply.startswith("$") else reply.strip()


        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                try:
                    self.respond(*self.answer())
                except OSError as error:
                    self.respond(503, str(error))

            def answer(self):
                if self.path == "/readyz":
                    redis("PING")
                    return (503, "warming up") if BEHAVIOUR == "never-ready" else (200, "ready")
                if self.path.startswith("/keep/"):
                    return 200, redis("SET", "word", self.path[6:])
                if self.path == "/kept":
                    return 200, redis("GET", "word") or ""
                secret = hashlib.sha256(os.environ["TOKEN"].encode()).hexdigest()[:8]
                return 200, json.dumps({"code": CODE, "config": os.environ["CONFIG"], "secret": secret})

            def respond(self, status, text):
                self.send_response(status)
                self.send_header("Content-Length", str(len(text.encode())))
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *words):
                pass


        class Server(ThreadingHTTPServer):
            request_queue_size = 128

            def server_bind(self):
                self.socket.bind(self.server_address)
                self.server_address = self.socket.getsockname()
                self.server_name, self.server_port = "app", self.server_address[1]


        def die():
            time.sleep(1.2)
            print("out of luck", file=sys.stderr, flush=True)
            os._exit(1)


        if BEHAVIOUR == "crashing":
            threading.Thread(target=die, daemon=True).start()
        print("serving", flush=True)
        Server(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever(poll_interval=0.1)
        """#
}
