"""A control port that answers whatever a test wants, or never."""
import socket
import threading


class Hostile:
    """Every request gets <answer>, raw bytes, or what it makes of the request's
    first line; None: no answer at all."""

    def __init__(self, answer):
        self.answer = answer
        self.seen = []
        self.held = []
        self.server = socket.create_server(("127.0.0.1", 0))
        self.server.settimeout(60)
        self.url = f"http://127.0.0.1:{self.server.getsockname()[1]}"
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                client, _ = self.server.accept()
            except OSError:
                return
            self.held.append(client)
            self.seen.append(client.recv(65536))
            answer = self.answer
            if callable(answer):
                answer = answer(self.seen[-1].decode().partition("\r\n")[0])
            if answer is not None:
                try:
                    client.sendall(answer)
                except OSError:
                    pass
                client.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.close()
        for client in self.held:
            client.close()


def response(body, status=200, kind="application/json", head=b""):
    if isinstance(body, str):
        body = body.encode()
    return (f"HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\n"
            f"Content-Length: {len(body)}\r\n").encode() + head + \
        b"Connection: close\r\n\r\n" + body
