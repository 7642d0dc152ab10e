"""`jotgate export` and `diff`: what is in force, as files, byte for byte."""
import json
import pathlib

import pytest

from command import expect
from documents import BLOCK
from gateway import b64

ROOT = pathlib.Path(__file__).resolve().parents[2]
SECRET = "0123456789abcdef0123456789abcdef-of-this-test"


@pytest.fixture
def gw(gateway):
    gateway.add_policy("gold", ["api"], x_ours=[1, 2.5, "é"])
    gateway.add_api(jwt_source=b64(SECRET), our_mark={"b": 1, "a": [None]})
    return gateway


def run(gateway, *words, **more):
    return expect(*words, gateway=gateway, **more)


def contents(folder):
    return {str(p.relative_to(folder)): p.read_bytes()
            for p in folder.rglob("*") if p.is_file()}


def test_an_export_is_what_was_written_and_does_not_differ(gw):
    gw.start()
    out = gw.folder / "out"
    run(gw, "export", out)
    files = contents(out)
    assert sorted(files) == ["apis/api.json", "policies/gold.json"]
    for name, original in (("apis/api.json", gw.apps),
                           ("policies/gold.json", gw.policies)):
        source, = original.iterdir()
        assert files[name].strip() == source.read_bytes().strip()
    done = run(gw, "diff", out)
    assert done.stdout == "0 to create, 0 to update, 2 the same\n"
    stamps = {p: p.stat().st_mtime_ns for p in out.rglob("*.json")}
    assert "0 files written, 2 unchanged" in run(gw, "export", out).stderr
    assert stamps == {p: p.stat().st_mtime_ns for p in out.rglob("*.json")}
    assert (out / "apis/api.json").stat().st_mode & 0o007 == 0


def test_a_difference_is_told_field_by_field_and_secrets_are_not(gw):
    gw.start()
    out = gw.folder / "out"
    run(gw, "export", out)
    api = json.loads((out / "apis/api.json").read_text())
    api["proxy"]["target_url"] = "http://127.0.0.1:2/"
    api["jwt_source"] = b64("another-secret")
    del api["our_mark"]
    (out / "apis/api.json").write_text(json.dumps(api))
    (out / "policies/gold.json").unlink()
    (out / "policies/new.json").write_text(json.dumps(
        {"id": "new", "org_id": "default", "access_rights": {}}))
    text = run(gw, "diff", out, code=20).stdout
    lines = text.splitlines()
    assert "~ update API api" in lines
    assert "    ~ jwt_source: (secret) -> (secret)" in lines
    assert any(l.startswith("    ~ proxy.target_url: ") and
               l.endswith(' -> "http://127.0.0.1:2/"') for l in lines)
    assert '    - our_mark: {"b":1,"a":[null]}' in lines
    assert "+ create policy new" in lines
    assert "= keep policy gold  (only in the gateway)" in lines
    assert lines[-1] == "1 to create, 1 to update, 0 the same, " \
        "1 only in the gateway"
    assert b64(SECRET) not in text and b64("another-secret") not in text
    report = json.loads(run(gw, "diff", out, "--json", code=20).stdout)
    assert {(c["action"], c["kind"], c["id"]) for c in report["changes"]} == \
        {("update", "api", "api"), ("create", "policy", "new"),
         ("keep", "policy", "gold")}


def test_white_space_and_order_are_no_difference(gw):
    gw.start()
    out = gw.folder / "out"
    run(gw, "export", out)
    path = out / "apis/api.json"
    api = json.loads(path.read_text())
    path.write_text(json.dumps(dict(reversed(api.items())), indent=7))
    run(gw, "diff", out)


def examples():
    """Every definition and policy of the documents, one of each id."""
    found = {}
    for page in sorted(ROOT.glob("docs/**/*.md")):
        for kind, name, body in BLOCK.findall(page.read_text()):
            folder = pathlib.PurePath(name).parts[:1]
            if kind == "json" and folder in (("apps",), ("policies",)):
                found.setdefault(name, body)
    return found


def test_every_example_of_the_documents_comes_back_as_it_is(gateway):
    wanted = examples()
    assert len(wanted) > 5
    for name, body in wanted.items():
        (gateway.folder / name).write_text(body)
    gateway.start()
    out = gateway.folder / "out"
    run(gateway, "export", out)
    texts = [body.strip() for body in wanted.values()]
    exported = [text.decode().strip() for text in contents(out).values()]
    assert len(exported) > 5 and set(exported) <= set(texts)
    run(gateway, "diff", out)


def test_links_and_odd_ids_do_not_lead_out_of_the_folder(gw):
    gw.conf["allow_unsafe_policy_ids"] = True
    gw.add_policy("odd", ["api"])
    path, = [p for p in gw.policies.iterdir() if "odd" in p.name]
    path.write_text(json.dumps({**json.loads(path.read_text()),
                                "id": "../../evil"}))
    gw.start()
    out, elsewhere = gw.folder / "out", gw.folder / "elsewhere"
    elsewhere.mkdir()
    out.mkdir()
    (out / "apis").mkdir()
    (out / "policies").symlink_to(elsewhere)
    assert "is no folder" in run(gw, "export", out, code=1).stderr
    assert list(elsewhere.iterdir()) == []
    (out / "policies").unlink()
    mine = elsewhere / "mine"
    mine.write_text("mine")
    (out / "apis" / "api.json").symlink_to(mine)
    run(gw, "export", out)
    assert mine.read_text() == "mine"
    assert not (out / "apis" / "api.json").is_symlink()
    assert {p.name[:7] for p in (out / "policies").iterdir()} == \
        {"gold.js", "policy-"}
    run(gw, "diff", out)


def test_a_folder_with_something_broken_is_refused(gw):
    gw.start()
    out = gw.folder / "out"
    run(gw, "export", out)
    (out / "apis" / "broken.json").write_text('{"api_id": "\u001b[31m", ')
    done = run(gw, "diff", out, code=3)
    assert "broken.json:1:" in done.stderr and "\x1b" not in done.stderr
    run(gw, "diff", gw.folder / "none", code=6)
