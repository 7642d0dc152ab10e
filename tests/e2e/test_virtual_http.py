"""What virtual endpoints ask of other services: one request, several at once,
redirects."""
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from test_virtual import virtual, versions
from upstream import serving

ASK = """
function one(request, session, config) {
  var answer = TykMakeHttpRequest(request.Body);
  return TykJsResponse({Body: typeof answer === "undefined" ? "undefined"
                        : answer, Code: 200}, {});
}
function batch(request, session, config) {
  var answer = TykBatchRequest(request.Body);
  return TykJsResponse({Body: typeof answer === "undefined" ? "undefined"
                        : answer, Code: 200}, {});
}
function many() {
  var kinds = [], i;
  for (i = 0; i < 12; i++)
    kinds.push(typeof TykMakeHttpRequest('{"Domain": "http://127.0.0.1:1"}'));
  kinds.push(typeof TykBatchRequest('{"requests": [{"relative_url": "a"}]}'));
  return TykJsResponse({Body: kinds.join(), Code: 200}, {});
}
function names() {
  return TykJsResponse({Body: typeof TykStorageGet, Code: 200}, {});
}
"""


class Server(BaseHTTPRequestHandler):
    """Says what it was asked; /to/STATUS/WHERE redirects; /loop/N does so
    N times; /pair is a 409 unless two ask at once."""
    protocol_version = "HTTP/1.1"
    pair = threading.Barrier(2)

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length).decode()
        status, location = 200, None
        if self.path.startswith("/to/"):
            _, _, status, location = self.path.split("/", 3)
        if self.path.startswith("/loop/") and self.path != "/loop/0":
            status, location = 302, f"/loop/{int(self.path[6:]) - 1}"
        if self.path.startswith("/pair"):
            try:
                self.pair.wait(2)
            except threading.BrokenBarrierError:
                self.pair.reset()
                status = 409
        bare = self.command == "HEAD" or int(status) == 304
        said = json.dumps({"method": self.command, "path": self.path,
                           "body": body, "headers": {
                               k.lower(): v for k, v in self.headers.items()}})
        self.send_response(int(status))
        if location:
            self.send_header("Location", location.replace("~", "/"))
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        if not bare:  # what came then would answer the next request
            self.wfile.write(said.encode())

    do_GET = do_POST = do_PUT = do_HEAD = answer

    def log_message(self, *args):
        pass


@pytest.fixture(scope="module")
def servers():
    first, second = (ThreadingHTTPServer(("127.0.0.1", 0), Server)
                     for _ in "ab")
    with serving(first), serving(second):
        yield [f"http://127.0.0.1:{s.server_port}" for s in (first, second)]


@pytest.fixture(scope="module")
def gw(module_gateway, servers):
    gw = module_gateway
    gw.conf["enable_jsvm"] = True
    gw.add_api("open", use_keyless=True, enable_jwt=False, proxy={
        "listen_path": "/open/", "target_url": servers[0] + "/base/",
        "strip_listen_path": True}, version_data=versions(
            *[virtual("/" + n, n, ASK, method="POST")
              for n in ("one", "batch", "many", "names")]))
    return gw.start()


def ask(gw, name, spec):
    answer = gw.call("POST", f"/open/{name}", {}, json.dumps(spec))
    assert answer.status == 200, gw.log()[-2000:]
    return answer.body.decode()


def one(gw, server, resource, **spec):
    said = ask(gw, "one", {"Domain": server, "Resource": resource, **spec})
    return said if said == "undefined" else json.loads(said)


def batch(gw, *requests, **more):
    return json.loads(ask(gw, "batch", {"requests": list(requests), **more}))


def test_a_batch_asks_the_target_of_its_api(gw):
    got = batch(gw, {"method": "GET", "relative_url": "a?x=1"},
                {"method": "POST", "relative_url": "/b", "body": "text",
                 "headers": {"X-A": "1"}})
    assert [list(unit) for unit in got] == [
        ["relative_url", "code", "headers", "body"]] * 2
    assert [unit["relative_url"] for unit in got] == ["a?x=1", "/b"]
    assert [unit["code"] for unit in got] == [200, 200]
    first, second = [json.loads(unit["body"]) for unit in got]
    assert (first["method"], first["path"]) == ("GET", "/base/a?x=1")
    assert (second["method"], second["path"]) == ("POST", "/base/b")
    assert second["body"] == "text" and second["headers"]["x-a"] == "1"
    assert isinstance(got[0]["headers"]["Content-Length"], list)


def test_a_batch_takes_whole_urls_too_and_empties_what_fails(gw, servers):
    got = batch(gw, {"method": "GET", "relative_url": servers[1] + "/c"},
                {"method": "GET", "relative_url": "http://169.254.169.254/"},
                {"method": "GET", "relative_url": "http://127.0.0.1:1/"})
    assert json.loads(got[0]["body"])["path"] == "/c"
    assert got[1:] == [{"relative_url": "", "code": 0, "headers": None,
                        "body": ""}] * 2


def test_a_batch_is_parallel_unless_it_is_not_to_be(gw, servers):
    pair = [{"method": "GET", "relative_url": servers[1] + "/pair"}] * 2
    assert [u["code"] for u in batch(gw, *pair)] == [200, 200]
    got = batch(gw, *pair, suppress_parallel_execution=True)
    assert [u["code"] for u in got] == [409, 409]


@pytest.mark.parametrize("spec", [
    "text", [], {"requests": {}}, {"requests": [1]},
    {"requests": [{"relative_url": "a"}] * 11},
    {"requests": [{"relative_url": 1}]},
    {"requests": [{"relative_url": "a", "headers": {"X": 1}}]}])
def test_what_is_no_batch_is_undefined(gw, spec):
    assert ask(gw, "batch", spec) == "undefined"


def test_an_empty_batch_is_an_empty_list(gw):
    assert batch(gw) == [] and ask(gw, "batch", {}) == "[]"


def test_requests_of_one_call_are_counted(gw):
    said = ask(gw, "many", {})
    assert said == ",".join(["undefined"] * 13)
    assert "too many requests" in gw.log()


def test_functions_that_are_not_there_have_no_name(gw):
    assert ask(gw, "names", {}) == "undefined"


@pytest.mark.parametrize("status,method,then,kept", [
    (301, "POST", "GET", False), (302, "PUT", "GET", False),
    (303, "POST", "GET", False), (307, "POST", "POST", True),
    (308, "PUT", "PUT", True), (302, "GET", "GET", False),
    (300, "POST", None, False), (304, "GET", None, False)])
def test_redirects_are_followed_as_in_go(gw, servers, status, method, then,
                                         kept):
    body = {} if method == "GET" else {"Body": "secret"}
    got = one(gw, servers[0], f"/to/{status}/~there?x=1#f", Method=method,
              **body)
    if then is None:
        assert got["Code"] == status
        return
    said = json.loads(got["Body"])
    assert (got["Code"], said["method"]) == (200, then)
    assert said["path"] == "/there?x=1"
    assert said["body"] == ("secret" if kept else "")


def test_a_redirect_takes_no_secrets_to_another_place(gw, servers):
    headers = {"Authorization": "a", "cookie": "b", "X-Other": "c"}
    place = servers[1].replace("/", "~")
    for where, has in (("~there", True), (place + "~there", False)):
        said = json.loads(one(gw, servers[0], f"/to/302/{where}",
                              Headers=headers)["Body"])
        assert said["path"] == "/there"
        assert said["headers"]["x-other"] == "c"
        assert ("authorization" in said["headers"]) is has
        assert ("cookie" in said["headers"]) is has


@pytest.mark.parametrize("place", [
    "http:~~169.254.169.254~", "file:~~~etc~passwd", "http:~~[::ffff:a9fe:1]~",
    "http:~~user:pass@127.0.0.1~", "gopher:~~127.0.0.1~"])
def test_a_redirect_leads_to_no_forbidden_place(gw, servers, place):
    assert one(gw, servers[0], f"/to/302/{place}") == "undefined"


def test_redirects_end(gw, servers):
    assert one(gw, servers[0], "/loop/10")["Code"] == 200
    assert one(gw, servers[0], "/loop/11") == "undefined"


@pytest.mark.parametrize("resource,path", [
    ("/a b", "/a%20b"), ("/a#b", "/a%23b"), ("/a?b c", "/a?b%20c"),
    ("/a?b#c", "/a?b"), ("/a%20b", "/a%20b"), ("/a{b}", "/a%7Bb%7D"),
    ("?x=1", "/?x=1")])
def test_urls_are_escaped_as_in_go(gw, servers, resource, path):
    assert json.loads(one(gw, servers[0], resource)["Body"])["path"] == path


@pytest.mark.parametrize("spec", [
    {"Headers": {"X": 1}}, {"Headers": {"X": ["1"]}}, {"Headers": ["X"]},
    {"Method": 1}, {"Body": {}}, {"FormData": {"a": 1}}, {"FormData": "a=1"},
    {"Resource": 1}, {"Resource": "/a\nb"}, {"Resource": "/" + "a" * 5000}])
def test_what_is_no_request_is_undefined(gw, servers, spec):
    spec = {"Domain": servers[0], "Resource": "/", **spec}
    assert ask(gw, "one", spec) == "undefined"


def test_null_says_nothing_and_host_is_the_urls(gw, servers):
    said = json.loads(one(gw, servers[0], "/", Method=None, Body=None,
                          Headers={"X-Null": None, "Host": "other"})["Body"])
    assert said["method"] == "GET"
    assert said["headers"]["host"] == servers[0].split("/")[2]
