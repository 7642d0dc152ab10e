"""A JWT that is kept under its own signature is sealed by it, where the store
does not know the signature: a copy of the store opens nothing."""
import json
import os

import pytest

from gateway import Gateway
from test_virtual import virtual, versions
from tokens import hs256

PUT = """
function put(request, session, config) {
  var ask = JSON.parse(request.Body);
  TykSetKeyData(ask.id, JSON.stringify(ask.session), "1");
  return TykJsResponse({Body: TykGetKeyData(ask.id, "tok"), Code: 200}, {});
}
function keep(request, session, config) {
  var told = JSON.stringify(session.meta_data);
  session.meta_data.seen = "yes";
  return TykJsResponse({Body: told, Code: 200}, session.meta_data);
}
"""


def make(gw, **conf):
    gw.conf.update(enable_jsvm=True, enable_hashed_keys_listing=True, **conf)
    gw.add_policy(apis=["tok"])
    gw.add_api("open", use_keyless=True, enable_jwt=False,
               version_data=versions(virtual("/put", "put", PUT,
                                             method="POST")))
    gw.add_api("tok", enable_jwt=False, use_standard_auth=True,
               strip_auth_data=True, version_data=versions(
                   virtual("/keep", "keep", PUT, use_session=True),
                   global_headers={
                       "Authorization": "Bearer $tyk_meta.access_token"}))
    return gw.start()


@pytest.fixture(scope="module", params=["", "murmur64"])
def gw(request, module_folder, upstream):
    gw = Gateway(module_folder / (request.param or "none"), upstream)
    yield make(gw, hash_keys=True, hash_key_function=request.param)
    gw.stop()


def by_function(gw, signature, session):
    answer = gw.call("POST", "/open/put", {}, json.dumps(
        {"id": signature, "session": session}))
    assert answer.status == 200, gw.log()[-2000:]
    # The script, too, is told what it kept.
    assert answer.json()["meta_data"] == session["meta_data"]


def by_request(gw, signature, session):
    answer = gw.control_call("POST", f"/tyk/keys/{signature}", session)
    assert answer.status == 200, answer.body


def keep(gw, way, name):
    """A token that is kept; its signature."""
    whole = hs256({"sub": name})
    session = {"org_id": "default", "apply_policies": ["default"],
               "alias": name, "meta_data": {"access_token": whole, "x": "1"}}
    way(gw, whole.split(".")[2], session)
    return whole, whole.split(".")[2]


def sent_on(gw, signature):
    answer = gw.call("GET", "/tok/echo", {"Authorization": signature})
    assert answer.status == 200, answer.body
    return [v for n, v in answer.json()["headers"] if n == "Authorization"]


def hash_of(gw, signature):
    """The name that the key with this id is listed by."""
    before = gw.control_call("GET", path_of(signature)).json()
    for name in gw.control_call("GET", "/tyk/keys").json()["keys"]:
        shown = gw.control_call("GET", f"/tyk/keys/{name}?hashed=true").json()
        if shown["alias"] == before["alias"]:
            return name
    raise AssertionError("not listed")


def path_of(signature):
    return f"/tyk/keys/{signature}?org_id=default"


def bytes_of(path):
    """Without the holes: the store's file is a gigabyte of them."""
    out, at = b"", 0
    with path.open("rb") as file:
        while True:
            try:
                at = os.lseek(file.fileno(), at, os.SEEK_DATA)
            except OSError:
                return out  # nothing behind it
            end = os.lseek(file.fileno(), at, os.SEEK_HOLE)
            out += os.pread(file.fileno(), end - at, at)
            at = end


def files_with(gw, text):
    """Names of the files of the store that hold it."""
    return [path.name for path in sorted((gw.folder / "store").rglob("*"))
            if path.is_file() and text.encode() in bytes_of(path)]


WAYS = [by_function, by_request]


@pytest.mark.parametrize("way", WAYS)
def test_no_file_of_the_store_has_the_token_or_what_opens_it(gw, way):
    whole, signature = keep(gw, way, f"files-{way.__name__}")
    assert sent_on(gw, signature) == [f"Bearer {whole}"]
    assert files_with(gw, whole.split(".")[1]) == []
    assert files_with(gw, signature) == []
    assert files_with(gw, "jotgate-sealed.") == ["data.mdb"]


@pytest.mark.parametrize("way", WAYS)
def test_who_has_the_key_is_shown_the_token_as_by_tyk(gw, way):
    whole, signature = keep(gw, way, f"shown-{way.__name__}")
    answer = gw.control_call("GET", path_of(signature)).json()
    assert answer["meta_data"] == {"access_token": whole, "x": "1"}


@pytest.mark.parametrize("way", WAYS)
def test_who_has_its_hash_can_edit_all_but_the_token(gw, way):
    whole, signature = keep(gw, way, f"edited-{way.__name__}")
    path = f"/tyk/keys/{hash_of(gw, signature)}?hashed=true"
    shown = gw.control_call("GET", path).json()
    assert shown["meta_data"]["access_token"].startswith("jotgate-sealed.")
    shown["meta_data"]["x"] = "2"
    assert gw.control_call("PUT", path, shown).status == 200
    assert sent_on(gw, signature) == [f"Bearer {whole}"]
    path_of_policy = f"/tyk/keys/policy/{path.split('/')[3].split('?')[0]}"
    assert gw.control_call("POST", path_of_policy,
                           {"policy": "default"}).status == 200
    assert sent_on(gw, signature) == [f"Bearer {whole}"]
    answer = gw.control_call("GET", path_of(signature)).json()
    assert answer["meta_data"] == {"access_token": whole, "x": "2"}
    # What is written by the whole key is sealed again.
    assert gw.control_call("PUT", path_of(signature), answer).status == 200
    assert sent_on(gw, signature) == [f"Bearer {whole}"]
    assert gw.control_call("GET", path).json()["meta_data"][
        "access_token"].startswith("jotgate-sealed.")


@pytest.mark.parametrize("way", WAYS)
def test_a_script_that_keeps_meta_data_leaves_the_token_sealed(gw, way):
    whole, signature = keep(gw, way, f"kept-{way.__name__}")
    answer = gw.call("GET", "/tok/keep", {"Authorization": signature})
    assert answer.json()["access_token"] == whole
    assert sent_on(gw, signature) == [f"Bearer {whole}"]
    shown = gw.control_call("GET", path_of(signature)).json()["meta_data"]
    assert shown == {"access_token": whole, "x": "1", "seen": "yes"}
    assert files_with(gw, whole.split(".")[1]) == []


def test_under_another_key_it_does_not_open(gw):
    whole, signature = keep(gw, by_request, "victim")
    path = f"/tyk/keys/{hash_of(gw, signature)}?hashed=true"
    stolen = gw.control_call("GET", path).json()["meta_data"]["access_token"]
    other = hs256({"sub": "thief"}).split(".")[2]
    by_request(gw, other, {
        "org_id": "default", "apply_policies": ["default"],
        "meta_data": {"access_token": stolen}})
    assert sent_on(gw, other) == [f"Bearer {stolen}"]


def test_without_hash_keys_the_key_stands_beside_it(gateway):
    gw = make(gateway)
    whole, signature = keep(gw, by_request, "plain")
    assert sent_on(gw, signature) == [f"Bearer {whole}"]
    assert files_with(gw, whole) == ["data.mdb"]
