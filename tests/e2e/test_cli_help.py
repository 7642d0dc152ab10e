"""Help and completion: what is said without a gateway, out of one table."""
import re
import shutil
import subprocess

import pytest
from command import JOTGATE, environment, jotgate

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
