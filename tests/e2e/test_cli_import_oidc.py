"""`jotgate import oidc`: an API out of what an identity provider says."""
import json
import re

import pytest

from command import expect
from gateway import free_port
from idp import Idp
from oidc_provider import OidcProvider



@pytest.fixture
def idp():
    with Idp() as provider:
        yield provider


def run(issuer, *args, **more):
    return expect("import", "oidc", issuer, *args, **more)


PLACE = ["--listen", "/shop/", "--upstream", "http://shop:8000"]


def issuer_of(idp, path):
    return idp.jwks_url.rsplit("/", 1)[0] + path


def test_the_plan_shows_both_documents_and_writes_nothing(idp, folder):
    done = run(issuer_of(idp, "/realms/shop"), *PLACE, cwd=folder)
    assert done.stdout.startswith("Keycloak: http://127.0.0.1:")
    assert "\n+ ./apps/shop-oas.json\n+   {\n" in done.stdout
    assert "\n+ ./policies/shop.json\n+   {\n" in done.stdout
    assert '"allowedIssuers": [' in done.stdout
    assert "nothing was written" in done.stderr
    assert list(folder.iterdir()) == []


def test_what_deserves_a_warning_gets_one(idp):
    said = run(issuer_of(idp, "/realms/shop"), *PLACE).stderr
    for words in ("plain http", "this machine only", "any audience"):
        assert words in said
    said = run(issuer_of(idp, "/realms/shop"), *PLACE, "--audience", "s").stderr
    assert "any audience" not in said


@pytest.mark.parametrize("path, provider, claim", [
    ("/realms/shop", "keycloak", "sub"), ("/application/o/shop", "authentik",
                                          "sub"), ("/plain", "oidc", "sub")])
def test_the_provider_decides_the_claims(idp, path, provider, claim):
    report = json.loads(run(issuer_of(idp, path), *PLACE, "--json").stdout)
    assert report["discovery"]["provider"]["id"] == provider
    scheme = report["api"]["x-tyk-api-gateway"]["server"]["authentication"][
        "securitySchemes"]["token"]
    assert scheme["subjectClaims"] == [claim]
    assert scheme["allowedIssuers"] == [report["discovery"]["issuer"]]


def test_a_real_provider_s_token_passes(folder, gateway):
    with OidcProvider(folder, ["RS256"]) as op:
        run(op.issuer, "--listen", "/shop/", "--upstream",
            f"http://127.0.0.1:{gateway.upstream.port}", "--audience",
            "urn:RS256", "--to", gateway.folder)
        gateway.start()
        token = op.token("RS256")
        assert gateway.get("/shop/echo", token).status == 200
        assert gateway.get("/shop/echo", token[:-4] + "AAAA").status == 403
        assert gateway.get("/shop/echo").status in (400, 401)


def test_a_token_for_another_audience_is_refused(folder, gateway):
    with OidcProvider(folder, ["RS256"]) as op:
        run(op.issuer, "--listen", "/shop/", "--upstream",
            f"http://127.0.0.1:{gateway.upstream.port}", "--audience",
            "urn:other", "--to", gateway.folder)
        gateway.start()
        assert gateway.get("/shop/echo", op.token("RS256")).status == 401


def test_files_that_exist_are_left_and_none_is_half_done(idp, folder):
    (folder / "apps").mkdir()
    mine = folder / "apps" / "shop-oas.json"
    mine.write_text("mine")
    done = run(issuer_of(idp, "/a"), *PLACE, "--to", folder, code=1)
    assert "exists already" in done.stderr
    assert mine.read_text() == "mine"
    assert list((folder / "policies").iterdir()) == []


@pytest.mark.parametrize("args, words", [
    ([], "--listen /shop/ --upstream"),
    (["--listen", "shop", "--upstream", "http://u"], "begins with a slash"),
    (["--listen", "/", "--upstream", "http://u"], "--id NAME"),
    (["--listen", "/a/", "--upstream", "http://u", "--id", "../x"],
     "cannot be the id"),
    (["--listen", "/a/", "--upstream", "ftp://u"], "cannot be made so"),
])
def test_a_wrong_command_line_is_said(idp, args, words):
    assert words in run(issuer_of(idp, "/a"), *args, code=2).stderr


def test_a_provider_that_is_not_there_is_said(folder):
    done = run(f"http://127.0.0.1:{free_port()}", *PLACE, code=1)
    assert "cannot fetch http://127.0.0.1:" in done.stderr


@pytest.mark.parametrize("mode", ["html", "huge", "empty-body", "500", "redirect",
                                  "deep", "twice", "not-a-set"])
def test_a_provider_that_lies_gets_nothing_written(idp, folder, mode):
    idp.discovery_mode = mode
    done = run(issuer_of(idp, "/a"), *PLACE, "--to", folder / "out", code=1)
    assert not (folder / "out").exists()
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f]", done.stderr)
