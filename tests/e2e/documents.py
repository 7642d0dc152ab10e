"""Documents as tests: every command is run, and prints what is printed there.

In a document,
  * a block ```json apps/x.json   is a file: it is written; so is every other
    block with a name that has a dot;
  * a block ```console            is a session: "$ command" lines are run in
    order ("> " continues one), and the lines behind are what they print;
    "…" stands for anything;
  * a block ```console keycloak   is a session that needs that program, and
    ```console idp one that needs an identity provider, as Keycloak or another
    one in its place: the tests that have them run the document.
"export" lines hold for the commands behind them.
Commands that start a gateway ("jotgate serve ...", "jotgate demo ...") run
until the document's end. The ports of PORTS are exchanged for free ones.
"""
import os
import re
import shlex
import signal
import subprocess
import time

from gateway import BUILD, free_port

# The gateway's and its control API's; those of the demo, where a document has it
# for an upstream, and last that upstream's.
PORTS = ["8080", "8081", "8090", "8091", "8092"]
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```", re.S | re.M)


class Session:
    def __init__(self, folder):
        self.folder = folder
        self.ports = {port: str(free_port()) for port in PORTS}
        self.env = dict(os.environ, PATH=f"{BUILD}:{os.environ['PATH']}",
                        XDG_STATE_HOME=str(folder / "state"), NO_COLOR="1")
        # On a terminal curl shows no progress when its output is shown.
        (folder / ".curlrc").write_text("no-progress-meter\n")
        self.env["CURL_HOME"] = str(folder)
        for who in ("AUTHOR", "COMMITTER"):
            self.env[f"GIT_{who}_NAME"] = "Ada"
            self.env[f"GIT_{who}_EMAIL"] = "ada@example.org"
        self.background = []

    def local(self, text):
        for port, own in self.ports.items():
            text = re.sub(rf"\b{port}\b", own, text)
        return text

    def start(self, command):
        env = dict(self.env)
        if env.get("JOTGATE_TEST_PRELOAD"):
            env["LD_PRELOAD"] = env["JOTGATE_TEST_PRELOAD"]
        log = open(self.folder / "background.log", "ab")
        self.background.append(subprocess.Popen(
            ["sh", "-c", f"exec {command}"], cwd=self.folder, env=env,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log))
        deadline = time.monotonic() + 60
        port = re.search(r"--port (\d+)", command)
        url = f"http://127.0.0.1:{port[1] if port else self.ports['8080']}/ready"
        while subprocess.run(["curl", "-sfo", "/dev/null", url]).returncode:
            assert self.background[-1].poll() is None and \
                time.monotonic() < deadline, \
                (self.folder / "background.log").read_text()
            time.sleep(0.05)

    def export(self, text):
        self.env.update(word.split("=", 1)
                        for word in shlex.split(self.local(text)))

    def run(self, command, expected):
        result = subprocess.run(["sh", "-c", self.local(command)],
                                cwd=self.folder, env=self.env, text=True,
                                stdin=subprocess.DEVNULL, timeout=60,
                                stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)
        pattern = ".*".join(re.escape(self.local(part.strip("\n")))
                            for part in expected.split("…"))
        assert re.fullmatch(pattern, result.stdout.strip("\n"), re.S), \
            f"$ {command}\nprinted:\n{result.stdout}\ninstead of:\n{expected}"

    def stop(self):
        for process in self.background:
            process.send_signal(signal.SIGTERM)
        for process in self.background:
            process.wait(20)


def commands_of(block):
    """(command, expected output) in order."""
    out = []
    for line in block.splitlines():
        if line.startswith("$ "):
            out.append([line[2:], []])
        elif line.startswith("> ") and out and not out[-1][1]:
            out[-1][0] += "\n" + line[2:]
        elif out:
            out[-1][1].append(line)
    return [(command, "\n".join(lines)) for command, lines in out]


def follow(document, session, peers=("",)):
    """Do what <document> says: its files, and its sessions with <peers>."""
    for kind, name, body in BLOCK.findall(document.read_text()):
        if "." in name:
            path = session.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(session.local(body))
        elif kind == "console" and name in peers:
            for command, expected in commands_of(body):
                if command.startswith(("jotgate serve", "jotgate demo")):
                    session.start(session.local(command))
                elif command.startswith("export "):
                    session.export(command.removeprefix("export "))
                else:
                    session.run(command, expected or "…")
