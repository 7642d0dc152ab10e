"""One Keycloak for all tests here, and a realm and a gateway for each."""
import os
import pathlib
import shutil
import sys
import tempfile

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/e2e"))

from gateway import Gateway  # noqa: E402
from keycloak import Keycloak  # noqa: E402
from upstream import Upstream  # noqa: E402


@pytest.fixture(scope="session")
def keycloak(tmp_path_factory):
    home = os.environ.get("KEYCLOAK_HOME")
    if not home:
        pytest.skip("LOUD SKIP: no Keycloak here; `make test-keycloak` gets it")
    with Keycloak(pathlib.Path(home),
                  tmp_path_factory.mktemp("keycloak")) as server:
        yield server


@pytest.fixture
def realm(keycloak):
    return keycloak.realm()


@pytest.fixture
def folder():
    """Reachable for the user that nginx's workers are."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="jotgate-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def gateway(folder):
    with Upstream() as upstream:
        gw = Gateway(folder, upstream)
        yield gw
        gw.stop()
