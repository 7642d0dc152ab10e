"""/ui/: the dashboard's files, or a page that says how to build them. What it
does is tested in tests/browser, in a browser."""
import pytest
from gateway import BUILD, Gateway

POLICY = ("default-src 'none'; script-src 'self'; style-src 'self'; "
          "img-src 'self' data:; connect-src 'self'; form-action 'self'; "
          "base-uri 'none'; frame-ancestors 'none'")


@pytest.fixture
def gateway(folder, upstream):
    gateway = Gateway(folder, upstream)
    gateway.add_policy()
    yield gateway
    gateway.stop()


def test_the_control_port_has_it_or_says_how_to_build_it(gateway):
    gateway.start()
    answer = gateway.control_call("GET", "/ui/", secret=None)
    built = (BUILD / "ui/index.html").exists()
    assert answer.status == (200 if built else 404)
    assert (b"<script" if built else b"make ui") in answer.body
    assert answer.headers["Content-Security-Policy"] == POLICY
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("path", [
    "/ui/index.html", "/ui/assets/", "/ui/assets/../index.html",
    "/ui/assets/%2e%2e/%2e%2e/nginx.conf", "/ui/assets/none.js", "/ui/x"])
def test_nothing_else_is_there(gateway, path):
    gateway.start()
    assert gateway.control_call("GET", path, secret=None).status in (403, 404)


def test_the_gateways_port_has_none(gateway):
    gateway.add_api("api", proxy={"listen_path": "/ui/"}, use_keyless=True)
    gateway.start()
    assert gateway.get("/ui/get").status == 200
    assert "Content-Security-Policy" not in gateway.get("/ui/get").headers


def test_a_shared_port_has_none(gateway):
    gateway.conf["control_api_port"] = 0
    gateway.start()
    assert gateway.call("GET", "/ui/").status == 404
