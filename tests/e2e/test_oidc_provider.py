"""Tokens of a certified OpenID provider that nobody here wrote."""
import time

import pytest
from keysets import (METHODS, add_api, flush, quick, status, wait_for_status)
from oidc_provider import OidcProvider

ALGORITHMS = ["RS256", "PS256", "ES256", "EdDSA"]


@pytest.fixture
def op(folder):
    with OidcProvider(folder, ALGORITHMS) as provider:
        yield provider


def add_apis(gw, op, **fields):
    """One API per signing method, found by discovery."""
    for method in sorted(set(METHODS.values()) - {"hmac"}):
        alg = next(a for a in ALGORITHMS if METHODS[a[:2]] == method)
        add_api(gw, method, None, alg, **{"jwt_issuer": op.issuer, **fields})


def test_every_algorithm_by_discovery(gateway, op):
    add_apis(gateway, op)
    gateway.start()
    for alg in ALGORITHMS:
        token = op.token(alg)
        for method in sorted(set(METHODS.values()) - {"hmac"}):
            answer = gateway.get(f"/{method}/echo", token)
            good = METHODS[alg[:2]] == method
            assert answer.status == (200 if good else 403), answer.body
            if not good:
                assert answer.error == \
                    "Key not authorized: Unexpected signing method"


def test_the_url_of_the_key_set_works_as_well(gateway, op):
    add_apis(gateway, op, jwt_issuer="", jwt_source=op.discovery()["jwks_uri"])
    gateway.start()
    for alg in ALGORITHMS:
        assert status(gateway, METHODS[alg[:2]], op.token(alg)) == 200


def test_its_keys_rotate(gateway, op):
    quick(gateway)
    add_apis(gateway, op)
    gateway.start()
    old = {alg: op.token(alg) for alg in ALGORITHMS}
    for alg, token in old.items():
        assert status(gateway, METHODS[alg[:2]], token) == 200
    time.sleep(1.1) # min_refresh_interval
    op.rotate()
    for alg, token in old.items():
        assert status(gateway, METHODS[alg[:2]], op.token(alg)) == 200
        assert status(gateway, METHODS[alg[:2]], token) == 200
    op.rotate(keep=False)
    flush(gateway)
    for alg, token in old.items():
        wait_for_status(gateway, METHODS[alg[:2]], op.token(alg))
        assert status(gateway, METHODS[alg[:2]], token) == 403
