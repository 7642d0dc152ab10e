"""Every document's commands, as documents.py reads them; and its links."""
import pathlib
import re
import subprocess
import sys

import pytest
from documents import Session, follow
from gateway import BUILD
from oidc_provider import OidcProvider

ROOT = pathlib.Path(__file__).resolve().parents[2]


def pages(session):
    """Those with a block that begins with <session>."""
    return sorted(p for p in [ROOT / "README.md", *ROOT.glob("docs/**/*.md")]
                  if re.search(f"^```{session}$", p.read_text(), re.M))


DOCUMENTS = pages("console")
WITH_IDP = pages("console idp")
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


@pytest.mark.parametrize("document", WITH_IDP, ids=lambda p: p.name)
def test_a_document_with_an_identity_provider(document, folder):
    session = Session(folder)
    with OidcProvider(folder, ["RS256"], "/realms/shop") as provider:
        session.ports["8180"] = str(provider.port)
        try:
            follow(document, session, peers=("", "idp"))
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
