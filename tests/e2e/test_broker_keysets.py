"""The fetcher of key sets, seen through the broker's socket: what is fetched,
how often, and what slow providers and dying processes do to the rest."""
import concurrent.futures
import json
import os
import pathlib
import signal
import time

import pytest

from broker import scgi, wait_until
from fake_names import FakeNames
from idp import Idp
from idp_keys import Key


@pytest.fixture
def idp():
    with Idp("ES256") as server:
        yield server


def add(broker, api_id, url=None, **more):
    """An API whose keys are at <url>."""
    broker.add(api_id, use_keyless=False, enable_jwt=True,
               jwt_signing_method="ecdsa", jwt_source=url or "", **more)


def sets(broker):
    answer = broker.call("GET", "/tyk/jwks")
    assert answer.status == 200, answer.body
    return {one["url"]: one for one in json.loads(answer.body)["sets"]}


def one(broker, url):
    return sets(broker)[url]


def wait_fetched(broker, url):
    wait_until(lambda: one(broker, url)["last_fetch"] > 0, f"{url} is fetched")
    return one(broker, url)


def wait_tried(broker, url):
    wait_until(lambda: one(broker, url)["last_try"] > 0, f"{url} is tried")
    return one(broker, url)


def flush(broker, api=""):
    answer = broker.call("DELETE", f"/tyk/cache/jwks{api and '/' + api}")
    assert answer.status == 200


def fetcher(broker):
    """The pid of the process that talks to providers: its connection says."""
    found = [pid for pid in broker.children() if talks_tcp(pid)]
    assert len(found) == 1, found
    return found[0]


def talks_tcp(pid):
    """Has this process a TCP connection? (Nobody else in the broker has.)"""
    table = pathlib.Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    inodes = {line.split()[9] for line in table}
    for link in pathlib.Path(f"/proc/{pid}/fd").iterdir():
        try:
            target = os.readlink(link)
        except OSError:
            continue
        if target.startswith("socket:[") and target[8:-1] in inodes:
            return True
    return False


def kids(one_set):
    return [key["kid"] for key in one_set["keys"]
            if key["state"] not in ("gone", "unknown")]


def again(broker, one_set, kid):
    """A worker asks for the set since a token names <kid>."""
    return broker.want(f"keyset-again {one_set['id']} {kid}".rstrip())


def unknown(broker, url):
    return {key["kid"]: key for key in one(broker, url)["keys"]
            if key["state"] == "unknown"}


# What is fetched without being asked for

def test_sets_are_fetched_before_the_first_request(broker, idp):
    add(broker, "api", idp.jwks_url)
    broker.start()
    got = wait_fetched(broker, idp.jwks_url)
    assert kids(got) == [idp.key.kid]
    assert got["apis"] == ["api"]
    assert (got["failures"], got["fault"]) == (0, "")
    assert idp.fetches["jwks"] == 1


def test_a_kid_that_no_key_has_is_shown_until_one_has_it(broker, idp):
    """The set is fetched for it, once a second at most, and lacks it."""
    broker.conf["jwks"] = {**broker.conf.get("jwks", {}),
                           "min_refresh_interval": 1}
    add(broker, "api", idp.jwks_url)
    broker.start()
    got = wait_fetched(broker, idp.jwks_url)

    def asked(kid):
        def ask_until_it_is_there():
            assert again(broker, got, kid).status == 204
            return kid in unknown(broker, idp.jwks_url)
        wait_until(ask_until_it_is_there, f"{kid} is noted")

    asked("nobody")
    asked('"><img/src=x>')
    shown = unknown(broker, idp.jwks_url)["nobody"]
    assert shown["times_asked"] >= 1
    assert 0 < shown["first_seen"] <= shown["last_asked"]

    # What nobody could read is not noted, nor what the set has.
    fetches = idp.fetches["jwks"]
    for kid in ("k" * 129, "", idp.key.kid):
        def ask_until_it_is_fetched():
            assert again(broker, got, kid).status == 204
            return idp.fetches["jwks"] > fetches
        wait_until(ask_until_it_is_fetched, "one more fetch")
        fetches = idp.fetches["jwks"]
    assert set(unknown(broker, idp.jwks_url)) == {"nobody", '"><img/src=x>'}

    new = idp.rotate(kid="nobody")
    def ask_until_the_key_is_there():
        again(broker, got, "nobody")
        return new.kid in kids(one(broker, idp.jwks_url))
    wait_until(ask_until_the_key_is_there, "the new key")
    wait_until(lambda: "nobody" not in unknown(broker, idp.jwks_url),
               "it is a key now")


def test_how_the_last_fetch_went_is_shown(broker, idp):
    add(broker, "good", idp.jwks_url)
    add(broker, "lost", f"{idp.url}/no/such/place")
    add(broker, "deaf", "http://127.0.0.1:9/jwks")
    broker.start()
    good = wait_fetched(broker, idp.jwks_url)
    assert good["last_status"] == 200 and good["last_ms"] >= 0
    lost = wait_tried(broker, f"{idp.url}/no/such/place")
    assert lost["last_status"] == 404
    assert wait_tried(broker, "http://127.0.0.1:9/jwks")["last_status"] == 0


def test_a_set_is_refreshed_when_its_time_is_over(broker, idp):
    add(broker, "api", jwt_jwks_uris=[
        {"url": idp.jwks_url, "cache_timeout": "1s"}])
    broker.start()
    wait_until(lambda: idp.fetches["jwks"] >= 4, "four fetches")
    new = idp.rotate(keep=0)
    wait_until(lambda: kids(one(broker, idp.jwks_url)) == [new.kid],
               "the new key")


def test_a_new_definition_is_fetched_after_a_reload(broker, idp):
    add(broker, "api", f"{idp.url}/a/jwks")
    broker.start()
    wait_fetched(broker, f"{idp.url}/a/jwks")
    add(broker, "api2", f"{idp.url}/b/jwks")
    broker.reload()
    wait_fetched(broker, f"{idp.url}/b/jwks")
    assert idp.fetches["jwks"] == 2


def test_what_was_fetched_survives_a_restart(broker, idp):
    add(broker, "api", idp.jwks_url)
    broker.start()
    before = wait_fetched(broker, idp.jwks_url)
    broker.stop()
    idp.stop()
    broker.start()
    assert one(broker, idp.jwks_url)["last_fetch"] == before["last_fetch"]
    assert kids(one(broker, idp.jwks_url)) == [idp.key.kid]


def test_a_discovered_set_is_followed_when_it_moves(broker, idp):
    issuer = f"{idp.url}/realm"
    metadata = f"{issuer}/.well-known/openid-configuration"
    add(broker, "api", jwt_issuer=issuer)
    broker.start()
    assert wait_fetched(broker, metadata)["jwks_url"] == f"{issuer}/jwks"
    idp.discovery_changes = {"jwks_uri": f"{idp.url}/moved/jwks"}
    flush(broker)
    wait_until(lambda: one(broker, metadata)["jwks_url"] ==
               f"{idp.url}/moved/jwks", "the new place")


# Wants

def test_a_want_is_answered_when_the_set_is_there(broker, idp):
    idp.mode, idp.delay_s = "slow", 0.5
    add(broker, "api", idp.jwks_url)
    broker.start()
    got = one(broker, idp.jwks_url)
    assert broker.want(f"keyset {got['id']}").status == 204
    assert kids(one(broker, idp.jwks_url)) == [idp.key.kid]
    assert idp.fetches["jwks"] == 1


def test_many_wants_are_one_fetch(broker, idp):
    idp.mode, idp.delay_s = "slow", 0.7
    add(broker, "api", idp.jwks_url)
    broker.start()
    got = one(broker, idp.jwks_url)
    with concurrent.futures.ThreadPoolExecutor(60) as pool:
        answers = list(pool.map(broker.want, [f"keyset {got['id']}"] * 60))
    assert [answer.status for answer in answers] == [204] * 60
    assert idp.fetches["jwks"] == 1


def test_a_want_for_a_young_set_is_answered_at_once(broker, idp):
    add(broker, "api", idp.jwks_url)
    broker.start()
    got = wait_fetched(broker, idp.jwks_url)
    for _ in range(200):
        assert broker.want(f"keyset-again {got['id']}").status == 204
        assert broker.want(f"keyset {got['id']}").status == 204
    assert idp.fetches["jwks"] == 1


def test_a_want_for_a_missing_key_fetches_once_per_interval(broker, idp):
    broker.conf["jwks"] = {"min_refresh_interval": 1}
    add(broker, "api", idp.jwks_url)
    broker.start()
    got = wait_fetched(broker, idp.jwks_url)
    time.sleep(1.1)
    idp.rotate(keep=0)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        answers = list(pool.map(broker.want,
                                [f"keyset-again {got['id']}"] * 20))
    assert {answer.status for answer in answers} == {204}
    assert kids(one(broker, idp.jwks_url)) == [idp.key.kid]
    assert idp.fetches["jwks"] == 2


def test_a_want_during_the_pause_after_a_failure_is_answered_at_once(broker,
                                                                     idp):
    idp.mode = "500"
    add(broker, "api", idp.jwks_url)
    broker.start()
    wait_until(lambda: one(broker, idp.jwks_url)["failures"] >= 3,
               "three failures")
    got, before = one(broker, idp.jwks_url), idp.fetches["jwks"]
    for _ in range(50):
        assert broker.want(f"keyset {got['id']}").status == 204
    assert idp.fetches["jwks"] <= before + 1


def test_a_want_is_given_up_after_its_time(broker, idp):
    broker.conf["jwks"] = {"wait_ms": 300}
    idp.mode = "silence"
    add(broker, "api", idp.jwks_url)
    broker.start()
    got = one(broker, idp.jwks_url)
    answer = broker.want(f"keyset {got['id']}")
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0


@pytest.mark.parametrize("want, status", [
    ("keyset", 400), ("keyset ", 400), ("keyset x", 404),
    ("keyset " + "0" * 64, 404), ("keyset-again " + "0" * 64, 404),
    ("keyset " + "0" * 63, 404), ("keyset " + "0" * 65, 404),
    ("keyset " + "0" * 300, 400), ("keysets " + "0" * 64, 400),
    ("keyset \n" + "0" * 63, 404)])
def test_what_no_api_uses_is_refused(broker, idp, want, status):
    add(broker, "api", idp.jwks_url)
    broker.start()
    assert broker.want(want).status == status


# Slow providers and everybody else

def test_silent_providers_hold_up_neither_the_api_nor_others(broker, idp):
    with Idp("ES256") as silent:
        silent.mode = "silence"
        for n in range(60):
            add(broker, f"slow{n}", f"{silent.url}/{n}/jwks")
        broker.start()
        wait_until(lambda: silent.fetches["jwks"] == 16, "all due places taken")
        add(broker, "api", idp.jwks_url)
        broker.reload()
        got = one(broker, idp.jwks_url)
        # Requests that wait have places of their own.
        assert broker.want(f"keyset {got['id']}").status == 204
        assert kids(one(broker, idp.jwks_url)) == [idp.key.kid]
        assert silent.fetches["jwks"] == 16


def test_a_name_that_hangs_holds_up_nobody(broker, idp, folder):
    names = FakeNames(folder, broker)
    names.set("hangs.test", "slow")
    broker.conf["jwks"] = {"allow_http": True}
    add(broker, "slow", f"http://hangs.test:{idp.port}/jwks")
    add(broker, "api", idp.jwks_url)
    broker.start()
    wait_fetched(broker, idp.jwks_url)
    got = wait_tried(broker, f"http://hangs.test:{idp.port}/jwks")
    assert "resolv" in got["fault"].lower() or "time" in got["fault"].lower()
    names.set("hangs.test", "127.0.0.1")
    wait_fetched(broker, f"http://hangs.test:{idp.port}/jwks")


def test_a_failure_is_said_once_with_its_cause_and_the_next_try(broker, idp):
    idp.mode = "404"
    add(broker, "api", idp.jwks_url)
    broker.start()
    wait_until(lambda: one(broker, idp.jwks_url)["failures"] >= 3,
               "three failures")
    lines = [line for line in broker.log().splitlines()
             if idp.jwks_url in line and "cannot be fetched" in line]
    assert len(lines) == 1
    assert "404" in lines[0] and "next try in" in lines[0]
    idp.mode = "ok"
    wait_until(lambda: "is fetched again" in broker.log(), "the good news")
    assert broker.metric("jotgate_keyset_fetch_failures_total") >= 3
    wait_until(lambda: broker.metric("jotgate_keysets_failing") == 0,
               "the gauge")
    assert broker.metric("jotgate_keysets") == 1
    oldest = broker.metric("jotgate_keysets_oldest_fetch_timestamp_seconds")
    assert abs(oldest - time.time()) < 600


# Processes that die

def test_a_killed_fetcher_is_replaced_and_its_work_done(broker, idp):
    broker.conf["jwks"] = {"wait_ms": 4000}
    idp.mode, idp.delay_s = "slow", 1.0
    add(broker, "api", idp.jwks_url)
    broker.start()
    got = one(broker, idp.jwks_url)
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(broker.want, f"keyset {got['id']}")
        wait_until(lambda: idp.fetches["jwks"] == 1, "the fetch has begun")
        os.kill(fetcher(broker), signal.SIGKILL)
        idp.mode = "ok"
        assert waiting.result().status == 204
    assert kids(one(broker, idp.jwks_url)) == [idp.key.kid]


def test_a_killed_service_leaves_no_ask_behind(broker, idp):
    idp.mode = "silence"
    add(broker, "api", idp.jwks_url)
    broker.start()
    got = one(broker, idp.jwks_url)
    waiting = [broker.connect() for _ in range(20)]
    for connection in waiting:
        connection.sendall(scgi([("JOTGATE_WANT", f"keyset {got['id']}")]))
    keep = fetcher(broker)
    for pid in broker.children():
        if pid != keep:
            os.kill(pid, signal.SIGKILL)
    for connection in waiting:
        connection.close()
    idp.stop()
    idp.mode = "ok"
    idp.start()
    wait_fetched(broker, idp.jwks_url)
    assert broker.want(f"keyset {got['id']}").status == 204


# Forgetting

def test_a_flush_wins_over_a_fetch_that_runs(broker, idp):
    """What a provider said before its key was withdrawn must not come back."""
    broker.conf["jwks"] = {"min_refresh_interval": 1}
    add(broker, "api", idp.jwks_url)
    broker.start()
    got = wait_fetched(broker, idp.jwks_url)
    time.sleep(1.1)
    idp.mode, idp.delay_s = "slow", 1.0
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(broker.want, f"keyset-again {got['id']}")
        wait_until(lambda: idp.fetches["jwks"] == 2, "the fetch has begun")
        leaked = idp.key.kid
        idp.keys = [Key("ES256")]
        flush(broker)
        waiting.result()
    wait_until(lambda: kids(one(broker, idp.jwks_url)) == [idp.key.kid],
               "the new set")
    assert leaked not in kids(one(broker, idp.jwks_url))
    assert idp.fetches["jwks"] >= 3


def test_a_flush_of_one_api_leaves_the_others(broker, idp):
    add(broker, "one", f"{idp.url}/1/jwks")
    add(broker, "two", f"{idp.url}/2/jwks")
    broker.start()
    before = [wait_fetched(broker, f"{idp.url}/{n}/jwks") for n in (1, 2)]
    idp.mode = "silence"
    flush(broker, "one")
    assert kids(one(broker, f"{idp.url}/1/jwks")) == []
    assert kids(one(broker, f"{idp.url}/2/jwks")) == kids(before[1])


def test_a_changed_configuration_counts_for_the_next_fetch(broker, idp):
    url = "http://idp.invalid/jwks"
    broker.conf["jwks"] = {"allow_http": True}
    add(broker, "api", url)
    broker.start()
    wait_tried(broker, url)
    assert one(broker, url)["failures"] > 0
    broker.conf["jwks"] = {"allow_http": True, "proxy": idp.url}
    broker.command() # writes it
    broker.process.send_signal(signal.SIGHUP)
    wait_fetched(broker, url)
    assert idp.requests[0][1] == url


# Many

def test_a_thousand_issuers_are_fetched_sixteen_at_a_time(broker, idp):
    n = 1000
    for i in range(n):
        add(broker, f"api{i}", f"{idp.url}/{i}/jwks")
    broker.start()
    wait_until(lambda: idp.fetches["jwks"] >= n, f"{n} fetches")
    wait_until(lambda: all(s["last_fetch"] > 0 for s in sets(broker).values()),
               "all are there")
    assert idp.fetches["jwks"] == n
    assert broker.metric("jotgate_keyset_fetches_total") == n
    due = sorted(s["next_refresh"] for s in sets(broker).values())
    assert due[-1] - due[0] > 20 # spread, not all at once
