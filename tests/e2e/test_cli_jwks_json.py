"""`jotgate jwks gen|convert|watch --json`: what they say, for programs; keys by
URL, and split tokens, in another form."""
import json
import subprocess

import pytest
from jwcrypto import jwk

from command import JOTGATE, environment, expect
from idp import Idp
from tokens import PAGE_TOKEN


def report(*words, **more):
    done = expect(*words, "--json", **more)
    got = json.loads(done.stdout)
    assert got.pop("v") == 1
    return got


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "RS256"])
def test_a_made_pair(folder, alg):
    path = folder / "key.json"
    key = report("jwks", "gen", "--alg", alg, "-o", path)["key"]
    private = jwk.JWK(**json.loads(path.read_text()))
    assert key["private_file"] == str(path) and "private" not in key
    public, = key["public"]["keys"]
    assert "d" not in public and public["kid"] == private.thumbprint()
    both = report("jwks", "gen", "--alg", alg)["key"]
    assert "d" in both["private"] and "private_file" not in both
    assert jwk.JWK(**both["private"]).export_public(as_dict=True)["kid"] == \
        both["public"]["keys"][0]["kid"]


def test_a_made_secret(folder):
    key = report("jwks", "gen", "--alg", "HS256")["key"]
    assert key["what"] == "secret of 32 bytes" and "public" not in key
    assert key["private"]["kty"] == "oct"
    path = folder / "k"
    assert "private" not in report("jwks", "gen", "--alg", "HS256", "-o",
                                   path)["key"]
    assert json.loads(path.read_text())["kty"] == "oct"


def test_a_converted_key_is_the_same_as_without(folder):
    path = folder / "key.json"
    expect("jwks", "gen", "--alg", "ES256", "-o", path)
    for form in ("pem", "jwk", "jwks"):
        plain = expect("jwks", "convert", path, "--to", form).stdout
        got = report("jwks", "convert", path, "--to", form)
        assert got == {form: plain if form == "pem" else json.loads(plain)}
    path.write_text("none")
    assert expect("jwks", "convert", path, "--to", "jwk", "--json",
                  code=1).stdout == ""


def test_watched_keys_are_one_object_a_line():
    with Idp("ES256") as idp:
        first = idp.key.kid
        watch = subprocess.Popen(
            [JOTGATE, "jwks", "watch", idp.jwks_url, "--every", "1", "--count",
             "60", "--json"], stdout=subprocess.PIPE, text=True,
            env=environment())
        try:
            seen = [json.loads(watch.stdout.readline())]
            second = idp.rotate(keep=0).kid
            seen += [json.loads(watch.stdout.readline()) for _ in range(2)]
            idp.mode = "empty-set"
            last = json.loads(watch.stdout.readline())
        finally:
            watch.kill()
            watch.wait()
            watch.stdout.close()
    assert [(e["v"], e["event"], e["kid"]) for e in seen] == [
        (1, "added", first), (1, "added", second), (1, "gone", first)]
    assert all(len(e["thumbprint"]) == 43 and e["key"] == "EC P-256"
               for e in seen)
    assert last["event"] == "unusable" and "fault" in last and \
        last["time"].endswith("Z")


def test_keys_by_url_are_converted():
    with Idp("ES256", "RS256") as idp:
        pem = expect("jwks", "convert", idp.jwks_url, "--to", "pem").stdout
        assert pem.count("BEGIN PUBLIC KEY") == 2
        found = report("jwks", "convert", idp.url, "--discover", "--to", "jwks")
        assert [k["kid"] for k in found["jwks"]["keys"]] == \
            [k.kid for k in idp.keys]
        done = expect("jwks", "convert", idp.jwks_url, "--to", "jwk",
                      "--private", code=2)
        assert "is a URL" in done.stderr
        idp.mode = "404"
        assert expect("jwks", "convert", idp.jwks_url, "--to", "pem",
                      code=1).stdout == ""


def test_a_split_token_is_joined_again():
    parts = expect("token", "split", PAGE_TOKEN, "--json").stdout
    assert expect("token", "join", "-", stdin=parts).stdout == PAGE_TOKEN + "\n"
    assert report("token", "join", "-", stdin=parts) == {"token": PAGE_TOKEN}


@pytest.mark.parametrize("text, code", [
    ("", 1), ("{", 1), ("[]", 1), ("{}", 1), ('{"header":"a","payload":"b"}', 1),
    ('{"header":7,"payload":"b","handed_out":"c"}', 1),
    ('{"header":"a.b","payload":"c","handed_out":"d"}', 10),
    ('{"header":"\x1b[2J","payload":"c.","handed_out":"d"}', 1)])
def test_what_is_no_split_token_is_said(text, code):
    done = expect("token", "join", "-", stdin=text, code=code)
    assert done.stdout == "" and "\x1b" not in done.stderr
