"""Limits under load: two workers, several clients, and processes that are
exchanged or killed in the middle."""
import collections
import http.client
import os
import pathlib
import resource
import signal
import socket
import threading
import time

import pytest
from test_http_engine import workers_of
from tokens import hs256

LONG = os.environ.get("JOTGATE_LONG")
CLIENTS = 8
HELD_MAX = 1024  # JG_HELD_MAX of nginx/ngx_http_jotgate.h


@pytest.fixture
def gw(gateway):
    gateway.conf["workers"] = 2
    gateway.add_api()
    return gateway


class Clients:
    """So many of them, each as fast as it can, until <stop> is set or it was
    refused <enough> times in a row."""

    def __init__(self, gw, enough=200):
        self.gw, self.enough = gw, enough
        self.stop = threading.Event()
        self.token = hs256({"sub": "ada"})
        self.lock = threading.Lock()
        self.statuses, self.broken = collections.Counter(), 0
        self.threads = [threading.Thread(target=self.run, daemon=True)
                        for _ in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def run(self):
        connection, refused = None, 0
        while not self.stop.is_set() and refused < self.enough:
            try:
                connection = connection or http.client.HTTPConnection(
                    "127.0.0.1", self.gw.port, timeout=30)
                connection.request("GET", "/api/echo", headers={
                    "Authorization": f"Bearer {self.token}"})
                answer = connection.getresponse()
                answer.read()
            except (OSError, http.client.HTTPException):
                connection = None
                with self.lock:
                    self.broken += 1
                continue
            refused = 0 if answer.status == 200 else refused + 1
            with self.lock:
                self.statuses[answer.status] += 1

    def accepted(self):
        with self.lock:
            return self.statuses[200]

    def wait_for(self, accepted):
        while self.accepted() < accepted:
            assert any(thread.is_alive() for thread in self.threads)
            time.sleep(0.01)

    def join(self):
        for thread in self.threads:
            thread.join(120)
            assert not thread.is_alive()
        return self.statuses


def reload_nginx(gw):
    """Its workers are exchanged; the old ones end when they have answered."""
    old = workers_of(gw)
    stat = pathlib.Path(f"/proc/{old[0]}/stat").read_text()
    os.kill(int(stat.rsplit(")", 1)[1].split()[1]), signal.SIGHUP)
    wait_until(lambda: len(set(workers_of(gw)) - set(old)) == len(old))


@pytest.mark.skipif(not LONG, reason="a minute: with JOTGATE_LONG=1")
def test_a_rate_is_kept_for_a_minute(gw):
    """100 at once, then 100 a second: within half a percent."""
    gw.add_policy(rate=100, per=1)
    gw.start()
    clients, start = Clients(gw, enough=10 ** 9), time.time()
    time.sleep(60)
    clients.stop.set()
    statuses = clients.join()
    exact = 100 + 100 * (time.time() - start)
    print(f"accepted {statuses[200]} of {sum(statuses.values())}, "
          f"exact {exact:.1f}")
    assert set(statuses) == {200, 429} and clients.broken == 0
    assert abs(statuses[200] - exact) <= exact * 0.005


def test_a_quota_is_exact_over_reloads(gw):
    gw.add_policy(quota_max=5000, quota_renewal_rate=3600)
    gw.start()
    clients = Clients(gw)
    clients.wait_for(500)
    gw.reload()  # of definitions
    clients.wait_for(1000)
    reload_nginx(gw)  # new workers beside the old ones
    statuses = clients.join()
    assert statuses[200] == 5000
    assert set(statuses) == {200, 403}


def test_a_killed_worker_loses_only_what_it_had_in_hand(gw):
    """Its requests were counted, or were not: each at most once."""
    gw.add_policy(quota_max=3000, quota_renewal_rate=3600)
    gw.start()
    clients = Clients(gw)
    for accepted in (500, 1000, 1500):
        clients.wait_for(accepted)
        os.kill(workers_of(gw)[0], signal.SIGKILL)
    statuses = clients.join()
    print(f"{statuses}, {clients.broken} broken")
    assert set(statuses) == {200, 403}
    assert 3000 - clients.broken <= statuses[200] <= 3000


def request_of(token):
    return (b"GET /api/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
            b"Authorization: Bearer " + token.encode() + b"\r\n\r\n")


def held_request(gw, token):
    s = socket.create_connection(("127.0.0.1", gw.port), timeout=30)
    s.sendall(request_of(token))
    return s


def closed_by_clients(gw):
    journal = gw.control_call("GET", "/tyk/journal?limit=1000").json()
    return sum(d["status"] == 499 for d in journal["decisions"])


def wait_until(condition):
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_held_requests_are_bounded_and_end_with_their_clients(gw):
    """JG_HELD_MAX of them wait in a worker; the next is refused at once."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard < 4 * HELD_MAX:
        pytest.skip("too few files for one process")
    resource.setrlimit(resource.RLIMIT_NOFILE, (4 * HELD_MAX, hard))
    gw.conf["workers"] = 1
    gw.add_policy(rate=1, per=3600, throttle_interval=60,
                  throttle_retry_limit=4)
    gw.start()
    token = hs256({"sub": "ada"})
    assert gw.get("/api/echo", token).status == 200

    def is_refused():
        return gw.raw(request_of(token), timeout=1).startswith(
            b"HTTP/1.1 429 ")

    assert not is_refused()
    held = [held_request(gw, token) for _ in range(HELD_MAX)]
    wait_until(is_refused)
    for s in held:
        s.close()
    wait_until(lambda: closed_by_clients(gw) >= 900)
    assert not is_refused()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_held_request_outlives_a_reload(gw):
    """Its worker ends when it is answered."""
    gw.add_policy(rate=1, per=3, throttle_interval=1, throttle_retry_limit=9)
    gw.start()
    token = hs256({"sub": "ada"})
    assert gw.get("/api/echo", token).status == 200
    held = held_request(gw, token)
    reload_nginx(gw)
    assert held.recv(100).startswith(b"HTTP/1.1 200 ")
    held.close()
