"""Why was this token refused? The same answer by control API and command, and
never another one than the gateway's own."""
import base64
import json
import os
import random
import re
import subprocess
import time

import pytest

from command import jotgate
from gateway import BUILD, SECRET, b64
from tokens import NOW, PAGE_TOKEN, hs256, raw

QUESTIONS = 100_000 if os.environ.get("JOTGATE_LONG") else 1_500


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.add_policy()
    gw.add_policy("off", apis=("api",), is_inactive=True)
    gw.add_policy("other", apis=("elsewhere",))
    gw.add_api()
    gw.add_api("query", auth_configs={"jwt": {
        "disable_header": True, "use_param": True, "param_name": "token"}})
    gw.add_api("cookie", auth_configs={"jwt": {
        "disable_header": True, "use_cookie": True, "cookie_name": "sid"}})
    gw.add_api("open", use_keyless=True, enable_jwt=False)
    gw.add_api("newline", jwt_source=b64("tyk123\n"))
    gw.add_api("quoted", jwt_source=b64('"tyk123"'))
    gw.add_api("twice", jwt_source=b64(b64("tyk123")))
    gw.add_api("rsa", jwt_signing_method="rsa",
               jwt_source="http://127.0.0.1:9/realms/b/certs")
    return gw.start()


def explain(gw, **question):
    answer = gw.control_call("POST", "/tyk/explain", question)
    assert answer.status == 200, answer.body
    return answer.json()


def test_every_step_says_what_it_saw(gw):
    got = explain(gw, api_id="api", token=PAGE_TOKEN, method="GET",
                  path="/api/echo")
    assert got["verdict"] == "allow" and got["hints"] == []
    assert got["response"] == {"from": "upstream"}
    names = [step["name"] for step in got["steps"]]
    assert names[:2] == ["path", "route"]
    assert {"algorithm", "key", "signature", "claims", "identity", "policies",
            "rights", "limits", "target"} <= set(names)
    assert all(step["outcome"] in ("pass", "skip") for step in got["steps"])
    assert all(step["meaning"] for step in got["steps"])


def test_a_refusal_has_numbers_reason_help_and_the_clients_answer(gw):
    token = hs256({"sub": "ada", "exp": int(time.time()) - 60})
    got = explain(gw, api_id="api", token=token, path="/api/echo")
    assert (got["verdict"], got["reason"], got["status"]) == \
        ("deny", "JG301", 401)
    step = next(s for s in got["steps"] if s["outcome"] == "fail")
    assert step["name"] == "claims" and step["reason"] == "JG301"
    assert step["seen"].startswith("exp ") and "skew 0 s" in step["expected"]
    assert step["help"] == got["help"]
    after = got["steps"][got["steps"].index(step) + 1:]
    assert {s["outcome"] for s in after} == {"not_reached"}
    assert re.search(r"only 6\d s apart", got["hints"][0])

    client = gw.get("/api/echo", token)
    assert got["response"]["status"] == client.status
    assert got["response"]["body"].encode() == client.body
    for name, value in got["response"]["headers"].items():
        assert client.headers[name] == value


@pytest.mark.parametrize("path", ["/api/echo", "/echo", "echo", "", "/api/"])
def test_a_path_is_the_requests_or_below_the_listen_path(gw, path):
    assert explain(gw, api_id="api", token=PAGE_TOKEN,
                   path=path)["verdict"] == "allow"


@pytest.mark.parametrize("api", ["query", "cookie"])
def test_the_token_goes_where_the_api_looks(gw, api):
    gw.add_policy("pol2", apis=("query", "cookie"))
    got = explain(gw, api_id=api, token=hs256({"sub": "a"}), path="/x?y=1")
    assert got["reason"] == "JG503"  # the default policy has other APIs
    assert next(s["seen"] for s in got["steps"] if s["name"] == "token") \
        .endswith(f"bytes in the {api}")


@pytest.mark.parametrize("pasted", [
    "{0}", "  {0}\n", "Bearer {0}", "Authorization: Bearer {0}",
    "curl http://localhost:8080/api/get -H \"Authorization: Bearer {0}\"",
    "curl http://x/ -H 'authorization: bearer {0}' --verbose"])
def test_what_people_paste_is_understood(gw, pasted):
    assert explain(gw, api_id="api", path="/api/x",
                   token=pasted.replace("{0}", PAGE_TOKEN))["verdict"] == \
        "allow"


def test_token_responses_and_broken_lines_are_understood(gw):
    broken = "\n".join(PAGE_TOKEN[i:i + 40]
                       for i in range(0, len(PAGE_TOKEN), 40))
    response = json.dumps({"access_token": PAGE_TOKEN, "expires_in": 60})
    for pasted in (broken, response):
        assert explain(gw, api_id="api", token=pasted,
                       path="/api/x")["verdict"] == "allow"


RSA_ALG = base64.urlsafe_b64encode(b'{"alg":"RS256","kid":"k"}').decode() \
    .rstrip("=")


@pytest.mark.parametrize("api, token, reason, hint", [
    ("api", "opaque-token-of-auth0", "JG103", "Auth0"),
    ("api", "Bearer Bearer " + PAGE_TOKEN, None, "sent twice"),
    ("newline", hs256({"sub": "a"}), "JG207", "newline at the end"),
    ("quoted", hs256({"sub": "a"}), "JG207", "quotes around"),
    ("twice", hs256({"sub": "a"}), "JG207", "base64 of base64"),
    ("api", hs256({"sub": "a"}, b64("tyk123")), "JG207",
     "base64 text as its secret"),
    ("api", hs256({"sub": "a"}, "tyk123\n"), "JG207", "newline behind"),
    ("rsa", hs256({"sub": "a"}), "JG201", 'jwt_signing_method is "rsa"'),
    ("api", lambda: hs256({"sub": "a", "nbf": int(time.time()) + 100}),
     "JG303", "jwt_not_before_validation_skew"),
    ("api", hs256({"sub": "a", "nonce": "n", "exp": 1}), "JG301", "ID token"),
])
def test_the_usual_mistakes_are_named(gw, api, token, reason, hint):
    token = token() if callable(token) else token
    got = explain(gw, api_id=api, token=token, path=f"/{api}/x")
    assert got["verdict"] == "deny"
    assert reason in (None, got["reason"])
    assert any(hint in text for text in got["hints"]), got


def test_hints_do_not_blame_clocks_or_secrets_without_ground(gw):
    for token in (hs256({"sub": "a", "exp": NOW - 86400}),
                  hs256({"sub": "a"}, "quite-another-secret")):
        assert explain(gw, api_id="api", token=token,
                       path="/api/x")["hints"] == []


def test_nothing_of_the_token_or_the_secret_comes_back(gw):
    token = hs256({"sub": "a"}, "tyk123\n")
    answer = gw.control_call("POST", "/tyk/explain", {
        "api_id": "api", "token": token, "path": "/api/x"})
    assert token.split(".")[2].encode() not in answer.body
    assert token.encode() not in answer.body
    assert b"tyk123" not in answer.body
    assert token not in gw.log()


@pytest.mark.parametrize("body, status, message", [
    ("", 400, "Request malformed"), ("[]", 400, "Request malformed"),
    ("{}", 400, "api_id is missing: which API is the token for?"),
    ('{"api_id":1}', 400, "api_id, token, method and path are strings"),
    ('{"api_id":"api","token":{}}', 400,
     "api_id, token, method and path are strings"),
    ('{"api_id":"nobody"}', 404, "API not found"),
    ('{"api_id":"' + "x" * 100_000 + '"}', 404, "API not found"),
])
def test_bad_questions_are_answered(gw, body, status, message):
    answer = gw.control_call("POST", "/tyk/explain", body)
    assert (answer.status, answer.json()["message"]) == (status, message)


def test_a_question_needs_the_secret(gw):
    assert gw.control_call("POST", "/tyk/explain", {"api_id": "api"},
                           secret="no").status == 403


def any_token(rng):
    claims = {"sub": rng.choice(["ada", "", 7, None, "bob"])}
    for name in ("exp", "nbf", "iat"):
        if rng.random() < 0.4:
            claims[name] = rng.choice([NOW - 86400, NOW + 86400, "x", 0, None,
                                       1e300, True])
    if rng.random() < 0.5:
        claims["pol"] = rng.choice(["default", "off", "other", "none", 1, ""])
    header = {"alg": rng.choice(["HS256"] * 8 + ["RS256", "none", "HS512"])}
    if rng.random() < 0.1:
        header["crit"] = ["x"]
    token = raw(header, claims, rng.choice(["tyk123"] * 6 + ["wrong"]))
    if rng.random() < 0.2:
        at = rng.randrange(len(token))
        token = token[:at] + rng.choice("Aa0-_.=+ ") + token[at + 1:]
    return rng.choice([token] * 12 + ["", "x", token[:-5], token + ".x"])


def test_the_explanation_is_the_gateways_own_decision(gw):
    rng = random.Random(7)
    for _ in range(QUESTIONS):
        api = rng.choice(["api", "api", "api", "open", "rsa", "newline"])
        token, path = any_token(rng).strip(), f"/{api}/x"
        got = explain(gw, api_id=api, token=token, path=path)
        client = gw.get(path, token or None)
        if got["verdict"] == "allow":
            assert client.status == 200, (got, token)
            continue
        assert (client.status, client.body.decode()) == \
            (got["response"]["status"], got["response"]["body"]), token
        assert journal_has(gw, got["reason"]), (got["reason"], token)


def journal_has(gw, reason):
    """Is it one of the newest two? An entry is written after the answer was
    sent, by another worker perhaps than the entry of the answer before."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        newest = gw.control_call("GET", "/tyk/journal?limit=2").json()
        if reason in [one["reason"] for one in newest["decisions"]]:
            return True
    return False


def command(gw, *words, **options):
    return subprocess.run(
        [BUILD / "jotgate", *words, "-c", gw.folder / "tyk.conf"],
        stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60,
        **options)


@pytest.mark.parametrize("offline", [(), ("--offline",)])
def test_the_command_prints_the_same(gw, offline):
    token = hs256({"sub": "ada", "exp": NOW - 7200})
    got = command(gw, "token", "explain", token, "--api", "api", "--request",
                  "GET /api/echo", *offline)
    assert got.returncode == 11, got.stderr
    assert "FAIL  9 claims" in got.stdout.replace("FAIL 1", "FAIL  ") or \
        "claims      exp" in got.stdout
    assert "reason      JG301 401 Key not authorized: token has expired" in \
        got.stdout
    assert 'refused: the client gets 401\n{\n    "error": "Key not auth' in \
        got.stdout
    as_json = command(gw, "token", "explain", token, "--api", "api", "--json",
                      *offline)
    want = explain(gw, api_id="api", token=token)
    have = json.loads(as_json.stdout)
    assert have["v"] == 1
    assert [s["outcome"] for s in have["steps"]] == \
        [s["outcome"] for s in want["steps"]]
    assert have["response"] == want["response"]


def now_is(text):
    """Without what it says of this moment, and of the place it ran at."""
    return re.sub(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\d+ (seconds?|s)\b", "TIME", text)


@pytest.mark.parametrize("api, token, code", [
    ("api", PAGE_TOKEN, 0), ("api", PAGE_TOKEN[:-3] + "AAA", 10),
    ("api", hs256({"sub": "ada", "exp": NOW - 7200}), 11),
    ("api", "x.y", 10), ("api", "\x1b[31m.\u202e.x", 10), ("open", "", 0),
    ("newline", PAGE_TOKEN, 10), ("rsa", PAGE_TOKEN, 10)])
def test_from_another_machine_it_is_the_same(gw, api, token, code):
    words = ("token", "explain", token or "-", "--api", api, "--request",
             f"GET /{api}/echo")
    here = jotgate(*words, "-c", gw.folder / "tyk.conf")
    there = ("--address", f"http://127.0.0.1:{gw.control}")
    env = {"JOTGATE_SECRET": SECRET}
    far = jotgate(*words, *there, env=env)
    assert far.returncode == here.returncode, (far.stderr, here.stderr)
    if token:
        assert far.returncode == code
    assert now_is(far.stdout) == now_is(here.stdout)
    far = jotgate(*words, *there, "--json", env=env)
    here = jotgate(*words, "--json", "-c", gw.folder / "tyk.conf")
    assert now_is(far.stdout) == now_is(here.stdout)
    for raw_byte in "\x1b\u202e":
        assert raw_byte not in far.stdout + far.stderr


def test_from_another_machine_mistakes_have_their_codes(gw):
    words = ("token", "explain", PAGE_TOKEN, "--api")
    there = ("--address", f"http://127.0.0.1:{gw.control}")
    env = {"JOTGATE_SECRET": SECRET}
    done = jotgate(*words, "nobody", *there, env=env)
    assert done.returncode == 6 and 'no API "nobody"' in done.stderr
    assert jotgate(*words, "api", *there).returncode == 4
    assert PAGE_TOKEN not in done.stderr


def test_the_command_says_what_it_lacks(gw):
    got = command(gw, "token", "explain", PAGE_TOKEN)
    assert got.returncode == 2 and "--api is missing" in got.stderr
    got = command(gw, "token", "explain", PAGE_TOKEN, "--api", "nobody")
    assert got.returncode == 6 and 'no API "nobody"' in got.stderr
    assert command(gw, "token", "explain", PAGE_TOKEN, "--api", "api",
                   "--request", "/api/x").returncode == 0
    assert command(gw, "token", "explain", "x.y", "--api",
                   "api").returncode == 10


def test_a_past_request_is_explained_by_its_id(gw):
    gw.get("/api/echo", "not.a.token")
    assert journal_has(gw, "JG104")
    newest = gw.control_call("GET", "/tyk/journal?limit=1").json()
    request_id = newest["decisions"][0]["request_id"]
    got = command(gw, "explain", request_id)
    assert got.returncode == 0, got.stderr
    assert "status    403" in got.stdout and "api       api" in got.stdout
    assert newest["decisions"][0]["reason"] in got.stdout
    assert json.loads(command(gw, "explain", request_id, "--json").stdout)[
        "status"] == 403
    assert command(gw, "explain", "0" * 32).returncode == 6
    assert command(gw, "explain", "nonsense").returncode == 2
    assert SECRET not in got.stdout
