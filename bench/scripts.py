#!/usr/bin/python3
"""What scripts cost, and what hostile ones cost their neighbours.

    trivial     requests a second of a virtual endpoint that returns a text
    hostile     when each of several hostile scripts has ended, against the
                limit of jsvm_timeout
    neighbour   p99 of a plain API at a steady rate, alone and beside clients
                that call hostile scripts without a pause, in turns;
                and the same beside scripts that only loop

    bench/scripts.py BUILD [--rounds 9] [--seconds 3]
"""
import base64
import statistics
import subprocess
import threading
import time
import urllib.error
import urllib.request

import report
import run
import servers

LIMIT_S = 1
CLIENTS = 4  # that call hostile scripts
GOOD, GOOD_MS = 4, 1  # connections of the plain API, and their pause
RETURN = "return TykJsResponse({Body:'x',Code:200},{})"
HOSTILE = {
    "loop": "while(true){}",
    "regexp": "/^(a+)+$/.test(new Array(40).join('a')+'b');" + RETURN,
    "strings": "var s='x';while(true)s+=s;",
    "arrays": "var a=[];while(true)a.push(new Array(1000));",
    "join": "new Array(1e9).join('x');" + RETURN,
    "sparse": "var a=[];a[1e9]=0;JSON.stringify(a);" + RETURN,
    "sort": "new Array(1e5).join('x').split('').sort("
            "function(){return Math.random()-.5;});while(true){}",
    "recursion": "function f(){return f()+1}f();" + RETURN,
    "getter": "return {toString:function(){while(true){}}}",
    "closures": "var f=function(){};while(true)f=(function(g){"
                "return function(){g()}})(f);",
    "json": "var o={};for(var i=0;i<1e5;i++)o={o:o};JSON.stringify(o);"
            + RETURN,
    "log": "while(true)log('x');",
}


def definition(upstream):
    def endpoint(name, body):
        source = f"function f_{name}(request,session,config){{{body}}}"
        return {"response_function_name": f"f_{name}", "path": f"/{name}$",
                "method": "GET", "function_source_type": "blob",
                "function_source_uri":
                    base64.b64encode(source.encode()).decode()}
    scripts = [endpoint(n, b) for n, b in
               {"trivial": RETURN, **HOSTILE}.items()]

    def api(name, version):
        return {"api_id": name, "name": name, "org_id": "default",
                "active": True, "use_keyless": True,
                "proxy": {"listen_path": f"/{name}/",
                          "strip_listen_path": True,
                          "target_url": f"http://127.0.0.1:{upstream.port}"},
                "version_data": {"not_versioned": True, "versions": {
                    "Default": {"name": "Default", **version}}}}
    return [api("plain", {}),
            api("scripts", {"use_extended_paths": True,
                            "extended_paths": {"virtual": scripts}})]


def call(server, name):
    """(status, seconds)"""
    start = time.monotonic()
    try:
        with urllib.request.urlopen(f"{server.url}/scripts/{name}",
                                    timeout=30) as answer:
            status = answer.status
    except urllib.error.HTTPError as error:
        status = error.code
    return status, time.monotonic() - start


def wrk(server, path, seconds, connections, wait_ms=None):
    args = ["", str(wait_ms)] if wait_ms else [""]
    out = subprocess.run(
        ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s",
         run.HERE / "load.lua", server.url + path, "--", *args],
        capture_output=True, text=True, check=True).stdout
    return run.result_of(out)


class Attack:
    """Clients that call one hostile script of <names> after the other."""

    def __init__(self, server, names):
        self.server, self.names = server, names
        self.end = threading.Event()

    def __enter__(self):
        self.threads = [threading.Thread(target=self.calls, args=[n])
                        for n in range(CLIENTS)]
        for thread in self.threads:
            thread.start()

    def __exit__(self, *args):
        self.end.set()
        for thread in self.threads:
            thread.join(30)

    def calls(self, n):
        while not self.end.is_set():
            call(self.server, self.names[n % len(self.names)])
            n += CLIENTS + 1


def neighbour(server, options, names):
    quiet, beside = [], []
    for turn in range(options.rounds):
        def alone():
            quiet.append(wrk(server, "/plain/get", options.seconds, GOOD,
                             GOOD_MS))

        def attacked():
            with Attack(server, names):
                time.sleep(0.2)
                beside.append(wrk(server, "/plain/get", options.seconds, GOOD,
                                  GOOD_MS))
        for step in (alone, attacked) if turn % 2 else (attacked, alone):
            step()
    failed = sum(r[1] for r in quiet + beside)
    return (statistics.median(r[3] for r in quiet),
            statistics.median(r[3] for r in beside), failed)


def figures(options, folder):
    with servers.Place(options.build.resolve(), folder) as place:
        upstream = place.nginx("upstream", "", 'return 200 "hello\\n";', None)
        server = place.jotgate("gateway", definition(upstream), None,
                               enable_jsvm=True, jsvm_timeout=LIMIT_S)
        for _ in range(2):  # the first run warms up
            requests, failed, p50, p99 = wrk(server, "/scripts/trivial",
                                             options.seconds, 32)
        yield (f"trivial: {requests / options.seconds:,.0f}/s, {failed} "
               f"failed, p50 {p50} us, p99 {p99} us")
        late = []
        for name in HOSTILE:
            status, seconds = call(server, name)
            late.append((seconds - LIMIT_S) * 1000)
            yield f"{name}: {status} after {seconds * 1000:.0f} ms"
        yield (f"the latest of {len(HOSTILE)} ends {max(late):.0f} ms after "
               "the limit")
        for what, names in (("hostile", list(HOSTILE)), ("looping", ["loop"])):
            quiet, beside, failed = neighbour(server, options, names)
            yield (f"p99 of a plain API: {quiet:.0f} us alone, {beside:.0f} "
                   f"us beside {CLIENTS} {what} clients, "
                   f"{beside / quiet:.2f} x; {failed} failed")


if __name__ == "__main__":
    report.main(__doc__, figures, rounds=9, seconds=3)
