"""Known attacks that need the whole gateway, or no gateway at all.

Numbers are those of the list of attacks; the others are unit tests in
tests/unit/access/test_attacks*.c and tests/unit/jose/test_attacks*.c.
"""
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import threading

import pytest
from gateway import Gateway
from keysets import memory_kib
from test_http_engine import certificate, workers_of
from tokens import hs256, raw

ROOT = pathlib.Path(__file__).resolve().parents[2]
FLOOD = 1_000_000 if os.environ.get("JOTGATE_LONG") else 40_000


def test_a13_no_number_of_the_core_narrows_or_changes_its_sign_unseen():
    flags = subprocess.run(["pkg-config", "--cflags", "libcrypto", "jansson"],
                           capture_output=True, text=True).stdout.split()
    sources = [p for layer in ("base", "jose")
               for p in sorted((ROOT / "core" / layer).glob("*.c"))]
    assert len(sources) > 30
    done = subprocess.run(
        ["gcc", "-std=gnu11", "-D_GNU_SOURCE", "-fsyntax-only", "-Werror",
         "-Wconversion", "-Wsign-conversion", "-Wsign-compare",
         f"-I{ROOT / 'core'}", *flags, *sources],
        capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_a37_secrets_are_compared_in_constant_time():
    """No early exit by content where a secret is compared."""
    verify = (ROOT / "core/jose/verify.c").read_text()
    assert "CRYPTO_memcmp(mac" in verify
    assert not re.search(r"(?<!CRYPTO_)\b(memcmp|strcmp|strncmp|jg_str_eq)\(",
                         verify)
    control = "".join(p.read_text()
                      for p in (ROOT / "core/admin").glob("*.c"))
    for compare in re.findall(r"[^\n]*(?:memcmp|jg_str_eq)\([^\n]*", control):
        assert "secret" not in compare, compare


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.add_policy()
    module_gateway.add_api()
    return module_gateway.start()


def counter(gw, name):
    text = gw.control_call("GET", "/metrics").body.decode()
    return sum(int(float(m)) for m in
               re.findall(rf"^{name}(?:{{[^}}]*}})? (\S+)$", text, re.M))


def test_a42_no_address_of_a_token_is_called(gw):
    """jku, x5u and jwk of a token, with somebody listening there."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(16)
        listener.settimeout(1)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/keys"
        for header in ({"jku": url}, {"x5u": url}, {"jku": url, "x5u": url},
                       {"jku": url, "kid": "unknown"}, {"kid": url},
                       {"jwk": {"kty": "oct", "k": "eA"}, "jku": url}):
            gw.get("/api/echo", raw({"alg": "HS256", **header},
                                    {"sub": "a", "iss": url}, "x"))
            good = raw({"alg": "HS256", **header}, {"sub": "a", "iss": url})
            assert gw.get("/api/echo", good).status == 200
        with pytest.raises(socket.timeout):
            listener.accept()


def test_a69_no_claim_is_a_name_in_the_metrics(gw):
    mark = "mark-of-a-caller\r\nFLUSHALL"
    assert gw.get("/api/echo", hs256({"sub": mark})).status == 200
    text = gw.control_call("GET", "/metrics").body.decode()
    assert "mark-of-a-caller" not in text and "FLUSHALL" not in text


def test_a38_bad_tokens_spoil_no_tls_connection(folder, upstream,
                                                tmp_path_factory):
    """OpenSSL's error queue is one for all connections of a worker."""
    tls = tmp_path_factory.mktemp("tls")
    cert, _ = certificate(tls, "localhost")
    for path in tls.iterdir():
        shutil.copy(path, folder)
        (folder / path.name).chmod(0o644)
    gw = Gateway(folder, upstream)
    gw.conf["http_server_options"] = {
        "use_ssl": True, "certificates": [{
            "domain_name": "localhost", "cert_file": str(folder / cert.name),
            "key_file": str(folder / "localhost.key")}]}
    gw.add_policy()
    gw.add_api()
    key = subprocess.run(["openssl", "ecparam", "-name", "prime256v1",
                          "-genkey", "-noout"], capture_output=True).stdout
    public = subprocess.run(["openssl", "ec", "-pubout"], input=key,
                            capture_output=True).stdout.decode()
    gw.add_api("ec", jwt_signing_method="ecdsa", jwt_source=public)
    gw.start()
    context = ssl.create_default_context(cafile=cert)
    stop = threading.Event()

    def request(connection, path, token):
        connection.sendall(
            (f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: "
             f"Bearer {token}\r\n\r\n").encode())
        answer = b""
        while b"\r\n\r\n" not in answer:
            part = connection.recv(65536)
            assert part, answer
            answer += part
        head, body = answer.split(b"\r\n\r\n", 1)
        size = int(re.search(rb"content-length: (\d+)", head, re.I).group(1))
        while len(body) < size:
            body += connection.recv(65536)
        return int(head.split()[1])

    def connect():
        plain = socket.create_connection(("127.0.0.1", gw.port), timeout=20)
        return context.wrap_socket(plain, server_hostname="localhost")

    def attack():
        bad = [raw({"alg": "ES256"}, {"sub": "a"}) + "A" * 43,
               raw({"alg": "ES256"}, {"sub": "a"}) + "A" * 42 + "B",
               raw({"alg": "ES256"}, {"sub": "a"})]
        with connect() as connection:
            while not stop.is_set():
                for token in bad:
                    assert request(connection, "/ec/x", token) == 403

    thread = threading.Thread(target=attack)
    thread.start()
    try:
        good = hs256({"sub": "a"})
        with connect() as kept:
            for n in range(1000):
                assert request(kept, "/api/echo", good) == 200
                if n % 20 == 0:
                    with connect() as fresh:
                        assert request(fresh, "/api/echo", good) == 200
    finally:
        stop.set()
        thread.join(20)
        gw.stop()
    assert "SSL" not in gw.log()


FLOOD_LUA = """
-- tokens that never come twice, in this run or another: run, thread, number
local turn = 0
local threads = 0
function setup(thread) thread:set("id", threads); threads = threads + 1 end
local heads = {%s}
function request()
    turn = turn + 1
    local mark = string.format("%%010d%%010d%%023d", %d, id, turn)
    return wrk.format("GET", "/api/echo", {["Host"] = "x",
        ["Authorization"] = "Bearer " .. heads[turn %% #heads + 1] .. mark})
end
function done(summary)
    io.write(string.format("RESULT %%d %%d\\n", summary.requests,
        summary.errors.status))
end
"""


@pytest.mark.skipif(shutil.which("wrk") is None,
                    reason="LOUD SKIP: no wrk for the flood of tokens")
def test_a105_distinct_invalid_tokens_leave_memory_and_cache_alone(gw):
    """40,000 of them; 1,000,000 with JOTGATE_LONG=1."""
    good = [hs256({"sub": f"user{n}"}) for n in range(50)]
    for token in good + good:
        assert gw.get("/api/echo", token).status == 200

    def head(header, claims):
        return raw(header, claims).rsplit(".", 1)[0] + "."

    heads = [head({"alg": "HS256"}, {"sub": "a"}),
             head({"alg": "HS256", "kid": "none"}, {"sub": "a", "n": [1] * 99}),
             head({"alg": "HS512"}, {"sub": "a"}),
             head({"alg": "ES256"}, {"sub": "a"}),
             head({"alg": "HS256", "crit": ["x"]}, {"sub": "a"}),
             "e30.e30.", "x.y."]
    lua = gw.folder / "flood.lua"
    runs = iter(range(1000))

    def flood(seconds):
        lua.write_text(FLOOD_LUA % (",".join(f'"{h}"' for h in heads),
                                    next(runs)))
        done = subprocess.run(
            ["wrk", "-t2", "-c16", f"-d{seconds}s", "-s", lua,
             f"http://127.0.0.1:{gw.port}"], capture_output=True, text=True,
            timeout=seconds + 60)
        result = re.search(r"RESULT (\d+) (\d+)", done.stdout)
        assert result, done.stdout + done.stderr
        return int(result.group(1)), int(result.group(2))

    flood(2)  # buffers and pools grow to what they need once
    workers = workers_of(gw)
    before = sum(map(memory_kib, workers))
    evictions = counter(gw, "jotgate_token_cache_evictions_total")
    hits = counter(gw, "jotgate_token_cache_hits_total")
    requests = refused = 0
    for _ in range(100):
        if requests >= FLOOD:
            break
        asked, denied = flood(5)
        requests, refused = requests + asked, refused + denied
    after = sum(map(memory_kib, workers))
    print(f"{requests} tokens, {refused} refused; memory of the workers "
          f"{before} KiB before, {after} KiB after")
    assert refused == requests >= FLOOD
    assert workers_of(gw) == workers
    if "JOTGATE_TEST_PRELOAD" not in os.environ:  # sanitizers keep what is freed
        assert after - before < 1024
    assert counter(gw, "jotgate_token_cache_evictions_total") == evictions
    assert counter(gw, "jotgate_token_cache_hits_total") == hits
    for token in good * 4:  # each worker has most of them still
        assert gw.get("/api/echo", token).status == 200
    assert counter(gw, "jotgate_token_cache_hits_total") - hits >= 150
