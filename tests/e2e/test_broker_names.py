"""How the broker looks names up: which, how often, and what a slow name does
to everybody else."""
import concurrent.futures
import shutil
import time

import pytest

from broker import wait_until
from fake_names import FakeNames


@pytest.fixture
def names(broker, tmp_path_factory):
    if shutil.which("gcc") is None:
        pytest.skip("LOUD SKIP: no gcc to build the lookups with")
    return FakeNames(tmp_path_factory.mktemp("n"), broker)


def test_a_wanted_name_is_looked_up(broker):
    broker.add("local", "http://localhost:9/")
    broker.start()
    assert broker.want("address localhost").status == 204


def test_only_names_that_an_api_uses_are_looked_up(broker, names):
    for name in ("used.example", "other.example", "off.example"):
        names.set(name, "127.0.0.1")
    broker.add("used", "http://used.example/")
    broker.add("off", "http://off.example/", active=False)
    broker.start()
    assert broker.want("address used.example").status == 204
    for name in ("other.example", "off.example", "127.0.0.1", "used.exampl",
                 "used.example ", " used.example", "USED.example/"):
        assert broker.want(f"address {name}").status == 404
    assert {name for _, _, name in names.log()} == {"used.example"}
    broker.add("other", "http://other.example/")
    broker.reload()
    assert broker.want("address other.example").status == 204


def test_a_failed_lookup_is_an_answer_and_is_repeated(broker, names):
    broker.conf["dns_refresh"] = 1
    broker.add("gone", "http://gone.example/")
    broker.start()
    assert broker.want("address gone.example").status == 204
    wait_until(lambda: "no address for gone.example" in broker.log(), "said")
    names.set("gone.example", "127.0.0.1")
    wait_until(lambda: "gone.example has an address again" in broker.log(),
               "the keeper found it")
    names.remove("gone.example")
    wait_until(lambda: "the last good ones stay" in broker.log(), "kept")


def test_slow_names_take_half_of_the_pool_at_most(broker, names):
    slow = [f"slow{i}.example" for i in range(6)]
    for name in slow:
        names.set(name, "slow")
    broker.start()
    for i, name in enumerate(slow):
        broker.add(f"api{i}", f"http://{name}/")
    broker.reload()
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        asked = [pool.submit(broker.want, f"address {name}")
                 for name in slow * 5]
        # Two services and the keeper are held up, and nobody else.
        wait_until(lambda: len(names.running()) == 3, "three lookups")
        for _ in range(100):
            assert broker.call("GET", "/hello").status == 200
        broker.add("meanwhile")
        broker.reload()
        assert "meanwhile" in broker.apis()
        running = names.running()
        assert len(running) == 3
        assert len({pid for pid, _ in running}) == 3
        assert len({name for _, name in running}) == 3
        for name in slow:
            names.set(name, "127.0.0.1")
        assert {answer.result().status for answer in asked} <= {204, 503}
    for name in slow:
        assert broker.want(f"address {name}").status == 204


def test_a_name_is_looked_up_once_for_all_who_want_it(broker, names):
    names.set("busy.example", "slow")
    broker.start()
    broker.add("busy", "http://busy.example/")
    broker.reload()
    with concurrent.futures.ThreadPoolExecutor(32) as pool:
        asked = [pool.submit(broker.want, "address busy.example")
                 for _ in range(32)]
        wait_until(lambda: names.running(), "a lookup")
        time.sleep(0.5)
        assert len(names.log()) == 1
        names.set("busy.example", "127.0.0.1")
        assert {answer.result().status for answer in asked} == {204}


def test_those_who_wait_too_long_are_told_to_come_back(broker, names):
    names.set("never.example", "slow")
    broker.add("never", "http://never.example/")
    broker.start()
    wait_until(lambda: names.running(), "the keeper looks it up")
    answer = broker.want("address never.example")
    assert answer.status == 503
    assert answer.headers["Retry-After"] == "1"


def test_new_names_work_while_the_keeper_is_held_up(broker, names):
    names.set("never.example", "slow")
    names.set("new.example", "127.0.0.1")
    broker.add("never", "http://never.example/")
    broker.start()
    wait_until(lambda: names.running(), "the keeper is held up")
    broker.add("new", "http://new.example/")
    broker.reload()
    assert broker.want("address new.example").status == 204


def test_a_lookup_past_the_deadline_is_killed(broker, names):
    broker.conf["broker_deadline"] = 2
    names.set("never.example", "slow")
    broker.start()
    broker.add("never", "http://never.example/")
    broker.reload()
    wait_until(lambda: "past its deadline, during: lookup of never.example"
               in broker.log(), "a kill")
    assert broker.call("GET", "/hello").status == 200
    assert broker.metric("jotgate_broker_killed_total") >= 1
