"""The product page's own example, as it is printed there."""
import shlex
import subprocess

import pytest
from gateway import b64
from tokens import PAGE_TOKEN

CURL = ('curl http://localhost:8080/my-jwt-api/get --header "Authorization: '
        f'Bearer {PAGE_TOKEN}"')
RS256 = ("eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0."
         "c2lnbmF0dXJl")


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.add_policy(apis=["my-jwt-api"])
    module_gateway.add_api("my-jwt-api", jwt_source=b64("tyk123"))
    return module_gateway.start()


def curl(gw, *options):
    """The page's command, with the port of this test's gateway."""
    command = shlex.split(CURL.replace("8080", str(gw.port)))
    return subprocess.run([*command, "-s", "--max-time", "10", *options],
                          capture_output=True, text=True, check=True).stdout


def test_the_curl_line_reaches_the_upstream(gw):
    assert '"target": "/get"' in curl(gw)


def test_it_answers_200(gw):
    assert curl(gw, "-o", "/dev/null", "-w", "%{http_code}") == "200"


def envelope(message):
    return f'{{\n    "error": "{message}"\n}}'.encode()


@pytest.mark.parametrize("token, status, message", [
    (None, 400, "Authorization field missing"),
    (PAGE_TOKEN[:-1] + "5", 403, "Key not authorized"),
    (PAGE_TOKEN.replace("wIiwib", "wIiwic"), 403, "Key not authorized"),
    (RS256, 403, "Key not authorized: Unexpected signing method"),
])
def test_a_refusal_has_tyks_exact_bytes(gw, token, status, message):
    answer = gw.get("/my-jwt-api/get", token)
    assert answer.status == status
    assert answer.body == envelope(message)
    assert answer.headers["Content-Type"] == "application/json"
    assert answer.headers["X-Generator"] == "tyk.io"
    assert answer.headers["Content-Length"] == str(len(answer.body))


def test_an_xml_request_gets_an_xml_error(gw):
    answer = gw.get("/my-jwt-api/get", headers={"Content-Type": "text/xml"})
    assert answer.status == 400
    assert answer.body == (b'<?xml version = "1.0" encoding = "UTF-8"?>\n'
                           b"<error>Authorization field missing</error>")
    assert answer.headers["Content-Type"] == "text/xml"


def test_no_api_here_is_plain_not_found(gw):
    answer = gw.get("/nowhere")
    assert (answer.status, answer.body) == (404, b"Not Found")
    assert answer.headers["Content-Type"].startswith("text/plain")
