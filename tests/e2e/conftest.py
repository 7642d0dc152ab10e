"""What every end-to-end test uses: a gateway of one's own, and an upstream.

The gateway is the real program on free loopback ports, with configuration
files in the test's folder; nothing of it is imitated.
"""
import os
import pathlib
import shutil
import tempfile

import pytest

import tokens  # NOW is set before other processes begin
from broker import Broker
from gateway import Gateway
from upstream import Upstream

ROOT = pathlib.Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def shared():
    """The folder of test vectors that is not part of the repository."""
    folder = ROOT.parent / "shared"
    if not folder.is_dir():
        pytest.skip("LOUD SKIP: no ../shared beside the checkout")
    return folder


@pytest.fixture(scope="session")
def upstream():
    with Upstream() as server:
        yield server


@pytest.fixture
def folder():
    """Like tmp_path, but reachable for the user that nginx's workers are."""
    path = pathlib.Path(tempfile.mkdtemp(prefix="jotgate-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="module")
def module_folder():
    path = pathlib.Path(tempfile.mkdtemp(prefix="jotgate-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def gateway(folder, upstream):
    """Not started: a test adds APIs and policies first, then start()."""
    gw = Gateway(folder, upstream)
    yield gw
    gw.stop()


@pytest.fixture(scope="module")
def module_gateway(module_folder, upstream):
    gw = Gateway(module_folder, upstream)
    yield gw
    gw.stop()


def pytest_report_header():
    return [f"build: {os.environ.get('JOTGATE_BUILD', ROOT / 'build')}",
            f"now: {tokens.NOW}"]


def pytest_make_parametrize_id(val):
    """Tokens make unreadable names."""
    if isinstance(val, str) and len(val) > 48:
        return f"{val[:12]}...{len(val)}"
    return None


@pytest.fixture
def broker(tmp_path_factory):
    """Not started. (A socket's path has room for 107 bytes only.)"""
    made = Broker(tmp_path_factory.mktemp("b"))
    yield made
    made.stop()
