"""Definitions that change, and definitions that are wrong."""
import json
import subprocess
import threading

import pytest
from gateway import BUILD, b64
from tokens import hs256

TOKEN = hs256({"sub": "ada"})


@pytest.fixture
def gw(gateway):
    gateway.add_policy(apis=["api", "bad", "worse"])
    gateway.add_api()
    return gateway


def test_one_bad_definition_takes_no_other_down(gw):
    (gw.apps / "broken.json").write_text('{"api_id": "broken",')
    gw.add_api("bad", jwt_signing_method="rsa")  # its source is a secret
    gw.start()
    assert gw.get("/api/echo", TOKEN).status == 200
    assert gw.get("/broken/x", TOKEN).status == 404
    answer = gw.get("/bad/x", TOKEN)
    assert answer.status == 403
    log = gw.log()
    assert "broken.json:1:" in log
    assert "expected a public key in PEM or DER" in log


def test_strict_config_refuses_to_start(gw):
    (gw.apps / "broken.json").write_text("{")
    with pytest.raises(RuntimeError):
        gw.start("--strict-config")
    assert gw.process.returncode == 3
    assert "broken.json:1:" in gw.log()


def test_an_error_in_the_gateways_own_file_stops_the_start(gw):
    gw.conf["listen_port"] = "80a"
    with pytest.raises(RuntimeError):
        gw.start()
    assert gw.process.returncode == 3
    assert "listen_port" in gw.log()


def test_a_reload_keeps_the_last_good_version_and_says_so(gw):
    gw.start()
    (gw.apps / "api.json").write_text("{ not json")
    gw.reload()
    assert gw.get("/api/echo", TOKEN).status == 200
    assert "api.json:1:" in gw.log()
    assert "stays in force" in gw.log()
    gw.add_api(jwt_source=b64("other"))
    gw.reload()
    assert gw.get("/api/echo", TOKEN).status == 403
    assert gw.get("/api/echo", hs256({"sub": "ada"}, "other")).status == 200


def test_a_removed_file_removes_its_api(gw):
    gw.start()
    (gw.apps / "api.json").unlink()
    gw.reload()
    assert gw.get("/api/echo", TOKEN).status == 404


def test_a_changed_policy_takes_effect_at_once(gw):
    gw.start()
    assert gw.get("/api/echo", TOKEN).status == 200
    gw.add_policy(is_inactive=True)
    gw.reload()
    answer = gw.get("/api/echo", TOKEN)
    assert (answer.status, answer.error) == (403,
                                             "Key is inactive, please renew")


def test_sighup_reloads(gw):
    import signal
    import time

    gw.start()
    gw.add_api("bad", use_keyless=True)
    gw.process.send_signal(signal.SIGHUP)
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if gw.get("/bad/echo").status == 200:
            return
        time.sleep(0.05)
    pytest.fail("the new definition was not loaded")


def test_no_request_fails_while_definitions_reload(gw):
    gw.start()
    stop = threading.Event()
    statuses = []

    def load():
        while not stop.is_set():
            statuses.append(gw.get("/api/echo", TOKEN).status)

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    try:
        n = 0
        while n < 100 or len(statuses) < 200:
            gw.add_api("bad", name=f"edit {n}")
            gw.reload()
            n += 1
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert set(statuses) == {200}


def check(gw, *options):
    path = gw.folder / "tyk.conf"
    path.write_text(json.dumps(gw.conf, indent=2))
    return subprocess.run([BUILD / "jotgate", "check", "-c", path, *options],
                          capture_output=True, text=True, timeout=60)


def test_check_names_file_line_column_found_and_expected(gw):
    text = json.dumps(gw.api("worse"), indent=2).replace('"active": true',
                                                         '"active": "yes"')
    (gw.apps / "worse.json").write_text(text)
    line = text[:text.index('"yes"')].count("\n") + 1
    result = check(gw)
    assert result.returncode == 3
    assert f"worse.json:{line}:" in result.stdout + result.stderr
    assert '"yes"' in result.stdout + result.stderr


def test_check_is_quiet_about_good_files(gw):
    assert check(gw).returncode == 0


def test_storage_is_for_one_gateway(gw, tmp_path):
    from gateway import Gateway

    gw.start()
    other = Gateway(tmp_path)
    other.conf["storage"] = gw.conf["storage"]
    with pytest.raises(RuntimeError):
        other.start()
    assert str(gw.process.pid) in other.log()
