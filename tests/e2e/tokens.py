"""Tokens made by PyJWT, a peer that shares no code with the gateway."""
import base64
import hashlib
import hmac
import json
import os
import time

import jwt

SECRET = "tyk123"
# One for all processes of a run, since the names of tests may hold it. Tests
# may run long after it: what ends soon is made when it is used.
NOW = int(os.environ.setdefault("JOTGATE_TEST_NOW", str(int(time.time()))))
# The product page's own token.
PAGE_TOKEN = ("eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiIxMjM0NTY3ODkwIi"
              "wibmFtZSI6IkpvaG4gRG9lIiwiaWF0IjoxNTE2MjM5MDIyfQ.7u0ls1snw4tPEz"
              "d0JTFaf19oXoOvQYtowiHEAZnan74")


def hs256(claims, secret=SECRET, headers=None):
    return jwt.encode(claims, secret, algorithm="HS256", headers=headers)


def url64(data):
    if isinstance(data, str):
        data = data.encode()
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def raw(header, payload, secret=SECRET):
    """A token of these very texts, rightly signed: for texts PyJWT refuses."""
    header = header if isinstance(header, (str, bytes)) else json.dumps(header)
    payload = payload if isinstance(payload, (str, bytes)) \
        else json.dumps(payload)
    signed = f"{url64(header)}.{url64(payload)}"
    mac = hmac.new(secret.encode(), signed.encode(), hashlib.sha256).digest()
    return f"{signed}.{url64(mac)}"
