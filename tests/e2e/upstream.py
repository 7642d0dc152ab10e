"""An upstream that says exactly what arrived, and misbehaves on request.

Paths: /echo... answers JSON of the raw request; /status/N; /slow/SECONDS;
/drop closes without an answer; /bytes/N streams N bytes.
"""
import contextlib
import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextlib.contextmanager
def serving(server):
    """An HTTP server while it serves."""
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, args=(0.05,),
                     daemon=True).start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *args):
        pass

    def read_body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            size = 0
            while True:
                line = self.rfile.readline().split(b";")[0].strip()
                n = int(line, 16)
                if n == 0:
                    self.rfile.readline()
                    return size, b""
                size += len(self.rfile.read(n))
                self.rfile.readline()
        n = int(self.headers.get("Content-Length") or 0)
        size, kept = 0, b""
        while size < n:
            part = self.rfile.read(min(1 << 16, n - size))
            if not part:
                break
            size += len(part)
            if len(kept) < 65536:
                kept += part
        return size, kept

    def answer(self):
        size, body = self.read_body()
        self.server.owner.seen.append(self.requestline)
        path = self.path.split("?")[0]
        parts = path.strip("/").split("/")
        if parts[0] == "status":
            return self.send(int(parts[1]), b"")
        if parts[0] == "slow":
            time.sleep(float(parts[1]))
        if parts[0] == "drop":
            self.close_connection = True
            self.connection.shutdown(socket.SHUT_RDWR)
            return None
        if parts[0] == "bytes":
            return self.stream(int(parts[1]))
        text = json.dumps({
            "method": self.command, "target": self.path,
            "headers": self.headers.items(), "size": size,
            "body": body.decode("latin-1"),
            "port": self.server.server_address[1],
        }).encode()
        return self.send(200, text)

    def send(self, status, body):
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("X-Upstream", "yes")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def stream(self, n):
        self.send_response(200)
        self.send_header("Content-Length", str(n))
        self.end_headers()
        block = b"x" * 65536
        while n > 0:
            self.wfile.write(block[:n])
            n -= len(block)

    do_GET = do_POST = do_PUT = do_DELETE = do_PATCH = answer
    do_HEAD = do_OPTIONS = answer


class Upstream:
    """with Upstream() as u: u.url, u.seen (request lines)."""

    def __init__(self):
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.server.owner = self
        self.seen = []
        self.port = self.server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever,
                                       daemon=True)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *args):
        self.server.shutdown()
        self.server.server_close()
