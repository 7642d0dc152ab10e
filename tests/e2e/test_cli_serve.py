"""`jotgate serve`: its start, its reload, its children and its end."""
import json
import os
import pathlib
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time
import urllib.request

import pytest
from gateway import free_port

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("JOTGATE_BUILD", ROOT / "build"))
JOTGATE = os.environ.get("JOTGATE_BIN", str(BUILD / "jotgate"))
WAIT_S = 60


def eventually(what):
    deadline = time.monotonic() + WAIT_S
    while not what():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(pid):
    out = subprocess.run(["ps", "-o", "pid=,args=", "--ppid", str(pid)],
                         capture_output=True, text=True).stdout
    return {args: int(number) for number, args in
            (line.strip().split(None, 1) for line in out.splitlines())}


def descendants(pid):
    found = list(children(pid).values())
    return found + [d for c in found for d in descendants(c)]


def is_alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False
    return state.rsplit(")", 1)[1].split()[0] != "Z"


def own_environment():
    """A sanitized module needs its libraries loaded before nginx's own."""
    preload = os.environ.get("JOTGATE_TEST_PRELOAD")
    return {**os.environ, **({"LD_PRELOAD": preload} if preload else {})}


class Gateway:
    def __init__(self, path):
        self.path = path
        self.port, self.control = free_port(), free_port()
        self.conf = {
            "listen_address": "127.0.0.1", "listen_port": self.port,
            "control_api_port": self.control, "secret": "s",
            "app_path": str(path / "apps"),
            "storage": {"path": str(path / "store")},
            "graceful_shutdown_timeout_duration": 5, "workers": 1,
            "broker_processes": 2,
        }
        (path / "apps").mkdir()
        self.log_path = path / "log"
        self.log_path.touch()
        self.run_dir = path / "run"
        self.process = None

    def start(self, *args, wait=True, env=None):
        (self.path / "tyk.conf").write_text(json.dumps(self.conf, indent=1))
        starts = self.log().count("ready on port")
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [JOTGATE, "serve", "-c", self.path / "tyk.conf", "--run-dir",
                 self.run_dir, *args], stdout=log, stderr=log,
                stdin=subprocess.DEVNULL, cwd=self.path,
                env={**own_environment(), **(env or {})})
        if wait:
            eventually(lambda: self.log().count("ready on port") > starts
                       or self.process.poll() is not None)
            assert self.process.poll() is None, self.log()
        return self

    def log(self):
        return self.log_path.read_text(errors="replace")

    def code(self):
        return self.process.wait(WAIT_S)

    def child(self, name):
        return next(pid for args, pid in children(self.process.pid).items()
                    if name in args)

    def hello(self, port=None):
        try:
            url = f"http://127.0.0.1:{port or self.control}/hello"
            return urllib.request.urlopen(url, timeout=5).status
        except OSError:
            return None

    def end(self, how=signal.SIGTERM):
        if self.process and self.process.poll() is None:
            self.process.send_signal(how)
            return self.code()


@pytest.fixture
def gateway():
    path = pathlib.Path(tempfile.mkdtemp(prefix="jotgate-test-"))
    path.chmod(0o755)
    gw = Gateway(path)
    yield gw
    gw.end()
    shutil.rmtree(path, ignore_errors=True)


def test_it_starts_serves_and_leaves_nothing(gateway):
    gateway.start()
    assert gateway.hello() == 200
    pids = descendants(gateway.process.pid)
    assert len(pids) >= 4
    assert gateway.end() == 0
    assert not any(map(is_alive, pids))
    assert os.listdir(gateway.run_dir) == []


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT])
def test_every_polite_signal_ends_it(gateway, how):
    gateway.start()
    assert gateway.end(how) == 0


def test_children_do_not_outlive_a_kill(gateway):
    gateway.start()
    pids = descendants(gateway.process.pid)
    gateway.end(signal.SIGKILL)
    eventually(lambda: not any(map(is_alive, pids)))
    gateway.start()  # and what it left in its folders is no obstacle
    assert gateway.hello() == 200


def test_a_dead_broker_is_started_again(gateway):
    gateway.start()
    first = gateway.child("jotgate-broker")
    os.kill(first, signal.SIGKILL)
    eventually(lambda: "the broker ended (signal 9" in gateway.log())
    eventually(lambda: gateway.hello() == 200)
    assert gateway.child("jotgate-broker") != first
    assert gateway.end() == 0


def test_a_dead_nginx_ends_everything(gateway):
    gateway.start()
    pids = descendants(gateway.process.pid)
    os.kill(gateway.child("nginx: master"), signal.SIGKILL)
    assert gateway.code() == 1
    assert "nginx ended by itself (signal 9" in gateway.log()
    eventually(lambda: not any(map(is_alive, pids)))


def test_a_faulty_configuration_is_exit_code_3(gateway):
    gateway.conf["listen_port"] = "80a"
    gateway.start(wait=False)
    assert gateway.code() == 3
    assert "JG902" in gateway.log() and "tyk.conf:" in gateway.log()


def test_strict_configuration_is_exit_code_3(gateway):
    gateway.conf["listen_prot"] = 1
    gateway.start("--strict-config", wait=False)
    assert gateway.code() == 3
    assert "JG905" in gateway.log()


@pytest.mark.parametrize("setting", ["listen_port", "control_api_port"])
def test_a_port_in_use_says_by_whom(gateway, setting):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        port = gateway.conf[setting] = s.getsockname()[1]
        gateway.start(wait=False)
        assert gateway.code() == 1
    assert f"port {port} is already in use by" in gateway.log()
    assert f"(pid {os.getpid()})" in gateway.log()
    assert f'fix: another "{setting}"' in gateway.log()


def test_one_gateway_per_storage_folder(gateway, tmp_path):
    gateway.start()
    other = Gateway(tmp_path)
    other.conf["storage"] = gateway.conf["storage"]
    other.start(wait=False)
    assert other.code() == 1
    assert f"in use by another gateway (pid {gateway.process.pid})" \
        in other.log()
    assert gateway.hello() == 200


def test_a_runtime_folder_with_other_files_is_left_alone(gateway):
    gateway.run_dir.mkdir()
    (gateway.run_dir / "nginx.conf").write_text("mine")
    gateway.start(wait=False)
    assert gateway.code() == 1
    assert "holds files of somebody else" in gateway.log()
    assert os.listdir(gateway.run_dir) == ["nginx.conf"]


def test_without_a_secret_one_is_made_once(gateway):
    del gateway.conf["secret"]
    gateway.start()
    path = gateway.path / "store" / "secret"
    assert f"new, in {path}" in gateway.log()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    secret = path.read_text()
    assert secret.strip() not in gateway.log()
    request = urllib.request.Request(
        f"http://127.0.0.1:{gateway.control}/tyk/apis",
        headers={"X-Tyk-Authorization": secret.strip()})
    assert urllib.request.urlopen(request, timeout=5).status == 200
    gateway.end()
    gateway.start()
    assert path.read_text() == secret


@pytest.mark.parametrize("key, value", [
    ("listen_address", "127.0.0.1;}"), ("health_check_endpoint_name", "a|b"),
    ("listen_address", "127.0.0.1 ssl"), ("trusted_ca_file", "/x y;"),
    ("readiness_check_endpoint_name", "a){return 200;}#"),
])
def test_no_setting_becomes_an_nginx_directive(gateway, key, value):
    gateway.conf[key] = value
    gateway.start(wait=False)
    assert gateway.code() in (1, 3)


# Reload


def reload(gateway):
    before = gateway.log().count("reload")
    gateway.process.send_signal(signal.SIGHUP)
    eventually(lambda: gateway.log().count("reload") > before)


def write_conf(gateway):
    (gateway.path / "tyk.conf").write_text(json.dumps(gateway.conf))


def test_nginx_is_left_alone_when_its_part_did_not_change(gateway):
    gateway.start()
    workers = set(children(gateway.child("nginx: master")).values())
    reload(gateway)
    assert "reloading definitions\n" in gateway.log()
    assert set(children(gateway.child("nginx: master")).values()) == workers


def test_a_port_moves_without_a_restart(gateway):
    gateway.start()
    old, new = gateway.control, free_port()
    gateway.conf["control_api_port"] = new
    write_conf(gateway)
    reload(gateway)
    eventually(lambda: gateway.hello(new) == 200)
    eventually(lambda: gateway.hello(old) is None)


@pytest.mark.parametrize("text", [
    "{", '{"listen_port": "x"}', '{"control_api_port": 8080}'])
def test_a_faulty_file_changes_nothing(gateway, text):
    gateway.start()
    before = (gateway.run_dir / "nginx.conf").read_text()
    (gateway.path / "tyk.conf").write_text(text)
    if "control" in text:
        gateway.conf["trusted_ca_file"] = "/nowhere/ca.pem"
        write_conf(gateway)
    reload(gateway)
    assert "the configuration in use stays" in gateway.log()
    assert (gateway.run_dir / "nginx.conf").read_text() == before
    assert gateway.hello() == 200


def test_a_port_in_use_changes_nothing(gateway):
    gateway.start()
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        s.listen()
        gateway.conf["control_api_port"] = s.getsockname()[1]
        write_conf(gateway)
        reload(gateway)
    assert "already in use" in gateway.log()
    assert gateway.hello() == 200


# systemd


def test_it_tells_systemd_when_it_is_ready(gateway):
    path = gateway.path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as s:
        s.bind(str(path))
        s.settimeout(WAIT_S)
        gateway.start(env={"NOTIFY_SOCKET": str(path)})
        assert s.recv(100) == b"READY=1"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_workers_of_root_run_as_the_user(gateway):
    gateway.start()
    master = gateway.child("nginx: master")
    uids = {os.stat(f"/proc/{pid}").st_uid for pid in
            children(master).values()}
    import pwd
    assert uids == {pwd.getpwnam("www-data").pw_uid}


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root")
def test_it_runs_without_root_as_well(gateway):
    if subprocess.run(["test", "-x", JOTGATE], user="nobody").returncode:
        pytest.skip("LOUD SKIP: nobody may not enter the build folder")
    for path in (gateway.path, gateway.path / "apps"):
        shutil.chown(path, "nobody")
    (gateway.path / "tyk.conf").write_text(json.dumps(gateway.conf))
    with open(gateway.log_path, "ab") as log:
        gateway.process = subprocess.Popen(
            [JOTGATE, "serve", "-c", gateway.path / "tyk.conf", "--run-dir",
             gateway.run_dir], stdout=log, stderr=log, user="nobody",
            env=own_environment(), stdin=subprocess.DEVNULL,
            cwd=gateway.path)
    eventually(lambda: gateway.hello() == 200 or
               gateway.process.poll() is not None)
    assert gateway.process.poll() is None, gateway.log()
    assert gateway.end() == 0


@pytest.mark.parametrize("version, warned", [
    ("1.20.2", True), ("1.9.15", True), ("1.22.1", False), ("1.30.0", False)])
def test_an_old_nginx_is_warned_of(gateway, version, warned):
    """Of one that no package brought; its number is all there is to see."""
    folder = gateway.path / "bin"
    folder.mkdir()
    real = shutil.which("nginx") or "/usr/sbin/nginx"
    fake = folder / "nginx"
    fake.write_text(f'#!/bin/sh\n[ "$1" = -v ] && exec echo "nginx version: '
                    f'nginx/{version}" >&2\nexec {real} "$@"\n')
    fake.chmod(0o755)
    gateway.start(env={"PATH": f"{folder}:{os.environ['PATH']}"})
    assert ("lacks security fixes" in gateway.log()) == warned
    assert (f"nginx {version} lacks" in gateway.log()) == warned
