"""`jotgate jwks gen|convert|watch --json`: what they say, for programs."""
import json
import subprocess

import pytest
from jwcrypto import jwk

from command import JOTGATE, environment, expect
from idp import Idp


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
