"""Scripts that want to harm: each gets Tyk's answer, and what is asked after
it - of the same process of scripts, and of a plain API - is as it was.

Nothing here is timed. What ends too late fails by its client's patience."""
import pytest

from test_virtual import FAILED, virtual, versions

LATE = ": the script ran past its deadline"
DONE = "return TykJsResponse({Body: 'done', Code: 200}, {});"

# Those that have to fail: at the deadline, by their memory, or by an error.
ENDLESS = {
    "loop": "while (true);",
    "loop_in_try": "for (;;) { try { while (1); } catch (e) {} }",
    "loop_in_finally": "try { while (1); } finally { while (1); }",
    "loop_in_error": """
        throw {toString: function () { while (1); }};""",
    "loop_in_evil_message": """
        var e = new Error('x');
        Object.defineProperty(e, 'message', {get: function () { for (;;); }});
        throw e;""",
    "regexp": "/^(a+)+$/.test(new Array(60).join('a') + 'b');" + DONE,
    "regexp_in_replace":
        "new Array(60).join('a').replace(/(a*)*b/g, function () {});" + DONE,
    "split_by_evil_regexp":
        "(new Array(60).join('a') + 'b').split(/(a|aa)+$/);" + DONE,
    "sort": "[3, 1, 2, 5, 4].sort(function () { while (1); });" + DONE,
    "strings": "var s = 'x'; for (;;) s += s;",
    "repeat": "var s = 'x'; for (;;) s = s.repeat ? s.repeat(1e6) : s + s;",
    "arrays": "var a = []; for (;;) a.push(a.slice());",
    "array_of_arrays": "var a = []; for (;;) a.push(new Array(1000));",
    "join": "new Array(1e9).join('x');" + DONE,
    "many_keys": "var o = {}; for (var i = 0; ; i++) o['k' + i] = i;",
    "closures": """
        var f = function () {};
        for (;;) f = (function (g) { return function () { g(); }; })(f);""",
    "buffers": """
        var all = []; for (;;) all.push(new Uint8Array(1e6));""",
    "too_large_a_buffer": "new ArrayBuffer(4e9);" + DONE,
    "recursion": "function g() { return g() + 1; } g();" + DONE,
    "recursion_in_the_handler": """
        function g() { try { g(); } catch (e) { g(); } } g(); while (1);""",
    "recursion_of_getters": """
        Object.defineProperty(Object.prototype, 'x', {
          get: function () { return this.x; }});
        return {}.x;""",
    "recursion_by_apply": """
        (function g() { g.call.apply(g, arguments); g(); })();""" + DONE,
    "proxy": """
        var p = new Proxy({}, {get: function (t, k, r) { return r[k]; }});
        return p.x;""",
    "proxy_returned": """
        return new Proxy({}, {get: function () { while (1); }});""",
    "json_round": """
        var o = {}; o.o = o; return JSON.stringify(o);""",
    "json_by_code": """
        return TykJsResponse({Body: {toJSON: function () { while (1); }}}, {});
        """,
    "json_getter": """
        var o = {Code: 200};
        Object.defineProperty(o, 'Body', {enumerable: true, get: function () {
          while (1); }});
        return TykJsResponse(o, {});""",
    "json_deep": "JSON.parse(new Array(1e5).join('['));" + DONE,
    "json_deep_answer": """
        return '{"Response":{"Body":' + new Array(1e5).join('[') + '}}';""",
    "json_deep_session": """
        return '{"Response":{"Body":"x"},"SessionMeta":{"a":' +
          new Array(1e4).join('[') + new Array(1e4).join(']') + '}}';""",
    "evil_text": "return {toString: function () { while (1); }};",
    "no_text": """
        return {toString: function () { return {}; }, valueOf: null};""",
    "functions": "for (;;) Function('return ' + Math.random())();",
    "function_loop": "Function('while (1);')();",
    "eval_chain": """
        var s = '1';
        for (;;) s = 'eval(' + JSON.stringify(s) + ')', eval(s);""",
    "eval_deep": "eval(new Array(1e5).join('('));" + DONE,
    "regexps": "for (;;) new RegExp('a' + Math.random());",
    "regexp_deep": "new RegExp(new Array(1e5).join('('));" + DONE,
    "errors": "for (;;) new Error('x');",
    "log_flood": "for (;;) log('flood');",
    "log_too_large": "var s = 'x'; while (true) { s += s; log(s); }",
    "base64_flood": """
        var s = 'abc'; for (;;) { s = b64enc(s); }""",
    "keys_flood": "for (;;) TykGetKeyData('nobody', 'plain');",
    "setters": """
        Object.defineProperty(this, 'honest', {get: function () {
          while (1); }, configurable: false});
        Object.defineProperty(Object.prototype, 'Body', {set: function () {
          while (1); }});""" + DONE,
    "throws_null": "throw null;",
    "throws_nothing": "throw undefined;",
    "throws_a_function": "throw function () { while (1); };",
    "throws_a_secret": """
        throw 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhIn0.c2lnbmF0dXJl';""",
    "no_json": "TykJsResponse = null; JSON = null; return 'none';",
    "not_the_function": "this.honest = 1; return honest();",
    "answer_too_large": """
        var s = '0123456789abcdef'; while (s.length < 9e6) s += s;
        return TykJsResponse({Body: s, Code: 200}, {});""",
    "too_many_headers": """
        var h = {}; for (var i = 0; i < 1500; i++) h['X-' + i] = 'v';
        return TykJsResponse({Body: 'x', Headers: h, Code: 200}, {});""",
    "headers_with_lines": """
        return TykJsResponse({Body: 'x', Code: 200,
          Headers: {'X-A': 'b\\r\\nSet-Cookie: c=d'}}, {});""",
    "status_of_another": "return TykJsResponse({Body: 'x', Code: 101}, {});",
    "status_overflow": "return TykJsResponse({Body: 'x', Code: 1e300}, {});",
}

# Those that answer: what they did is gone with them.
ANSWERING = {
    "globals": """
        honest = print_state = null; undefined_before = 1;
        Object = Array = String = Function = Error = null;""",
    "json_taken": """
        var own = TykJsResponse({Body: 'done', Code: 200}, {});
        JSON.stringify = JSON.parse = function () { return '{}'; };
        return own;""",
    "prototypes": """
        Object.prototype.polluted = 'yes'; Array.prototype.join = null;
        Array.prototype[0] = 'zero'; String.prototype.trim = null;
        Function.prototype.call = null;""",
    "frozen": """
        Object.freeze(this); Object.freeze(Object.prototype);
        Object.preventExtensions(Array.prototype);""",
    "finalizers": """
        var all = [];
        for (var i = 0; i < 1e4; i++) all.push({a: all});
        try { Duktape.fin({}, function () { while (1); }); } catch (e) {}
        all = null;""",
    "coroutines": """
        try { new Duktape.Thread(function () { while (1); }); } catch (e) {}
        """,
    "constructors": """
        ({}).constructor.constructor('this.left_by_constructor = 1')();
        eval('left_by_eval = 1'); Function('left_by_function = 1')();""",
    "requests_flood": """
        for (var i = 0; i < 1500; i++)
          TykMakeHttpRequest('{"Domain": "http://127.0.0.1:1"}');""",
    "requests_malformed": """
        [undefined, null, 1, '', '[', '{}', '[]', '{"Domain": 7}',
         {}, function () {}, '{"Domain": "http://[::ffff:a9fe:a9fe]"}',
         '{"Headers": {"A\\\\r\\\\nB": "c"}, "Domain": "http://127.0.0.1:1"}']
          .forEach(function (spec) {
            TykMakeHttpRequest(spec); TykBatchRequest(spec); });""",
    "keys_written": """
        for (var i = 0; i < 1200; i++)
          try { TykSetKeyData('hostile-' + i, '{"org_id": [[[', '1'); }
          catch (e) {}""",
    "base64_of_everything": """
        var s = '\\ud83d\\u0000\\uffff\\ud800';
        for (var i = 0; i < 8; i++) s += s;
        b64dec(b64enc(s)); rawb64dec(rawb64enc(s)); b64dec(s); rawb64dec(s);
        b64dec('===='); b64dec(); b64enc(); b64enc({});""",
    "buffers_kept": """
        this.kept = new Uint8Array(1e6); kept[5] = 7;""",
    "date": "Date.now = function () { return 0; }; Date = null;",
    "random": "Math.random = function () { return 0.5; }; Math = null;",
}

# What a call can find, three names deep, as a list of names and kinds.
HONEST = """
var calls = 0;
function describe(path, value, depth, out) {
  var names = Object.getOwnPropertyNames(value), i, d;
  out.push(path + (Object.isExtensible(value) ? '+' : '-') + names.length);
  for (i = 0; i < names.length; i++) {
    d = Object.getOwnPropertyDescriptor(value, names[i]);
    out.push(names[i] + ':' + typeof d.value);
    if (depth > 0 && names[i] !== 'globalThis' && names[i] !== 'constructor' &&
        d.value === Object(d.value))
      describe(path + '.' + names[i], d.value, depth - 1, out);
  }
}
function honest(request, session, config) {
  var out = [];
  calls++;
  describe('', this, 2, out);
  return TykJsResponse({Body: JSON.stringify([calls, request.Params.n[0],
    typeof {}.polluted, out]), Headers: {'X-Honest': 'yes'}, Code: 200}, {});
}
"""


def function(name, body):
    return f"function {name}(request, session, config) {{ {body}\n}}\n"


@pytest.fixture(scope="module")
def gw(module_gateway):
    gw = module_gateway
    gw.conf.update(enable_jsvm=True, jsvm_timeout=1,
                   script_processes=1)  # the next call is the same process's
    rows = {**ENDLESS,
            **{name: body + DONE for name, body in ANSWERING.items()}}
    gw.add_api("scripts", use_keyless=True, enable_jwt=False,
               version_data=versions(
                   virtual("/honest$", "honest", HONEST),
                   *[virtual(f"/{name}$", name, function(name, body))
                     for name, body in rows.items()]))
    gw.add_api("plain", use_keyless=True, enable_jwt=False)
    return gw.start()


def get(gw, path):
    """Again where the machine is so slow that it took its whole second."""
    for _ in range(30):
        before = len(gw.log())
        answer = gw.get(path)
        if answer.status != 500 or LATE not in gw.log()[before:]:
            break
    return answer


def honest(gw, n):
    answer = get(gw, f"/scripts/honest?n={n}")
    assert (answer.status, answer.headers["X-Honest"]) == (200, "yes")
    return answer.json()


@pytest.fixture(scope="module")
def clean(gw):
    """What an honest call finds before anything has happened."""
    calls, n, polluted, found = honest(gw, "first")
    assert (calls, n, polluted) == (1, "first", "undefined")
    assert "parse:function" in found and len(found) > 500
    return found


def others_are_served(gw, clean, name):
    assert honest(gw, name) == [1, name, "undefined", clean]
    answer = gw.get("/plain/get")
    assert answer.status == 200 and answer.json()["target"] == "/get"


@pytest.mark.parametrize("name", ENDLESS)
def test_one_that_cannot_end_well_is_tyks_500(gw, clean, name):
    answer = gw.get(f"/scripts/{name}")
    assert (answer.status, answer.body) == (500, FAILED)
    assert not {"Set-Cookie", "X-A", "X-0"} & set(answer.headers)
    others_are_served(gw, clean, name)


@pytest.mark.parametrize("name", ANSWERING)
def test_what_one_changes_is_gone_with_it(gw, clean, name):
    answer = get(gw, f"/scripts/{name}")
    assert (answer.status, answer.body) == (200, b"done")
    others_are_served(gw, clean, name)


@pytest.mark.parametrize("name", ["log_flood", "requests_flood",
                                  "requests_malformed", "keys_written"])
def test_no_call_fills_the_log(gw, name):
    before = len(gw.log())
    gw.get(f"/scripts/{name}")
    lines = gw.log()[before:].splitlines()
    assert 1 < len(lines) < 100, lines[:3]
    if name != "requests_malformed":
        assert "more of this call is not logged" in "".join(lines)
