"""What the attacks share: an upstream that believes nothing, raw requests."""
import re
import socket
import threading


class StrictUpstream:
    """Records each request byte for byte; whatever is not exactly HTTP/1.1
    goes to <bad>, and ends the connection."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.requests, self.bad = [], []
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(connection,),
                             daemon=True).start()

    def serve(self, connection):
        stream = connection.makefile("rb")
        try:
            while line := stream.readline():
                if not re.fullmatch(rb"[A-Z_-]+ /[!-~]* HTTP/1\.1\r\n", line):
                    self.bad.append(line)
                    return
                headers = self.read_headers(stream)
                body = self.read_body(stream, headers)
                self.requests.append((line.decode().strip(), headers, body))
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                                   b"\r\n" +
                                   (b"" if line.startswith(b"HEAD") else
                                    b"ok"))
        except (OSError, ValueError) as error:
            self.bad.append(error)
        finally:
            connection.close()

    @staticmethod
    def read_headers(stream):
        headers = []
        while (line := stream.readline()) != b"\r\n":
            match = re.fullmatch(rb"([!#-'*+.^-z|~A-Z0-9-]+): ?([^\r\n\0]*)\r\n",
                                 line)
            if not match:
                raise ValueError(line)
            headers.append((match[1].decode().lower(),
                            match[2].decode("latin-1")))
        return headers

    @staticmethod
    def read_body(stream, headers):
        lengths = [v for n, v in headers if n == "content-length"]
        codings = [v for n, v in headers if n == "transfer-encoding"]
        if len(lengths) + len(codings) > 1:
            raise ValueError(headers)
        if lengths:
            return stream.read(int(lengths[0]))
        body = b""
        while codings:
            size = int(stream.readline(), 16)
            body += stream.read(size)
            if stream.read(2) != b"\r\n":
                raise ValueError("chunk")
            if size == 0:
                break
        return body

    def forget(self):
        self.requests.clear()
        self.bad.clear()

    @property
    def lines(self):
        return [line for line, _, _ in self.requests]

    def close(self):
        self.listener.close()


def statuses(answer):
    return [int(s) for s in re.findall(rb"HTTP/1\.1 (\d{3}) ", answer)]
