"""`jotgate import ... --apply`: what was imported is held by a running gateway,
and nothing that somebody made is replaced without a yes."""
import json

import pytest

from command import expect, golden, on_terminal
from idp import Idp
from tokens import hs256

SECRET = "an-hmac-secret-of-more-than-32-bytes-for-tests"
READER = "a-reader-of-this-gateway-0123456"


@pytest.fixture
def gw(gateway):
    gateway.conf["read_only_secret"] = READER
    gateway.add_policy()
    gateway.add_api()
    return gateway.start()


@pytest.fixture
def tyk(gw):
    """Another installation, of definitions and policies only."""
    home = gw.folder / "tyk"
    for name in ("apps", "policies"):
        (home / name).mkdir(parents=True)
    (home / "apps/orders.json").write_text(json.dumps(
        gw.api("orders", jwt_default_policies=["gold"], our_mark=[1, 2.5])))
    (home / "policies/policies.json").write_text(json.dumps({"gold": {
        "name": "p", "org_id": "default", "active": True, "rate": 5, "per": 1,
        "access_rights": {"orders": {"api_id": "orders",
                                     "versions": ["Default"]}}}}))
    return home


@pytest.fixture
def issuer():
    with Idp() as provider:
        yield provider.jwks_url.rsplit("/", 1)[0] + "/realms/shop"


def plan(text):
    return text[text.index("\nPlan for ") + 1:]


def call(gw, path):
    return gw.control_call("GET", path)


def test_a_dry_run_shows_the_plan_and_changes_nothing(gw, tyk):
    done = expect("import", "tyk", tyk, "--apply", "--dry-run", gateway=gw)
    golden("import-tyk-plan.txt", plan(done.stdout), PORT=gw.control)
    assert "nothing was changed: --dry-run" in done.stderr
    assert call(gw, "/tyk/apis/orders").status == 404
    assert not (gw.apps / "orders.json").exists()


def test_an_installation_is_in_force_and_lost_nothing(gw, tyk):
    done = expect("import", "tyk", tyk, "--apply", gateway=gw)
    assert "done, and in force at http://127.0.0.1:" in done.stderr
    assert gw.get("/orders/echo", hs256({"sub": "ada"})).status == 200
    assert call(gw, "/tyk/apis/orders").json() == \
        json.loads((tyk / "apps/orders.json").read_text())
    assert call(gw, "/tyk/policies/gold").json()["rate"] == 5
    # What only the gateway has stays; once more there is nothing to do.
    assert call(gw, "/tyk/apis/api").status == 200
    again = expect("import", "tyk", tyk, "--apply", gateway=gw)
    assert plan(again.stdout).endswith(
        "0 to create, 0 to update, 2 the same\n")


def replaced(gw, tyk):
    """An API of the gateway's that the import would replace."""
    expect("import", "tyk", tyk, "--apply", gateway=gw)
    path = tyk / "apps/orders.json"
    path.write_text(json.dumps({**json.loads(path.read_text()),
                                "name": "Theirs"}))
    return lambda: call(gw, "/tyk/apis/orders").json()["name"]


def test_what_is_there_is_replaced_after_a_yes_only(gw, tyk):
    name = replaced(gw, tyk)
    words = ("import", "tyk", str(tyk), "--apply")
    refused = expect(*words, gateway=gw, code=2)
    assert "1 document would be replaced; nothing was changed" in \
        refused.stderr
    assert "~ update API orders" in refused.stdout and name() == "orders"
    shown, code = on_terminal(*words, gateway=gw, answer="n\n")
    assert b"Replace 1 document? [y/N]" in shown and code == 130
    assert name() == "orders"
    shown, code = on_terminal(*words, gateway=gw, answer="y\n")
    assert code == 0, shown
    assert name() == "Theirs"


def test_yes_answers_for_a_script(gw, tyk):
    name = replaced(gw, tyk)
    expect("import", "tyk", tyk, "--apply", "--yes", gateway=gw)
    assert name() == "Theirs"


def test_a_faulty_installation_is_told_and_not_sent(gw, tyk):
    (tyk / "apps/wrong.json").write_text(json.dumps(
        gw.api("wrong", proxy={"listen_path": 7})))
    done = expect("import", "tyk", tyk, "--apply", "--yes", gateway=gw, code=3)
    assert "nothing was changed" in done.stderr
    assert call(gw, "/tyk/apis/orders").status == 404


def test_a_report_for_programs_holds_the_plan(gw, tyk):
    done = expect("import", "tyk", tyk, "--apply", "--json", gateway=gw)
    report = json.loads(done.stdout)
    assert (report["v"], report["apis"], report["policies"]) == (1, 1, 1)
    assert [(c["action"], c["kind"], c["id"])
            for c in report["plan"]["changes"]] == \
        [("create", "policy", "gold"), ("create", "api", "orders")]


def test_a_secret_that_may_only_read_is_4(gw, tyk):
    done = expect("import", "tyk", tyk, "--apply", gateway=gw, code=4,
                  env={"JOTGATE_SECRET": READER})
    assert "may only read" in done.stderr and done.stdout == ""


def test_no_gateway_is_5_and_nothing_happens(gw, tyk):
    gw.stop()
    done = expect("import", "tyk", tyk, "--apply", gateway=gw, code=5)
    assert "nothing was changed" in done.stderr
    assert not (gw.apps / "orders.json").exists()


@pytest.mark.parametrize("options, words", [
    (["--apply", "--to", "out"], "leave out one of them"),
    (["--dry-run"], "add --apply"), (["--yes"], "add --apply")])
@pytest.mark.parametrize("verb", ["tyk", "oidc"])
def test_options_that_do_not_go_together_are_said(folder, verb, options, words):
    done = expect("import", verb, "x", *options, cwd=folder, code=2)
    assert words in done.stderr and done.stdout == ""
    assert list(folder.iterdir()) == []


def shop(gw, issuer, *options, **more):
    return expect("import", "oidc", issuer, "--listen", "/shop/", "--upstream",
                  f"http://127.0.0.1:{gw.upstream.port}", "--audience", "shop",
                  "--apply", *options, gateway=gw, **more)


def test_a_provider_s_api_is_in_force(gw, issuer):
    dry = shop(gw, issuer, "--dry-run")
    golden("import-oidc-plan.txt", plan(dry.stdout), PORT=gw.control)
    assert "\n+ OAS API shop\n+   {\n" in dry.stdout
    assert "\n+ policy shop\n+   {\n" in dry.stdout
    assert call(gw, "/tyk/apis/oas/shop").status == 404
    done = shop(gw, issuer)
    assert "in force at" in done.stderr
    assert call(gw, "/tyk/apis/oas/shop").status == 200
    assert call(gw, "/tyk/policies/shop").status == 200
    assert gw.get("/shop/echo").status in (400, 401)  # a token is wanted


def test_a_provider_s_report_holds_the_plan(gw, issuer):
    report = json.loads(shop(gw, issuer, "--json").stdout)
    assert report["api"]["x-tyk-api-gateway"]["info"]["id"] == "shop"
    assert (report["plan"]["create"], report["plan"]["update"]) == (2, 0)


def test_a_provider_s_api_replaces_none_without_a_yes(gw, issuer):
    shop(gw, issuer)
    def shop_at(port, **more):
        return expect("import", "oidc", issuer, "--listen", "/shop/",
                      "--upstream", f"http://127.0.0.1:{port}", "--audience",
                      "shop", "--apply", gateway=gw, **more)
    done = shop_at(9, code=2)
    assert "1 document would be replaced" in done.stderr
    url = call(gw, "/tyk/apis/oas/shop").json()["x-tyk-api-gateway"][
        "upstream"]["url"]
    assert url.endswith(f":{gw.upstream.port}")
