"""`jotgate token` and `jotgate jwks`, with PyJWT and jwcrypto as the peers."""
import base64
import json
import os
import pathlib
import stat
import subprocess
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from idp import Idp
from idp_keys import Key
from jwcrypto import jwk

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("JOTGATE_BUILD", ROOT / "build"))
JOTGATE = os.environ.get("JOTGATE_BIN", str(BUILD / "jotgate"))

SECRET = b"a-test-secret-of-more-than-32-bytes-for-hs256"
PAGE_TOKEN = (
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIiwibmFtZSI6"
    "IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.7u0ls1snw4tPEzd0JTFaf19oXoOvQYtowi"
    "HEAZnan74")

ASYMMETRIC = ["RS256", "RS512", "PS256", "PS384", "ES256", "ES384", "ES512",
              "EdDSA"]


def run(*args, stdin=""):
    return subprocess.run([JOTGATE, *map(str, args)], input=stdin, text=True,
                          capture_output=True, timeout=60)


def good(*args, stdin=""):
    done = run(*args, stdin=stdin)
    assert done.returncode == 0, done.stderr
    return done.stdout


def private_key(alg):
    if alg.startswith(("RS", "PS")):
        return rsa.generate_private_key(65537, 2048)
    if alg == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    curve = {"ES256": ec.SECP256R1, "ES384": ec.SECP384R1,
             "ES512": ec.SECP521R1}[alg]
    return ec.generate_private_key(curve())


def private_pem(key):
    return key.private_bytes(serialization.Encoding.PEM,
                             serialization.PrivateFormat.PKCS8,
                             serialization.NoEncryption())


def public_pem(key):
    return key.public_key().public_bytes(
        serialization.Encoding.PEM,
        serialization.PublicFormat.SubjectPublicKeyInfo)


@pytest.fixture
def secret(tmp_path):
    path = tmp_path / "secret"
    path.write_bytes(SECRET)
    return path


# sign


def test_the_token_of_the_product_page_is_made_byte_for_byte(tmp_path):
    path = tmp_path / "secret"
    path.write_text("tyk123")
    made = good("token", "sign", "--secret-file", path, "--claim",
                "sub=1234567890", "--claim", "name=John Doe", "--iat",
                "1516239022")
    assert made == PAGE_TOKEN + "\n"


@pytest.mark.parametrize("alg", ["HS256", "HS384", "HS512"])
def test_pyjwt_takes_what_a_secret_signs(secret, alg):
    token = good("token", "sign", "--secret-file", secret, "--alg", alg,
                 "--exp", "+15m", "-c", "sub=alice", "-c", "n:=[1,true,null]",
                 "--header", "x=y").strip()
    claims = jwt.decode(token, SECRET, [alg])
    assert claims["sub"] == "alice"
    assert claims["n"] == [1, True, None]
    assert abs(claims["exp"] - claims["iat"] - 900) <= 1
    assert jwt.get_unverified_header(token) == {"alg": alg, "typ": "JWT",
                                                "x": "y"}


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_pyjwt_and_we_take_each_others_tokens(tmp_path, alg):
    key = private_key(alg)
    private, public = tmp_path / "private.pem", tmp_path / "public.pem"
    private.write_bytes(private_pem(key))
    public.write_bytes(public_pem(key))

    ours = good("token", "sign", "--key", private, "--alg", alg, "--exp",
                "+1h", "-c", "sub=bob").strip()
    assert jwt.decode(ours, public_pem(key), [alg])["sub"] == "bob"

    theirs = jwt.encode({"sub": "carol", "exp": int(time.time()) + 60}, key,
                        alg)
    assert json.loads(good("token", "verify", theirs, "--key",
                           public))["sub"] == "carol"


@pytest.mark.parametrize("when, seconds", [
    ("+90s", 90), ("+15m", 900), ("+2h", 7200), ("+1d", 86400),
    ("+1w", 604800), ("-5m", -300), ("now", 0)])
def test_times_relative_to_now(secret, when, seconds):
    token = good("token", "sign", "--secret-file", secret, f"--exp={when}")
    exp = jwt.decode(token.strip(), options={"verify_signature": False})["exp"]
    assert abs(exp - time.time() - seconds) <= 5


@pytest.mark.parametrize("when, unix", [
    ("1700000000", 1700000000), ("2030-01-01", 1893456000),
    ("2030-01-01T12:00:00Z", 1893499200)])
def test_times_on_the_calendar(secret, when, unix):
    token = good("token", "sign", "--secret-file", secret, "--exp", when)
    claims = jwt.decode(token.strip(), options={"verify_signature": False})
    assert claims["exp"] == unix


@pytest.mark.parametrize("args, words", [
    (["--exp", "tomorrow"], "no point in time"),
    (["--exp", "+15y"], "no point in time"),
    (["--exp", "-999999w"], "no point in time"),
    (["-c", "novalue"], "has no ="),
    (["-c", "=x"], "has no ="),
    (["-c", "x:={"], "not valid JSON"),
    (["--alg", "none"], "never signed with none"),
    (["--alg", "HS999"], "not known"),
    (["--alg", "RS256"], "cannot sign with RS256"),
])
def test_what_cannot_be_signed_is_a_usage_error(secret, args, words):
    done = run("token", "sign", "--secret-file", secret, *args)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def test_claims_of_a_file_come_first_and_can_be_overridden(secret, tmp_path):
    path = tmp_path / "claims.json"
    path.write_text('{"sub": "a", "iat": 7, "deep": {"x": [1]}}')
    token = good("token", "sign", "--secret-file", secret, "--claims", path,
                 "-c", "sub=b").strip()
    payload = token.split(".")[1]
    text = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    assert text == b'{"sub":"b","iat":7,"deep":{"x":[1]}}'


def test_a_jwk_gives_its_kid_and_its_alg(tmp_path):
    key = jwk.JWK.generate(kty="RSA", size=2048, kid="k1", alg="PS256")
    path = tmp_path / "key.json"
    path.write_text(key.export_private())
    token = good("token", "sign", "--key", path, "--exp", "+1m").strip()
    assert jwt.get_unverified_header(token) == {
        "alg": "PS256", "typ": "JWT", "kid": "k1"}


# verify


def test_the_payload_comes_out_exactly_as_it_was_signed(secret):
    token = jwt.encode({"b": 1, "a": "\u00e4"}, SECRET, "HS256")
    payload = token.split(".")[1]
    raw = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    out = good("token", "verify", token, "--secret-file", secret)
    assert out.encode() == raw + b"\n"


def test_a_token_comes_from_stdin_too(secret):
    token = jwt.encode({"sub": "x"}, SECRET, "HS256")
    for stdin in (token, token + "\n", "Bearer " + token):
        for args in ((), ("-",)):
            assert "x" in good("token", "verify", *args, "--secret-file",
                               secret, stdin=stdin)


@pytest.mark.parametrize("change, code, reason", [
    (lambda t: t, 0, None),
    (lambda t: t[:-4] + ("AAAA" if t[-4:] != "AAAA" else "BBBB"), 10, "JG207"),
    (lambda t: t + "AAAA", 10, "JG206"),
    (lambda t: t + "=", 10, "JG104"),
    (lambda t: "a.b", 10, "JG103"),
    (lambda t: "x" * 70000, 10, "JG102"),
    (lambda t: t + ".x.y", 10, "JG110"),
    (lambda t: jwt.encode({}, SECRET, "HS256", headers={"crit": ["exp"]}), 10,
     "JG109"),
    (lambda t: jwt.encode({}, None, "none"), 10, "JG201"),
    (lambda t: jwt.encode({"exp": 1}, SECRET, "HS256"), 11, "JG301"),
    (lambda t: jwt.encode({"nbf": 9999999999}, SECRET, "HS256"), 10, "JG303"),
    (lambda t: jwt.encode({"iat": 9999999999}, SECRET, "HS256"), 10, "JG302"),
])
def test_reasons_and_exit_codes(secret, tmp_path, change, code, reason):
    token = change(jwt.encode({"sub": "x"}, SECRET, "HS256"))
    done = run("token", "verify", "--secret-file", secret, stdin=token)
    assert done.returncode == code, done.stderr
    if reason is None:
        return
    assert done.stdout == ""
    assert reason in done.stderr
    as_json = run("token", "verify", "--json", "--secret-file", secret,
                  stdin=token)
    assert as_json.returncode == code
    answer = json.loads(as_json.stdout)
    assert answer["v"] == 1 and answer["valid"] is False
    assert answer["reason"] == reason


def test_an_exp_of_the_wrong_type_is_refused_not_expired(secret):
    head = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")
    body = base64.urlsafe_b64encode(b'{"exp":"1"}').rstrip(b"=")
    mac = jwt.algorithms.HMACAlgorithm(
        jwt.algorithms.HMACAlgorithm.SHA256).sign(head + b"." + body, SECRET)
    token = b".".join([head, body, base64.urlsafe_b64encode(mac).rstrip(b"=")])
    done = run("token", "verify", token.decode(), "--secret-file", secret)
    assert done.returncode == 10
    assert "JG301" in done.stderr


def test_leeway_helps_by_its_seconds(secret):
    token = jwt.encode({"exp": int(time.time()) - 30}, SECRET, "HS256")
    assert run("token", "verify", token, "--secret-file",
               secret).returncode == 11
    good("token", "verify", token, "--secret-file", secret, "--leeway", "60")
    assert run("token", "verify", token, "--secret-file", secret, "--leeway",
               "1y").returncode == 2


@pytest.mark.parametrize("claims, args, code", [
    ({"iss": "a", "aud": "b"}, ["--iss", "a", "--aud", "b"], 0),
    ({"iss": "a", "aud": ["x", "b"]}, ["--aud", "b"], 0),
    ({"iss": "a"}, ["--iss", "A"], 10),
    ({}, ["--iss", "a"], 10),
    ({"iss": ["a"]}, ["--iss", "a"], 10),
    ({"aud": ["x"]}, ["--aud", "b"], 10),
    ({}, ["--aud", ""], 10),
    ({"aud": [["b"]]}, ["--aud", "b"], 10),
])
def test_issuer_and_audience_must_be_there_and_equal(secret, claims, args,
                                                     code):
    head = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).rstrip(b"=")
    mac = jwt.algorithms.HMACAlgorithm(
        jwt.algorithms.HMACAlgorithm.SHA256).sign(head + b"." + body, SECRET)
    token = b".".join([head, body, base64.urlsafe_b64encode(mac).rstrip(b"=")])
    done = run("token", "verify", token.decode(), "--secret-file", secret,
               *args)
    assert done.returncode == code, done.stderr


def test_a_public_key_never_becomes_an_hmac_secret(tmp_path):
    """The classic confusion: HS256 over the bytes of the public key."""
    key = private_key("RS256")
    pem = tmp_path / "public.pem"
    pem.write_bytes(public_pem(key))
    head = base64.urlsafe_b64encode(b'{"alg":"HS256"}').rstrip(b"=")
    body = base64.urlsafe_b64encode(b'{"sub":"admin"}').rstrip(b"=")
    mac = jwt.algorithms.HMACAlgorithm(
        jwt.algorithms.HMACAlgorithm.SHA256)
    sig = mac.sign(head + b"." + body, pem.read_bytes())
    token = b".".join([head, body, base64.urlsafe_b64encode(sig).rstrip(b"=")])
    assert run("token", "verify", token.decode(), "--key",
               pem).returncode == 10
    assert run("token", "verify", token.decode(), "--secret-file",
               pem).returncode == 1


def test_alg_narrows_what_is_taken(tmp_path):
    key = private_key("RS256")
    pem = tmp_path / "public.pem"
    pem.write_bytes(public_pem(key))
    token = jwt.encode({"sub": "x"}, key, "RS512")
    good("token", "verify", token, "--key", pem, "--alg", "RS256,RS512")
    done = run("token", "verify", token, "--key", pem, "--alg", "RS256")
    assert done.returncode == 10 and "JG201" in done.stderr
    assert run("token", "verify", token, "--key", pem, "--alg",
               "RS257").returncode == 2


def test_a_key_set_is_searched_by_kid(tmp_path):
    keys = [jwk.JWK.generate(kty="EC", crv="P-256", kid=f"k{i}")
            for i in range(3)]
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [k.export_public(as_dict=True)
                                         for k in keys]}))
    pem = keys[1].export_to_pem(private_key=True, password=None)
    token = jwt.encode({"sub": "x"}, pem, "ES256", headers={"kid": "k1"})
    good("token", "verify", token, "--jwks", path)
    wrong = jwt.encode({"sub": "x"}, pem, "ES256", headers={"kid": "k2"})
    assert "JG207" in run("token", "verify", wrong, "--jwks", path).stderr
    unknown = jwt.encode({"sub": "x"}, pem, "ES256", headers={"kid": "k9"})
    done = run("token", "verify", unknown, "--jwks", path)
    assert done.returncode == 10
    assert "JG204" in done.stderr and "k9" in done.stderr


def test_a_token_is_verified_with_a_key_set_by_url():
    with Idp("ES256") as idp:
        token = idp.token()
        good("token", "verify", token, "--jwks", idp.jwks_url)
        good("token", "verify", token, "--jwks", f"{idp.url}/realms/shop",
             "--discover")
        stranger = idp.token(Key("ES256"))
        done = run("token", "verify", stranger, "--jwks", idp.jwks_url)
        assert done.returncode == 10 and "JG204" in done.stderr
        idp.mode = "404"
        done = run("token", "verify", token, "--jwks", idp.jwks_url)
        assert done.returncode == 1 and "404" in done.stderr
    done = run("token", "verify", token, "--jwks", "http://idp.invalid/k")
    assert done.returncode == 1
    assert "not allowed" in done.stderr and "--allow-http" in done.stderr


def test_changes_of_a_key_set_are_watched():
    with Idp("ES256") as idp:
        first = idp.key.kid
        watch = subprocess.Popen(
            [JOTGATE, "jwks", "watch", idp.jwks_url, "--every", "1",
             "--count", "60"], stdout=subprocess.PIPE, text=True)
        assert f'+ kid "{first}"' in watch.stdout.readline()
        second = idp.rotate(keep=0).kid
        lines = [watch.stdout.readline() for _ in range(2)]
        assert f'+ kid "{second}"' in lines[0]
        assert f'- kid "{first}"' in lines[1]
        idp.mode = "empty-set"
        assert "! no usable key" in watch.stdout.readline()
        watch.kill()
        watch.wait(10)
    assert run("jwks", "watch", "file.json").returncode == 2


def test_one_newline_after_a_secret_is_no_secret(tmp_path):
    path = tmp_path / "secret"
    for text in ("tyk123\n", "tyk123\r\n", "tyk123"):
        path.write_bytes(text.encode())
        done = run("token", "verify", PAGE_TOKEN, "--secret-file", path)
        assert done.returncode == 0, done.stderr
        assert ("newline" in done.stderr) == (text != "tyk123")
    path.write_text("tyk123\n\n")
    assert run("token", "verify", PAGE_TOKEN, "--secret-file",
               path).returncode == 10


# Nothing secret in any output


@pytest.mark.parametrize("verb", ["sign", "verify"])
def test_a_secret_on_the_command_line_is_warned_of_and_never_shown(verb):
    args = ["token", verb, "--secret", "s3cr3t-in-argv"]
    if verb == "verify":
        args.append(PAGE_TOKEN)
    done = run(*args)
    assert "ps" in done.stderr
    assert "s3cr3t" not in done.stdout + done.stderr


def test_no_private_key_in_error_texts(tmp_path):
    key = private_key("ES256")
    path = tmp_path / "key.pem"
    text = private_pem(key).decode()
    path.write_text(text.replace("M", "N", 3))
    done = run("token", "sign", "--key", path)
    assert done.returncode == 1
    for line in text.splitlines()[1:-1]:
        assert line[8:40] not in done.stderr


# inspect, split


def test_inspect_says_loudly_that_nothing_is_proved():
    done = run("token", "inspect", PAGE_TOKEN)
    assert done.returncode == 0
    assert "NOT VERIFIED" in done.stderr
    assert done.stdout.count("NOT VERIFIED") == 2
    assert "2018-01-18T01:30:22Z" in done.stdout
    assert "years ago" in done.stdout
    answer = json.loads(good("token", "inspect", "--json", PAGE_TOKEN))
    assert answer["v"] == 1 and answer["verified"] is False
    assert answer["header"] == {"alg": "HS256", "typ": "JWT"}
    assert answer["claims"]["name"] == "John Doe"


def test_inspect_shows_what_a_gateway_would_refuse():
    token = jwt.encode({"sub": "x"}, None, "none")
    done = run("token", "inspect", token)
    assert done.returncode == 0
    assert "NOT SIGNED" in done.stdout and "JG201" in done.stderr
    assert run("token", "inspect", "not-a-token").returncode == 10
    assert run("token", "inspect", "e30.e.").returncode == 10


def test_a_hostile_token_does_not_steer_the_terminal():
    claims = {"x": "\x1b[31m\x9b31m\x7f\u202eevil\u2066"}
    token = jwt.encode(claims, "x", "HS256")
    for args in (("--json",), ()):
        out = good("token", "inspect", token, *args)
        for bad in "\x1b\x9b\x7f\u202e\u2066":
            assert bad not in out
    assert json.loads(good("token", "inspect", "--json",
                           token))["claims"] == claims


def test_split_hands_out_the_signature_only():
    answer = json.loads(good("token", "split", "--json", PAGE_TOKEN))
    header, payload, signature = PAGE_TOKEN.split(".")
    assert answer == {"v": 1, "handed_out": signature, "header": header,
                      "payload": payload}
    assert signature in good("token", "split", stdin=PAGE_TOKEN)


# jwks


@pytest.mark.parametrize("alg", [*ASYMMETRIC, "HS256", "HS512", "Ed25519"])
def test_a_made_key_signs_what_its_public_set_verifies(tmp_path, alg):
    private, public = tmp_path / "private.json", tmp_path / "public.json"
    out = good("jwks", "gen", "--alg", alg, "--private-out", private)
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    key = jwk.JWK(**json.loads(private.read_text()))
    token = good("token", "sign", "--key", private, "--exp", "+1m").strip()
    if alg.startswith("HS"):
        assert out == ""
        good("token", "verify", token, "--key", private)
        return
    public.write_text(out)
    keys = json.loads(out)["keys"]
    assert len(keys) == 1 and "d" not in keys[0]
    assert keys[0]["kid"] == key.thumbprint()
    good("token", "verify", token, "--jwks", public)


def test_an_existing_key_is_never_overwritten(tmp_path):
    path = tmp_path / "key.json"
    path.write_text("precious")
    done = run("jwks", "gen", "--alg", "ES256", "--private-out", path)
    assert done.returncode == 1 and "exists" in done.stderr
    assert path.read_text() == "precious"


@pytest.mark.parametrize("alg", ASYMMETRIC)
def test_keys_survive_every_conversion(tmp_path, alg):
    key = private_key(alg)
    pem = tmp_path / "private.pem"
    pem.write_bytes(private_pem(key))
    peer = jwk.JWK.from_pem(private_pem(key))

    as_jwk = json.loads(good("jwks", "convert", pem, "--to", "jwk"))
    assert "d" not in as_jwk
    assert jwk.JWK(**as_jwk).thumbprint() == peer.thumbprint()
    private = good("jwks", "convert", pem, "--to", "jwk", "--private")
    assert jwk.JWK(**json.loads(private)).export_to_pem(
        private_key=True, password=None) == peer.export_to_pem(
            private_key=True, password=None)
    again = good("jwks", "convert", "-", "--to", "pem", "--private",
                 stdin=private)
    assert again.encode() == private_pem(key)
    public = good("jwks", "convert", pem, "--to", "pem")
    assert public.encode() == public_pem(key)
    as_set = json.loads(good("jwks", "convert", pem, "--to", "jwks"))
    assert len(as_set["keys"]) == 1
    assert good("jwks", "thumbprint",
                pem).strip() == peer.thumbprint()


def test_a_secret_has_no_public_form(secret, tmp_path):
    assert run("jwks", "convert", "--secret-file", secret, "--to",
               "jwk").returncode == 2
    text = good("jwks", "convert", "--secret-file", secret, "--to", "jwk",
                "--private")
    k = json.loads(text)["k"]
    assert base64.urlsafe_b64decode(k + "=" * (-len(k) % 4)) == SECRET
    path = tmp_path / "oct.json"
    path.write_text(text)
    done = run("jwks", "convert", path, "--to", "jwk")
    assert done.returncode == 2 and k not in done.stdout + done.stderr
    assert json.loads(good("jwks", "convert", path, "--to", "jwk",
                           "--private"))["k"] == k


def test_show_names_every_key_and_why_some_are_skipped(tmp_path):
    good_key = jwk.JWK.generate(kty="EC", crv="P-256", kid="good", use="sig")
    enc_key = jwk.JWK.generate(kty="RSA", size=2048, kid="enc", use="enc")
    path = tmp_path / "jwks.json"
    path.write_text(json.dumps({"keys": [
        good_key.export_public(as_dict=True),
        enc_key.export_public(as_dict=True)]}))
    out = good("jwks", "show", path)
    assert "good" in out and good_key.thumbprint() in out
    assert "SKIPPED" in out
    answer = json.loads(good("jwks", "show", path, "--json"))
    first, second = answer["keys"]
    assert first["usable"] and first["thumbprint"] == good_key.thumbprint()
    assert first["kty"] == "EC" and first["what"] == "EC P-256"
    assert not second["usable"] and second["kid"] == "enc"
    path.write_text('{"keys": []}')
    assert run("jwks", "show", path).returncode == 1
    path.write_text("nonsense")
    assert run("jwks", "show", path).returncode == 1


# The command line itself


@pytest.mark.parametrize("args, words", [
    (["tokken"], 'Did you mean "token"'),
    (["token", "verfy"], 'Did you mean "token verify"'),
    (["token", "verify", "--scret-file", "x"], 'Did you mean "--secret-file"'),
    (["token", "verify", "--key"], "needs FILE"),
    (["token", "verify", "a", "b"], 'unexpected argument "b"'),
    (["token", "verify", PAGE_TOKEN], "no key is given"),
    (["token", "verify", PAGE_TOKEN, "--secret", "x", "--key", "y"],
     "one of them is enough"),
    (["jwks", "show"], "an argument is missing"),
    (["jwks", "gen"], "no algorithm"),
    (["token"], "Usage: jotgate token"),
    ([], "Usage: jotgate"),
    (["version", "--json=x"], "takes no value"),
])
def test_usage_errors_say_what_was_meant(args, words):
    done = run(*args)
    assert done.returncode == 2
    assert words in done.stderr
    assert done.stdout == ""


def commands():
    """From the help text itself, so that none is forgotten."""
    lines = good("help").split("\nTopics, ")[0].splitlines()
    return [line[2:20].split() for line in lines
            if line.startswith("  ") and line[2] != " "]


def test_every_command_has_help():
    found = commands()
    assert len(found) >= 14
    for words in found:
        text = good(*words, "--help")
        assert text.startswith("jotgate " + " ".join(words) + ": ")
        assert "Usage: " in text
        assert text == good("help", *words)
        assert all(len(line) <= 110 for line in text.splitlines())


def test_reasons_are_explained_offline():
    text = good("reason", "JG207")
    assert text.startswith("JG207") and "signature" in text
    assert text == good("reason", "207") == good("reason", "jg207")
    answer = json.loads(good("reason", "--json", "JG207"))
    assert answer["reason"]["status"] == 403
    assert len(json.loads(good("reason", "--json"))["reasons"]) > 50
    assert run("reason", "JG999").returncode == 6


def test_version_and_exit_codes():
    assert good("version").startswith("jotgate ")
    assert good("--version") == good("version")
    assert json.loads(good("version", "--json"))["v"] == 1
    assert "11  the token is good, but expired" in good("help", "exit-codes")


def test_colour_is_for_people_only():
    plain = run("token", "inspect", PAGE_TOKEN).stderr
    assert "\x1b" not in plain
    assert "\x1b" in run("token", "inspect", PAGE_TOKEN,
                         "--color=always").stderr
    assert run("token", "inspect", PAGE_TOKEN,
               "--color=sometimes").returncode == 2


def test_a_full_output_is_an_error():
    with open("/dev/full", "w") as full:
        done = subprocess.run([JOTGATE, "reason"], stdout=full,
                              stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 1
    assert "standard output" in done.stderr
