"""Who may call an API, by address: enable_ip_whitelisting and its opposite."""
import pytest
from test_oas import EXTENSION, document, put
from tokens import hs256

REFUSED = b'{\n    "error": "access from this IP has been disallowed"\n}'
HERE, ELSEWHERE = "127.0.0.1", "192.0.2.7"


def lists(allow=None, block=None):
    return {"enable_ip_whitelisting": allow is not None,
            "allowed_ips": allow or [],
            "enable_ip_blacklisting": block is not None,
            "blacklisted_ips": block or []}


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    rules = {
        "here": lists([ELSEWHERE, HERE]), "net": lists(["127.0.0.0/8"]),
        "away": lists([ELSEWHERE]), "blocked": lists(block=["127.0.0.0/30"]),
        "other": lists(block=[ELSEWHERE]), "both": lists([HERE], [HERE]),
        "empty": lists([]), "nobody": lists(["localhost"]),
        "mapped": lists(["::ffff:127.0.0.1"]),
        "off": {"allowed_ips": [ELSEWHERE], "blacklisted_ips": [HERE]},
    }
    for api, fields in rules.items():
        gw.add_api(api, use_keyless=True, enable_jwt=False, **fields)
    gw.add_api("faulty", use_keyless=True, enable_jwt=False,
               **lists(block=["10.0.0.0/99"]))
    gw.add_api("jwt", **lists([ELSEWHERE]))
    for api, control in {
            "oas": {"enabled": True, "allow": [ELSEWHERE]},
            "oas-block": {"enabled": True, "block": [HERE]},
            "oas-off": {"enabled": False, "block": [HERE]}}.items():
        doc = document(api, gw.upstream)
        doc[EXTENSION]["server"]["authentication"]["enabled"] = False
        doc[EXTENSION]["server"]["ipAccessControl"] = control
        put(gw, f"{api}.json", doc)
    gw.add_policy(apis=["jwt"])
    return gw.start()


@pytest.mark.parametrize("api", ["here", "net", "other", "empty", "off",
                                 "mapped", "oas-off"])
def test_who_is_allowed_and_not_blocked_passes(gw, api):
    assert gw.get(f"/{api}/x").status == 200


@pytest.mark.parametrize("api", ["away", "blocked", "both", "nobody", "oas",
                                 "oas-block"])
def test_everybody_else_is_refused(gw, api):
    answer = gw.get(f"/{api}/x")
    assert (answer.status, answer.body) == (403, REFUSED)


def test_the_address_comes_before_the_token(gw):
    for token in (None, hs256({"sub": "ada"}), "a.b.c"):
        answer = gw.get("/jwt/x", token)
        assert (answer.status, answer.body) == (403, REFUSED)


def test_a_client_cannot_write_its_own_address(gw):
    for name in ("X-Real-IP", "X-Forwarded-For", "Forwarded", "X-Client-IP"):
        assert gw.get("/away/x", headers={name: ELSEWHERE}).status == 403
        assert gw.get("/blocked/x", headers={name: ELSEWHERE}).status == 403


def test_an_api_with_a_block_list_that_cannot_be_read_is_not_served(gw):
    assert gw.get("/faulty/x").status == 404
    assert "blacklisted_ips.0" in gw.log()


def test_behind_proxies_the_outermost_ones_word_counts(gateway):
    gateway.conf["http_server_options"] = {"xff_depth": 2}
    gateway.add_api("a", use_keyless=True, enable_jwt=False,
                    **lists([ELSEWHERE]))
    gateway.start()
    for forwarded, status in (
            (f"{ELSEWHERE}, 10.0.0.1", 200),
            (f"{HERE}, {ELSEWHERE}, 10.0.0.1", 200),
            (f"{ELSEWHERE}, {HERE}, 10.0.0.1", 403),  # written by the client
            (f"{ELSEWHERE}", 403), ("x, y", 403), ("", 403)):
        answer = gateway.get("/a/x", headers={"X-Forwarded-For": forwarded,
                                              "X-Real-IP": ELSEWHERE})
        assert answer.status == status, forwarded
    assert gateway.get("/a/x").status == 403
