"""jotgate-broker --relay: requests of the command line, carried out."""
import http.server
import os
import subprocess

import pytest

from gateway import BUILD
from upstream import serving

BODY_MAX = 16 << 20


class Sink(http.server.BaseHTTPRequestHandler):
    """Says how many bytes arrived, and how many of them were another's."""

    def do_POST(self):
        left, foreign = int(self.headers["Content-Length"]), 0
        while left > 0:
            part = self.rfile.read(min(left, 1 << 20))
            foreign += len(part) - part.count(b"x")
            left -= len(part)
        body = f"{self.headers['Content-Length']} {foreign}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def url():
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0),
                                                 Sink)) as server:
        yield f"http://127.0.0.1:{server.server_port}/"


def relay(text):
    return subprocess.run(
        [os.path.join(BUILD, "jotgate-broker"), "--relay", "--allow-http"],
        input=text, capture_output=True, timeout=120)


def request(url, size):
    return f"POST {url} 60000 {size}\n\n".encode() + b"x" * size


@pytest.mark.parametrize("size", [0, 1, BODY_MAX - 1, BODY_MAX])
def test_a_body_of_any_size_up_to_the_limit_arrives(url, size):
    done = relay(request(url, size) + request(url, 1))
    assert done.returncode == 0
    assert f"{size} 0".encode() in done.stdout
    assert done.stdout.endswith(b"1 0")


def test_a_larger_body_is_no_request(url):
    done = relay(request(url, BODY_MAX + 1))
    assert (done.returncode, done.stdout) == (1, b"")
