"""`jotgate login` and `context`: a gateway that is asked without being named."""
import json
import stat

import pytest

from command import expect, on_terminal
from gateway import SECRET
from hostile import Hostile, response

READER = "a-reader-of-this-gateway-0123456"


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.conf["read_only_secret"] = READER
    module_gateway.add_policy()
    module_gateway.add_api()
    gateway = module_gateway.start()
    gateway.url = f"http://127.0.0.1:{gateway.control}"
    return gateway


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


class Home:
    """An account without a context, and a folder to be in."""

    def __init__(self, folder):
        self.here, self.file = folder / "here", \
            folder / "config/jotgate/contexts.json"
        self.here.mkdir()
        (folder / "config").mkdir()
        self.env = {"XDG_CONFIG_HOME": str(folder / "config"),
                    "TMPDIR": str(self.here)}

    def run(self, *words, code=0, env=(), stdin=""):
        return expect(*words, cwd=self.here, code=code, stdin=stdin,
                      env={**self.env, **dict(env)})

    def login(self, url, secret, *words, **more):
        return self.run("login", url, "--secret-file", "-", *words,
                        stdin=secret + "\n", **more)


def test_commands_ask_the_gateway_of_the_login(gw, home):
    assert home.run("apis", "list", code=2).stdout == ""
    done = home.login(gw.url + "/", SECRET)
    assert done.stderr == (f"note: commands ask {gw.url} from now on, and may "
                           "change there; back: jotgate context use -\n")
    assert home.run("apis", "list").stdout.startswith("api\t")
    assert gw.url in home.run("status").stdout
    home.run("tail", "--no-follow")
    assert "one is stopped where it runs" in home.run("stop", code=2).stderr
    home.run("context", "use", "-")
    home.run("apis", "list", code=2)


def test_the_file_is_for_its_owner_and_lists_no_secret(gw, home):
    home.login(gw.url, SECRET, "--name", "prod")
    home.login(gw.url, READER, "--name", "see")
    assert stat.S_IMODE(home.file.stat().st_mode) == 0o600
    assert stat.S_IMODE(home.file.parent.stat().st_mode) == 0o700
    assert [p.name for p in home.file.parent.iterdir()] == ["contexts.json"]
    listed = home.run("context", "list", "--json")
    assert json.loads(listed.stdout) == {"v": 1, "contexts": [
        {"name": "prod", "address": gw.url, "current": False},
        {"name": "see", "address": gw.url, "current": True}]}
    assert SECRET not in listed.stdout
    # The second may only read.
    home.run("export", "out", code=4)
    home.run("context", "use", "prod")
    home.run("export", "out")
    home.run("context", "delete", "prod")
    assert SECRET not in home.file.read_text()
    home.run("apis", "list", code=2)
    assert "jotgate context list" in home.run("context", "use", "prod",
                                              code=6).stderr


def test_what_is_named_goes_before_it_and_gets_no_secret_of_it(gw, home):
    home.login(gw.url, SECRET)
    with Hostile(response("[]")) as port:
        home.run("apis", "list", "--address", port.url)
        home.run("apis", "list", env={"JOTGATE_ADDRESS": port.url})
        assert len(port.seen) == 2 and SECRET.encode() not in b"".join(port.seen)
    (home.here / "jotgate.json").write_text(
        json.dumps({"control_api_port": 1, "secret": "mine"}))
    assert "127.0.0.1:1" in home.run("apis", "list", code=5).stderr


def test_a_secret_is_typed_unseen(gw, home):
    shown, code = on_terminal("login", gw.url, answer=SECRET + "\n",
                              env=home.env)
    assert code == 0 and b"secret: " in shown
    assert SECRET not in home.run("context", "list").stdout
    done = home.run("login", gw.url, code=2)
    assert "--secret-file FILE" in done.stderr


@pytest.mark.parametrize("url, secret, words, code, said", [
    (None, "wrong", [], 4, "does not take this secret"),
    ("http://127.0.0.1:1", "s", [], 5, "the gateway does not answer"),
    ("ftp://x", "s", [], 2, "is no address"),
    (None, "", [], 2, "is empty"),
    (None, "s", ["--name", "../x"], 2, "cannot be the name"),
    (None, "s", ["--name", ""], 2, "cannot be the name")])
def test_what_cannot_be_is_said_and_not_kept(gw, home, url, secret, words,
                                             code, said):
    done = home.login(url or gw.url, secret, *words, code=code)
    assert said in done.stderr and not home.file.exists()


@pytest.mark.parametrize("body, status", [("{}", 200), ("\x1b[2J", 200),
                                          ("[]", 404)])
def test_what_is_no_gateway_is_not_kept(home, body, status):
    with Hostile(response(body, status)) as port:
        done = home.login(port.url, "s", code=1)
    assert "is no control API" in done.stderr and "\x1b" not in done.stderr
    assert not home.file.exists()


@pytest.mark.parametrize("text", [
    "", "[]", "{}", '{"contexts":7}', '{"contexts":{"a":7}}', "\0" * 100,
    '{"contexts":{"a":{"address":7}}}', '{"contexts":{"a":{"address":""}}}',
    json.dumps({"contexts": {str(i): {"address": "x"} for i in range(257)}})])
def test_a_broken_file_is_said(home, text):
    home.file.parent.mkdir(parents=True)
    home.file.write_text(text)
    home.file.chmod(0o600)
    done = home.run("context", "list", code=3)
    assert "the file of contexts cannot be used" in done.stderr
    assert "jotgate login URL" in done.stderr


def test_a_file_that_others_can_read_is_warned_of(gw, home):
    home.login(gw.url, SECRET)
    home.file.chmod(0o644)
    assert "chmod 600" in home.run("apis", "list").stderr
