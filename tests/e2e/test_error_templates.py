"""Errors in the owner's words: the files of template_path."""
import pytest
from tokens import hs256


@pytest.fixture
def gw(gateway):
    gateway.templates = gateway.folder / "templates"
    gateway.templates.mkdir()
    gateway.conf["template_path"] = str(gateway.templates)
    gateway.add_api("api")
    gateway.add_api("dead", proxy={"target_url": "http://127.0.0.1:9"})
    gateway.add_policy(apis=["dead"])
    return gateway


def write(gw, **files):
    for name, text in files.items():
        name = ".".join(name.rsplit("_", 1))
        (gw.templates / name).write_text(text)


def asked(gw, path="/api/x", token=None, content_type=None):
    headers = {"Content-Type": content_type} if content_type else {}
    answer = gw.get(path, token, headers)
    return answer.status, answer.headers["Content-Type"], answer.body.decode()


def test_the_most_exact_template_counts(gw):
    write(gw, error_json='{"say": "{{ .Message }}", "n": {{.StatusCode}}}\n',
          error_403_json="{{.Message}}!", error_xml="<e>{{.Message}}</e>")
    gw.start()
    missing = "Authorization field missing"
    assert asked(gw) == (400, "application/json",
                         '{"say": "%s", "n": 400}\n' % missing)
    assert asked(gw, token="a.b.c")[2] == "Key not authorized!"
    assert asked(gw, content_type="text/xml") == (400, "text/xml",
                                                  f"<e>{missing}</e>")
    assert asked(gw, token="a.b.c", content_type="application/xml")[2] == \
        "<e>Key not authorized</e>"


def test_what_the_upstream_does_wrong_is_said_in_the_same_way(gw):
    write(gw, error_json="E{{.StatusCode}} {{.Message}}")
    gw.start()
    status, _, body = asked(gw, "/dead/x", hs256({"sub": "ada"}))
    assert (status, body) == (
        500, "E500 There was a problem proxying the request")
    # Before an API is known there is no template, as in Tyk.
    assert asked(gw, "/nowhere") == (404, "text/plain; charset=utf-8",
                                     "Not Found")


def test_without_one_for_xml_the_one_for_json_counts(gw):
    write(gw, error_json="J {{.Message}}")
    gw.start()
    assert asked(gw, content_type="text/xml") == (
        400, "application/json", "J Authorization field missing")


def test_a_message_cannot_leave_its_place(gw):
    gw.add_api("iss", allowedIssuers=["https://good"])
    write(gw, error_json='{"e":"{{.Message}}"}', error_xml="<e>{{.Message}}</e>")
    gw.start()
    token = hs256({"sub": "ada", "iss": '"},{"x":"</e><e>{{.StatusCode}}'})
    answer = gw.get("/iss/x", token)
    assert answer.status == 401
    assert answer.json() == {"e": 'Key not authorized: invalid issuer claim: '
                             '"},{"x":"</e><e>{{.StatusCode}}'}
    body = asked(gw, "/iss/x", token, "text/xml")[2]
    assert body.count("<e>") == 1 and "&lt;/e&gt;" in body
    assert "{{.StatusCode}}" in body


def test_a_reload_sees_what_changed(gw):
    gw.start()
    default = '{\n    "error": "Authorization field missing"\n}'
    assert asked(gw)[2] == default
    write(gw, error_json="new {{.Message}}")
    gw.reload()
    assert asked(gw)[2] == "new Authorization field missing"
    (gw.templates / "error.json").unlink()
    gw.reload()
    assert asked(gw)[2] == default


def test_a_template_that_cannot_be_used_is_named_and_passed_over(gw):
    write(gw, error_json="{{range .Things}}x{{end}}",
          error_401_json="x" * 17000, error_400_json="",
          error_403_json="good {{.Message}}")
    (gw.templates / "error_400.xml").mkdir()
    gw.start()
    assert asked(gw)[2] == '{\n    "error": "Authorization field missing"\n}'
    assert asked(gw, token="a.b.c")[2] == "good Key not authorized"
    log = gw.log()
    for name in ("error.json", "error_401.json", "error_400.json",
                 "error_400.xml"):
        assert f"templates/{name}" in log


def test_templates_can_stand_in_the_configuration(gw):
    gw.conf["error_templates"] = {"error.json": "conf {{.Message}}",
                                  "error_403.json": "conf 403"}
    write(gw, error_403_json="file 403")
    gw.start()
    assert asked(gw)[2] == "conf Authorization field missing"
    assert asked(gw, token="a.b.c")[2] == "file 403"
