#!/usr/bin/python3
"""What split tokens cost: obtaining them, and presenting them.

    exchange    wrk asks a provider (nginx) that answers at once, each time
                with another token: exchanges a second
    slow        500 clients at the same moment, a provider that takes 200 ms:
                seconds until the last one has its token
    present     one split token again and again, beside bare nginx proxying
                the same request: CPU per request, in turns

    bench/split.py BUILD [--rounds 9] [--seconds 2]
"""
import asyncio
import base64
import json
import statistics
import subprocess
import threading
import time

import jwt

import report
import run
import servers

SECRET = "bench-secret-of-thirty-two-bytes!"
FORM = b"grant_type=client_credentials&client_id=bench&client_secret=s"
CLIENTS = 500
LATENCY_S = 0.2
CONNECTIONS = 64


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def fresh_token(n):
    now = int(time.time())
    return jwt.encode({"sub": f"user{n}", "iat": now, "exp": now + 3600,
                       "n": n}, SECRET, algorithm="HS256")


def instant_provider(place):
    """nginx: a token whose signature is another one each time (43 letters,
    the last of which must have two zero bits)."""
    parts = fresh_token(0).split(".")
    body = ('{"access_token":"%s.%s.${request_id}0123456789A",'
            '"token_type":"Bearer","expires_in":3600}' % tuple(parts[:2]))
    return place.nginx("instant", "", "default_type application/json; "
                       f"return 200 '{body}';", 1)


class SlowProvider:
    """Answers every client after the same time, however many there are."""

    def __enter__(self):
        self.port, self.count = servers.free_port(), 0
        self.ready = threading.Event()
        self.thread = threading.Thread(target=asyncio.run,
                                       args=[self.serve()])
        self.thread.start()
        self.ready.wait(10)
        return self

    def __exit__(self, *args):
        self.loop.call_soon_threadsafe(self.end.set)
        self.thread.join(10)

    async def serve(self):
        self.loop, self.end = asyncio.get_running_loop(), asyncio.Event()
        await asyncio.start_server(self.client, "127.0.0.1", self.port,
                                   backlog=1024)
        self.ready.set()
        await self.end.wait()

    async def client(self, reader, writer):
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                for line in head.lower().split(b"\r\n"):
                    if line.startswith(b"content-length:"):
                        await reader.readexactly(int(line.split(b":")[1]))
                await asyncio.sleep(LATENCY_S)
                self.count += 1
                body = json.dumps({"access_token": fresh_token(self.count),
                                   "token_type": "Bearer",
                                   "expires_in": 3600}).encode()
                writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/"
                             b"json\r\nContent-Length: %d\r\n\r\n" % len(body)
                             + body)
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()


def definition(name, provider, upstream):
    return {
        "api_id": name, "name": name, "org_id": "default", "active": True,
        "use_keyless": False, "enable_jwt": True,
        "jwt_signing_method": "hmac",
        "jwt_source": base64.b64encode(SECRET.encode()).decode(),
        "jwt_identity_base_field": "sub", "jwt_default_policies": ["default"],
        "split_token": {"token_url": f"http://127.0.0.1:{provider}/token",
                        "mode": "split"},
        "proxy": {"listen_path": f"/{name}/", "strip_listen_path": True,
                  "target_url": f"http://127.0.0.1:{upstream.port}"},
        "version_data": {"not_versioned": True,
                         "versions": {"Default": {"name": "Default"}}}}


async def obtain(port, path):
    """(status, answer) of one client."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"POST %s HTTP/1.1\r\nHost: bench\r\nConnection: close\r\n"
                 b"Content-Type: application/x-www-form-urlencoded\r\n"
                 b"Content-Length: %d\r\n\r\n" % (path.encode(), len(FORM))
                 + FORM)
    data = await reader.read()
    writer.close()
    head, _, body = data.partition(b"\r\n\r\n")
    return int(head.split()[1]), body


async def obtain_all(port, path):
    start = time.monotonic()
    answers = await asyncio.gather(*[obtain(port, path)
                                     for _ in range(CLIENTS)])
    return time.monotonic() - start, [s for s, _ in answers]


def exchange(server, seconds):
    out = subprocess.run(
        ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "--latency", "-s",
         run.HERE / "post.lua", server.url + "/instant/token"],
        capture_output=True, text=True, check=True).stdout
    return run.result_of(out)


def present(server, bare, folder, options):
    """The median of the ratios of CPU per request within a round."""
    status, body = asyncio.run(obtain(server.port, "/slow/token"))
    assert status == 200, body
    tokens = folder / "split"
    tokens.write_text(json.loads(body)["access_token"] + "\n")
    ratios, ours = [], []
    for turn in range(options.rounds + 1):
        pair = [(bare, "/get"), (server, "/slow/get")]
        if turn % 2:
            pair.reverse()
        got = {s: run.measure(s, path, tokens, options.seconds, 16)
               for s, path in pair}
        assert got[server]["other"] == 0
        if turn:
            ratios.append(got[server]["cpu_us"] / got[bare]["cpu_us"])
            ours.append(got[server]["cpu_us"])
    return statistics.median(ratios), statistics.median(ours)


def figures(options, folder):
    with servers.Place(options.build.resolve(), folder) as place, \
            SlowProvider() as slow:
        upstream = place.nginx("upstream", "", 'return 200 "hello\\n";', 1)
        bare = place.nginx(
            "bare", "upstream up { server 127.0.0.1:%d; keepalive 64; }"
            % upstream.port,
            "proxy_pass http://up; proxy_http_version 1.1; "
            'proxy_set_header Connection "";', 0)
        server = place.jotgate(
            "gateway", [definition("instant", instant_provider(place).port,
                                   upstream),
                        definition("slow", slow.port, upstream)],
            None, workers=1)
        for _ in range(2):  # the first run warms up
            requests, failed, p50, p99 = exchange(server, options.seconds)
        yield (f"exchange, provider at once: {requests / options.seconds:,.0f}"
               f"/s, {failed} failed, p50 {p50} us, p99 {p99} us")
        for _ in range(2):
            seconds, statuses = asyncio.run(
                obtain_all(server.port, "/slow/token"))
            good = statuses.count(200)
            yield (f"{CLIENTS} clients at once, provider takes "
                   f"{LATENCY_S * 1000:.0f} ms: {good} tokens in "
                   f"{seconds:.2f} s")
        ratio, ours = present(server, bare, folder, options)
        yield (f"a split token, known to the worker: {ours:.1f} us of CPU a "
               f"request, {ratio:.2f} x bare nginx")


if __name__ == "__main__":
    report.main(__doc__, figures, rounds=9, seconds=2)
