"""Rates, quotas and what is said about them, through two workers."""
import concurrent.futures
import threading
import time

import pytest

from test_headers import Recorder
from tokens import hs256

RATE = b'{\n    "error": "Rate Limit Exceeded"\n}'
QUOTA = b'{\n    "error": "Quota exceeded"\n}'
API_RATE = b'{\n    "error": "API Rate Limit Exceeded"\n}'


@pytest.fixture
def gw(gateway):
    gateway.add_policy()
    gateway.add_api()
    return gateway


def token(sub="ada", **claims):
    return hs256({"sub": sub, **claims})


def test_a_quota_is_exact_and_then_403(gw):
    gw.add_policy(quota_max=3, quota_renewal_rate=3600)
    gw.start()
    now = int(time.time())
    left = []
    for _ in range(3):
        answer = gw.get("/api/echo", token())
        assert answer.status == 200
        assert answer.headers["X-RateLimit-Limit"] == "3"
        left.append(answer.headers["X-RateLimit-Remaining"])
        assert now + 3598 <= int(answer.headers["X-RateLimit-Reset"]) \
            <= now + 3605
    assert left == ["2", "1", "0"]
    answer = gw.get("/api/echo", token())
    assert (answer.status, answer.body) == (403, QUOTA)
    assert "X-RateLimit-Limit" not in answer.headers
    assert gw.get("/api/echo", token("bob")).status == 200


def test_a_rate_is_429(gw):
    gw.add_policy(rate=2, per=60)
    gw.start()
    assert [gw.get("/api/echo", token()).status for _ in range(3)] == \
        [200, 200, 429]
    answer = gw.get("/api/echo", token())
    assert (answer.status, answer.body) == (429, RATE)
    assert "X-RateLimit-Limit" not in answer.headers


def test_rates_in_the_headers_also_of_429(gw):
    gw.conf["rate_limit_response_headers"] = "rate_limits"
    gw.add_policy(rate=1, per=60)
    gw.start()
    answers = [gw.get("/api/echo", token()) for _ in range(2)]
    assert [a.status for a in answers] == [200, 429]
    for answer in answers:
        assert answer.headers.get_all("X-RateLimit-Limit") == ["1"]
        assert answer.headers["X-RateLimit-Remaining"] == "0"
        assert abs(int(answer.headers["X-RateLimit-Reset"])
                   - time.time() - 60) < 5


@pytest.mark.parametrize("source,expected", [
    ("quotas", {"Limit": ["5"], "Remaining": ["4"]}),
    ("rate_limits", {"Limit": ["7"], "Remaining": ["6"]})])
def test_the_headers_of_the_upstream_are_replaced(gw, source, expected):
    recorder = Recorder("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n"
                        "X-RateLimit-Limit: 99\r\nx-ratelimit-limit: 98\r\n"
                        "X-RateLimit-Remaining: 97\r\n\r\nok")
    gw.conf["rate_limit_response_headers"] = source
    gw.add_api(proxy={"target_url": recorder.url})
    gw.add_policy(rate=7, per=60, quota_max=5, quota_renewal_rate=60)
    gw.start()
    answer = gw.get("/api/x", token())
    assert answer.status == 200
    for name, values in expected.items():
        assert answer.headers.get_all(f"X-RateLimit-{name}") == values
    recorder.close()


def test_callers_with_one_pattern_share_a_counter(gw):
    """Whatever a client writes into the header that the pattern names."""
    gw.add_api(enable_context_vars=True)
    gw.add_policy(quota_max=2, quota_renewal_rate=60, meta_data={
        "rate_limit_pattern": "$tyk_context.headers_X_Team"})
    gw.start()

    def of_team(team, sub):
        return gw.get("/api/echo", token(sub), {"X-Team": team}).status

    assert [of_team("red", sub) for sub in "abc"] == [200, 200, 403]
    assert of_team("blue", "a") == 200
    assert of_team("x" * 4000, "a") == 200
    assert of_team("", "a") == 200  # no text: the caller's own


def test_without_limits_the_headers_say_so(gw):
    gw.start()
    answer = gw.get("/api/echo", token())
    assert [answer.headers[f"X-RateLimit-{n}"]
            for n in ("Limit", "Remaining", "Reset")] == ["-1", "-1", "0"]


def test_the_apis_own_rate_is_for_all_callers(gw):
    gw.add_api(global_rate_limit={"rate": 2, "per": 60})
    gw.add_api("open", use_keyless=True, enable_jwt=False,
               global_rate_limit={"rate": 1, "per": 60})
    gw.start()
    assert gw.get("/api/echo", token("a")).status == 200
    assert gw.get("/api/echo", token("b")).status == 200
    answer = gw.get("/api/echo", token("c"))
    assert (answer.status, answer.body) == (429, API_RATE)
    assert gw.get("/open/echo").status == 200
    answer = gw.get("/open/echo")
    assert (answer.status, answer.body) == (429, API_RATE)


def test_limits_are_switched_off_by_the_api(gw):
    gw.add_policy(rate=1, per=60, quota_max=1, quota_renewal_rate=60)
    gw.add_api(disable_rate_limit=True, disable_quota=True)
    gw.start()
    assert {gw.get("/api/echo", token()).status for _ in range(5)} == {200}


def test_what_is_left_can_be_asked_without_being_counted(gw):
    gw.add_policy(quota_max=5, quota_renewal_rate=60, rate=7, per=3)
    gw.start()
    assert gw.get("/api/echo", token()).status == 200
    for path in ("/api/tyk/rate-limits/", "/api/tyk/rate-limits"):
        answer = gw.get(path, token())
        assert answer.status == 200
        assert answer.headers["Content-Type"] == "application/json"
        got = answer.json()
        assert got["quota"]["quota_max"] == 5
        assert got["quota"]["quota_remaining"] == 4
        assert abs(got["quota"]["quota_renews"] - time.time() - 60) < 5
        assert got["rate_limit"] == {"requests": 7, "per_unit": 3}
    assert gw.get("/api/tyk/rate-limits/").status == 400


def test_counts_stay_over_reload_and_restart(gw):
    gw.add_policy(quota_max=4, quota_renewal_rate=3600)
    gw.start()
    assert gw.get("/api/echo", token()).status == 200
    gw.reload()
    assert gw.get("/api/echo", token()).status == 200
    gw.stop()
    gw.start()
    assert [gw.get("/api/echo", token()).status for _ in range(3)] == \
        [200, 200, 403]


def test_two_workers_count_together(gw):
    gw.add_policy(quota_max=200, quota_renewal_rate=3600)
    gw.start()
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(
            lambda _: gw.get("/api/echo", token()).status, range(400)))
    assert answers.count(200) == 200 and answers.count(403) == 200


def test_throttled_requests_are_held(gw):
    gw.add_policy(rate=1, per=1, throttle_interval=0.5,
                  throttle_retry_limit=4)
    gw.start()
    assert gw.get("/api/echo", token()).status == 200
    assert gw.get("/api/echo", token()).status == 200  # after its pauses
    # Others are served meanwhile, and a client that goes away is let go.
    waiting = threading.Thread(target=gw.get, args=("/api/echo", token()))
    waiting.start()
    assert gw.get("/api/echo", token("bob")).status == 200
    waiting.join(20)
    assert not waiting.is_alive()
    assert gw.raw(b"GET /api/echo HTTP/1.1\r\nHost: x\r\nAuthorization: "
                  b"Bearer " + token().encode() + b"\r\n\r\n", timeout=0.2) \
        == b""
    time.sleep(1.5)
    assert gw.get("/api/echo", token()).status == 200


def test_a_throttled_request_is_refused_in_the_end(gw):
    gw.add_policy(rate=1, per=60, throttle_interval=0.1,
                  throttle_retry_limit=3)
    gw.start()
    assert gw.get("/api/echo", token()).status == 200
    answer = gw.get("/api/echo", token())
    assert (answer.status, answer.body) == (429, RATE)
    gw.stop()


def test_held_requests_do_not_keep_a_gateway_from_ending(gw):
    gw.add_policy(rate=1, per=60, throttle_interval=2,
                  throttle_retry_limit=3)
    gw.start()
    gw.get("/api/echo", token())
    waiting = threading.Thread(target=lambda: gw.get("/api/echo", token()))
    waiting.start()
    time.sleep(0.3)
    gw.stop()
    waiting.join(20)
    assert not waiting.is_alive()
