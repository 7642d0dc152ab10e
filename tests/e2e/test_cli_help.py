"""Help, completion, manual pages: what is said without a gateway, out of one table."""
import json
import re
import shutil
import subprocess

import pytest
from command import JOTGATE, environment, golden, jotgate

COMPLETE = """
source {script}
COMP_LINE={line}
COMP_POINT=${{#COMP_LINE}}
_jotgate
printf '%s\\n' "${{COMPREPLY[@]}}"
"""


def commands():
    """Every command as a list of words, and its help text."""
    for line in jotgate("help").stdout.split("\n\n")[2].splitlines():
        words = line[2:20].split()
        if line.startswith("  ") and words:
            yield words, jotgate("help", *words).stdout


@pytest.fixture(scope="module")
def script(tmp_path_factory):
    path = tmp_path_factory.mktemp("completion") / "jotgate.bash"
    path.write_text(jotgate("completion", "bash").stdout)
    return path


@pytest.fixture
def complete(script, tmp_path):
    """What bash offers behind a line."""
    def offered(line, program=JOTGATE):
        done = subprocess.run(
            ["bash", "-c", COMPLETE.format(
                script=script, line="'" + line.replace("jotgate", program, 1)
                + "'")], cwd=tmp_path, env=environment(), text=True,
            capture_output=True, timeout=60)
        assert done.stderr == ""
        return done.stdout.split()
    return offered


def test_every_help_text_fits_into_80_columns():
    texts = [jotgate("help", topic).stdout for topic in
             ("exit-codes", "environment", "files", "token", "jwks")]
    texts += [jotgate("help").stdout, *(text for _, text in commands())]
    assert len(texts) > 20
    assert [line for text in texts for line in text.splitlines()
            if len(line) > 79] == []


def test_every_exit_code_is_explained_once():
    said = re.findall(r"^ +(\d+)  ", jotgate("help", "exit-codes").stdout,
                      re.M)
    assert said == "0 1 2 3 4 5 6 7 10 11 20 130".split()


@pytest.mark.parametrize("topic", ["exit-codes", "environment", "files"])
def test_help_lists_its_topics(topic):
    assert f"  {topic} " in jotgate("help").stdout
    assert jotgate("help", topic).returncode == 0


def test_a_mistyped_topic_is_guessed():
    done = jotgate("help", "enviroment")
    assert done.returncode == 2
    assert "jotgate help environment" in done.stderr


def test_bash_completes_every_command_and_option(complete):
    for words, text in commands():
        line = "jotgate " + " ".join(words)
        assert words[-1] in complete(line)
        options = text.partition("\nOptions:\n")[2]
        assert complete(line + " --") == re.findall(
            r"^ {2,6}(?:-\w, )?(--[\w-]+)", options, re.M)


def test_bash_completes_values(complete, tmp_path):
    (tmp_path / "key.pem").touch()
    (tmp_path / "keys").mkdir()
    assert complete("jotgate token sign --key ke") == ["key.pem", "keys"]
    assert complete("jotgate import tyk --to ke") == ["keys"]
    assert complete("jotgate status --color=a") == ["auto", "always"]
    assert complete("jotgate completion z") == ["zsh"]
    assert "JG301" in complete("jotgate reason JG")
    assert complete("jotgate token sign --kid ") == []


def test_what_a_gateway_says_is_never_run_by_the_shell(complete, tmp_path):
    """A gateway with ids of somebody who wants to run commands here."""
    fake = tmp_path / "fake"
    fake.write_text("#!/bin/sh\ncat <<'END'\n"
                    '{"v":1,"apis":[{"id":"shop"},{"id":"$(touch ran)"},'
                    '{"id":"`touch ran`"},{"id":"a b"},{"id":"*"}]}\nEND\n')
    fake.chmod(0o755)
    text = jotgate("completion", "bash").stdout
    asked = tmp_path / "asked.sh"
    asked.write_text(text[:text.index("_jotgate()")] +
                     f"words=('{fake}')\n_jotgate_ids apis\n")
    done = subprocess.run(["bash", asked], cwd=tmp_path, text=True,
                          capture_output=True, timeout=60)
    assert done.stdout.split() == ["shop"]
    assert not (tmp_path / "ran").exists()


@pytest.fixture(scope="module")
def gw(module_gateway):
    module_gateway.add_api()
    module_gateway.add_policy()
    return module_gateway.start()


def test_bash_completes_ids_of_the_running_gateway(complete, gw):
    conf = f"-c {gw.folder / 'tyk.conf'}"
    assert complete(f"jotgate apis get {conf} ") == ["api"]
    assert complete(f"jotgate token explain {conf} --api ") == ["api"]
    assert complete(f"jotgate policies get {conf} ") == ["default"]
    assert complete("jotgate apis get --address http://127.0.0.1:1 ") == []


@pytest.mark.parametrize("shell", ["zsh", "fish"])
def test_other_shells_can_read_their_script(shell, tmp_path):
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    path = tmp_path / "script"
    path.write_text(jotgate("completion", shell).stdout)
    done = subprocess.run([shell, "-n", path], capture_output=True, text=True,
                          timeout=60)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_unknown_shell_is_a_wrong_command_line():
    done = jotgate("completion", "tcsh")
    assert done.returncode == 2
    assert "bash, zsh or fish" in done.stderr


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("pages") / "man"
    done = jotgate("help", "--man-to", str(folder))
    assert (done.returncode, done.stderr) == (0, "")
    return sorted(folder.glob("man?/*"))


def shown(page):
    """As a terminal of 80 columns shows it, and what groff complains of."""
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-rLL=80n", page], text=True,
        capture_output=True, timeout=60, encoding="utf-8")
    plain = re.sub(r".\x08|\x1b\[[\d;]*m", "", done.stdout)
    return plain, done.stderr


needs_groff = pytest.mark.skipif(shutil.which("groff") is None,
                                 reason="groff is not installed")


@needs_groff
def test_manual_pages_render_without_a_warning_in_80_columns(pages):
    assert len(pages) > 4
    for page in pages:
        text, warnings = shown(page)
        assert warnings == ""
        assert [line for line in text.splitlines() if len(line) > 80] == []


@needs_groff
def test_every_command_and_option_is_in_the_manual(pages):
    texts = {page.name: shown(page)[0] for page in pages}
    for words, help_text in commands():
        group = f"-{words[0]}" if len(words) == 2 else ""
        page = texts[f"jotgate{group}.1"]
        section = page.partition(f"   jotgate {' '.join(words)}")[2]
        section = section.partition("\n   jotgate ")[0]
        options = help_text.partition("\nOptions:\n")[2]
        for option in re.findall(r"^ {2,6}(?:-\w, )?(--[\w-]+)", options, re.M):
            assert option in section, (words, option)


@needs_groff
def test_every_reason_is_in_its_manual_page(pages):
    page, = (p for p in pages if p.name == "jotgate-reasons.7")
    codes = re.findall(r"^(JG\d+)", jotgate("reason").stdout, re.M)
    assert len(codes) > 50
    assert re.findall(r"^ +(JG\d{3}) ", shown(page)[0], re.M) == codes


def test_manual_pages_overwrite_nothing(tmp_path):
    done = jotgate("help", "--man-to", str(tmp_path))
    assert done.returncode == 1
    assert "new folder" in done.stderr
    assert list(tmp_path.iterdir()) == []


# Of RFC 7638, section 3.1; and a token that anybody can write.
RFC_KEY = json.dumps({"kty": "RSA", "e": "AQAB", "kid": "2011-04-29", "n": (
    "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aP"
    "FFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl9"
    "3lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdA"
    "ZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3"
    "XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw")})
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhZGEifQ."


@pytest.mark.parametrize("name, words, stdin", [
    ("version", ("version",), ""),
    ("reason", ("reason", "JG104"), ""),
    ("thumbprint", ("jwks", "thumbprint", "-"), RFC_KEY),
    ("inspect", ("token", "inspect", "-"), UNSIGNED),
    ("verify", ("token", "verify", "--secret", "s", "-"), UNSIGNED),
])
def test_json_stays_as_scripts_know_it(name, words, stdin):
    text = jotgate(*words, "--json", stdin=stdin).stdout
    assert json.loads(text)["v"] == 1
    golden(f"{name}.json", text, version=json.loads(
        jotgate("version", "--json").stdout)["version"])


@pytest.mark.parametrize("when, coloured", [
    ("always", True), ("never", False), ("auto", False)])
def test_colour_is_chosen_by_one_option(when, coloured):
    done = jotgate("reason", "JG999", f"--color={when}",
                   env={"NO_COLOR": "1"} if coloured else {})
    assert done.returncode == 6
    assert ("\x1b[" in done.stderr) == coloured


def test_a_choice_of_colour_that_there_is_not_is_refused():
    done = jotgate("version", "--color=blue")
    assert done.returncode == 2
    assert "auto, always or never" in done.stderr
