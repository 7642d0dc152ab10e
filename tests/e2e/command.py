"""The command line as a person or a script uses it, against one gateway."""
import os
import pathlib
import pty
import select
import subprocess
import time

from gateway import BUILD

JOTGATE = os.environ.get("JOTGATE_BIN", str(BUILD / "jotgate"))
GOLDEN = pathlib.Path(__file__).resolve().parent / "golden"
TIMEOUT_S = 60


def environment(**extra):
    """Nothing of whoever runs the tests."""
    keep = {k: v for k, v in os.environ.items()
            if k in ("PATH", "HOME", "LD_PRELOAD", "ASAN_OPTIONS",
                     "UBSAN_OPTIONS", "JOTGATE_BUILD")}
    return {**keep, "LC_ALL": "C.UTF-8", "TERM": "xterm",
            "XDG_CONFIG_HOME": "/nowhere", **extra}


def jotgate(*words, gateway=None, stdin="", env=None, cwd=None):
    """Run it; with <gateway>, -c names its configuration."""
    options = ("-c", str(gateway.folder / "tyk.conf")) if gateway else ()
    return subprocess.run([JOTGATE, *map(str, words), *options], input=stdin,
                          cwd=cwd, env=environment(**(env or {})), text=True,
                          capture_output=True, timeout=TIMEOUT_S)


def expect(*words, code=0, **more):
    """The same, when it ends with <code>."""
    done = jotgate(*words, **more)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


def on_terminal(*words, gateway=None, answer="", env=None, columns=80):
    """The same on a terminal that somebody types <answer> into: what the
    terminal got, and the exit code."""
    options = ("-c", str(gateway.folder / "tyk.conf")) if gateway else ()
    argv = [JOTGATE, *words, *options]
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(argv[0], argv,
                  environment(COLUMNS=str(columns), **(env or {})))
    if answer:
        os.write(fd, answer.encode())
    shown, deadline = b"", time.monotonic() + TIMEOUT_S
    while time.monotonic() < deadline:
        if not select.select([fd], [], [], 1)[0]:
            continue
        try:
            part = os.read(fd, 65536)
        except OSError:
            break
        if not part:
            break
        shown += part
    os.close(fd)
    _, status = os.waitpid(pid, 0)
    return shown, os.waitstatus_to_exitcode(status)


def golden(name, got, **names):
    """Compare with golden/<name>; what changes from run to run is named."""
    for word, value in names.items():
        got = got.replace(str(value), f"<{word}>")
    path = GOLDEN / name
    if os.environ.get("JOTGATE_GOLDEN") == "write":
        path.parent.mkdir(exist_ok=True)
        path.write_text(got)
    assert got == path.read_text()
