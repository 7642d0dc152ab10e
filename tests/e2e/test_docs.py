"""Every document's commands, as documents.py reads them; and its links."""
import pathlib
import re
import subprocess
import sys

import pytest
from documents import Session, follow
from gateway import BUILD

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = sorted(p for p in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
                   if re.search(r"^```console$", p.read_text(), re.M))
# The README speaks of the demo that `make run` starts.
WITH_DEMO = {"README.md"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda p: p.name)
def test_a_documents_commands_do_what_it_says(document, folder):
    session = Session(folder)
    try:
        if document.name in WITH_DEMO:
            session.start(f"jotgate demo --port {session.ports['8080']} "
                          f"--control-port {session.ports['8081']}")
        follow(document, session)
    finally:
        session.stop()


def test_tables_in_documents_are_those_of_the_program():
    done = subprocess.run([sys.executable, ROOT / "tools/docs.py", BUILD,
                           "--check"], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_relative_link_leads_somewhere():
    for path in [*ROOT.glob("*.md"), *ROOT.glob("*/**/*.md")]:
        parts = path.relative_to(ROOT).parts
        if parts[0].startswith("build") or "node_modules" in parts:
            continue
        for target in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
            assert (path.parent / target).exists(), f"{path}: {target}"
