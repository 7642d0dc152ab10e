"""`jotgate doctor`: what is wrong is found, and said with what to do."""
import json
import os
import re
import socket
import time

import pytest

from command import expect, jotgate
from gateway import Gateway, b64, free_port
from idp import Idp
from tokens import hs256



@pytest.fixture
def made(folder, upstream):
    """A gateway's files; nothing runs."""
    folder.chmod(0o755)
    gateway = Gateway(folder, upstream)
    gateway.add_policy(rate=100, per=1)
    gateway.add_api(jwt_profile="strict", allowed_audiences=["a"],
                    jwt_source=b64("0123456789abcdef0123456789abcdef-own"))
    write(gateway)
    return gateway


def write(gateway):
    path = gateway.folder / "tyk.conf"
    path.write_text(json.dumps(gateway.conf))
    path.chmod(0o600)
    for file in [*gateway.apps.iterdir(), *gateway.policies.iterdir()]:
        file.chmod(0o640)


def doctor(gateway, *args, code=None):
    if code is None:
        return jotgate("doctor", *args, gateway=gateway)
    return expect("doctor", *args, gateway=gateway, code=code)


def findings(gateway, code=None):
    """What is not fine, but for this build's missing dashboard."""
    report = json.loads(doctor(gateway, "--json", code=code).stdout)
    assert report["v"] == 1
    bad = [f for f in report["findings"] if f["grade"] != "ok"]
    assert report["errors"] == sum(f["grade"] == "error" for f in bad)
    assert report["warnings"] == sum(f["grade"] == "warning" for f in bad)
    return [f for f in bad if "dashboard" not in f["what"]]


def only(found, words):
    """The one finding with <words> in it: it says what to do."""
    fits = [f for f in found if words in f["what"]]
    assert len(fits) == 1, found
    assert fits[0]["fix"]
    return fits[0]


def test_nothing_is_wrong_with_a_careful_set_up(made):
    assert findings(made, code=0) == []


def test_a_running_gateway_is_as_fine_as_a_stopped_one(made):
    made.start()
    try:
        (made.folder / "tyk.conf").chmod(0o600)
        assert findings(made, code=0) == []
    finally:
        made.stop()


def test_a_port_that_somebody_has_is_an_error(made):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        made.conf["listen_port"] = taken.getsockname()[1]
        write(made)
        found = only(findings(made, code=1), "cannot be used")
        assert str(os.getpid()) in found["what"]
        assert found["where"].endswith("tyk.conf")


def test_secrets_that_everybody_can_read_are_named(made):
    (made.folder / "tyk.conf").chmod(0o644)
    api, = made.apps.iterdir()
    api.chmod(0o644)
    found = findings(made, code=0)
    assert only(found, "the secret of the control API")["fix"] == \
        f"chmod o-r {made.folder}/tyk.conf"
    assert only(found, "the secret of an API")["where"] == str(api)


@pytest.mark.skipif(os.geteuid() != 0, reason="workers are another user only "
                    "when root starts them")
def test_a_storage_folder_that_workers_cannot_reach_is_an_error(made):
    made.folder.chmod(0o700)
    found = only(findings(made, code=1), "the workers run as")
    assert found["fix"] == f"chmod o+x {made.folder}"


@pytest.mark.parametrize("fields, grade, words", [
    ({"allowed_audiences": []}, "warning", "any audience"),
    ({"jwt_profile": ""}, "warning", "without exp"),
    ({"enable_jwt": False, "use_keyless": True}, "warning", "everybody may"),
    ({"jwt_default_policies": ["nope"]}, "error", '"nope" does not exist'),
    ({"jwt_default_policies": [], "jwt_policy_field_name": ""}, "error",
     "nothing says which policy"),
    ({"use_openid": True}, "error", "every request to it is refused"),
])
def test_definitions_that_do_not_do_what_they_seem_to(made, fields, grade,
                                                      words):
    path, = made.apps.iterdir()
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))
    write(made)
    found = only(findings(made, code=grade == "error"), words)
    assert found["grade"] == grade


def test_many_apis_of_one_smell_are_one_finding(made):
    for i in range(20):
        made.add_api(f"api-{i:02}", jwt_profile="strict")
    write(made)
    assert only(findings(made), "any audience")["where"] == \
        "API api-00, api-01, api-02 and 17 more"


def test_a_policy_without_a_rate_is_named(made):
    made.add_policy("free", rate=0)
    write(made)
    assert only(findings(made, code=0), "no rate limit")["where"] == \
        "policy free"


def test_names_that_nobody_knows_are_errors(made):
    made.add_api("lost", jwt_profile="strict", allowed_audiences=["a"], proxy={
        "listen_path": "/lost/", "target_url": "http://nobody.invalid/"})
    write(made)
    assert "nobody.invalid" in only(findings(made, code=1), "not known")["what"]


def test_key_sets_that_cannot_be_had_or_used_are_errors(made):
    made.add_api("keys", jwt_profile="strict", allowed_audiences=["a"],
                 jwt_signing_method="rsa", allowed_issuers=["https://i"],
                 jwt_source=b64(f"http://127.0.0.1:{free_port()}/jwks"))
    write(made)
    found = only(findings(made, code=1), "cannot be fetched")
    assert "127.0.0.1" in found["seen"] and found["where"] == "API keys"


def test_without_a_configuration_it_says_so(folder):
    done = expect("doctor", "-c", folder / "none", "--json", code=3)
    assert any("cannot be read" in f["what"]
               for f in json.loads(done.stdout)["findings"])


def test_a_faulty_definition_is_told_with_its_place(made):
    (made.apps / "broken.json").write_text('{"api_id": }')
    found = findings(made, code=1)
    assert found[0]["where"].endswith("broken.json:1:12")


def test_nothing_of_it_steers_a_terminal_or_shows_a_secret(made):
    secret = "0123456789abcdef0123456789abcdef-own"
    made.add_api("x", name="\u001b[31m", jwt_source=b64(secret),
                 proxy={"listen_path": "/x/",
                        "target_url": "http://a\u009bb.invalid/"})
    (made.apps / "y.json").write_text('{"api_id": "\u001b]0;x\u0007", "a": }')
    done = doctor(made, "--all")
    both = done.stdout + done.stderr
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", both)
    assert secret not in both and b64(secret) not in both
    assert max(map(len, done.stdout.splitlines())) < 200


@pytest.fixture
def idp():
    with Idp("RS256") as provider:
        yield provider


def with_provider(made, idp):
    made.add_api(jwt_profile="strict", allowed_audiences=["a"],
                 allowed_issuers=[idp.url], jwt_signing_method="rsa",
                 jwt_source=b64(idp.jwks_url))
    write(made)


def everything(made):
    return json.loads(doctor(made, "--json").stdout)["findings"]


@pytest.mark.parametrize("ahead, grade, words, more", [
    (30, "warning", "seconds behind that of", "JG302"),
    (-30, "warning", "seconds ahead of that of", "JG301"),
    (7300, "error", "2 hours behind that of", "JG302"),
    (-400_000, "error", "4 days ahead of that of", "JG301")])
def test_a_clock_that_is_not_a_provider_s_is_told(made, idp, ahead, grade,
                                                  words, more):
    with_provider(made, idp)
    idp.clock_s = ahead
    found = only(findings(made, code=1 if grade == "error" else 0), words)
    assert (found["check"], found["grade"]) == ("clocks", grade)
    assert found["where"] == idp.jwks_url.rsplit("/", 1)[0]
    assert found["more"] == f"jotgate reason {more}"
    assert re.fullmatch(r"Date of its answer: [+-]\d+ s from ours",
                        found["seen"])


@pytest.mark.parametrize("ahead, headers", [
    (0, {}), (-3600, {"Age": "3600"})])
def test_clocks_that_agree_are_fine(made, idp, ahead, headers):
    with_provider(made, idp)
    idp.clock_s, idp.headers = ahead, headers
    assert findings(made, code=0) == []
    assert "this clock and 1 identity provider's agree" in \
        [f["what"] for f in everything(made)]


def test_a_warning_of_the_configuration_does_not_spoil_the_keys(made, idp):
    made.conf["no_such_setting"] = 1
    with_provider(made, idp)
    assert any("1 of 1 keys can be used" in f["what"]
               for f in everything(made))


def token(folder, **claims):
    path = folder / "token"
    path.write_text("Bearer " + hs256(claims) + "\n")
    return path


@pytest.mark.parametrize("offset, grade, words", [
    (5000, "error", "the token will be issued in"),
    (-100_000, "warning", "the token was issued 27 hours ago"),
    (0, "ok", "the token was issued"), (None, "warning", "does not say when")])
def test_a_fresh_token_tells_about_the_clock(made, offset, grade, words):
    claims = {} if offset is None else {"iat": int(time.time()) + offset}
    path = token(made.folder, sub="ada", **claims)
    report = json.loads(doctor(made, "--json", "--token", path,
                               code=grade == "error").stdout)
    found, = [f for f in report["findings"] if f["check"] == "clocks"]
    assert found["grade"] == grade and words in found["what"]
    assert "eyJ" not in json.dumps(report)


@pytest.mark.parametrize("text", [
    "", "x", "a.b.c", "eyJh.eyJpYXQiOiJub3cifQ.x", "." * 2000, "\x1b[31m.e30.x",
    "e30.eyJpYXQiOjFlMzA4fQ.x", "e30.eyJpYXQiOi05MjIzMzcyMDM2ODU0Nzc1ODA4fQ.x"])
def test_what_is_no_fresh_token_is_said(made, text):
    path = made.folder / "token"
    path.write_text(text)
    done = doctor(made, "--token", path)
    assert done.returncode in (0, 1) and "\x1b" not in done.stdout + done.stderr
    assert "clock" in done.stdout or "does not say when" in done.stdout


def test_a_port_of_another_gateway_is_told_from_ours(made, upstream):
    made.start()
    (made.folder / "tyk.conf").chmod(0o600)
    whats = [f["what"] for f in everything(made)]
    assert sum("is this gateway's, in use" in w for w in whats) == 2
    made.conf["secret"] = "of-another-gateway-0123456789abcdef"
    write(made)
    found = only(findings(made, code=1), "control_api_port: port")
    assert "is another gateway's" in found["what"]
    assert found["seen"].startswith("GET /tyk/access: status 40")
    made.stop()


def test_a_port_of_a_program_that_is_no_gateway_is_an_error(made, idp):
    made.conf["control_api_port"] = idp.port
    write(made)
    found = only(findings(made, code=1), "control_api_port: port")
    assert "cannot be used" in found["what"]
    assert found["seen"] == "GET /tyk/access: status 404"


def test_versions_are_told(made):
    what = everything(made)[0]["what"]
    assert re.match(r"jotgate \S+, OpenSSL 3\.\S+ .*, LMDB \d+\.\d+", what)
