"""Keys and files of tokens for a run; made once per algorithm."""
import time

import jwt
from cryptography.hazmat.primitives import serialization as ser
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

SECRET = "bench-secret-of-more-than-32-bytes-length"
KEYS = {}


def private_key(alg):
    if alg not in KEYS:
        KEYS[alg] = {
            "HS256": lambda: SECRET,
            "RS256": lambda: rsa.generate_private_key(65537, 2048),
            "PS256": lambda: private_key("RS256"),
            "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
            "ES384": lambda: ec.generate_private_key(ec.SECP384R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate,
        }[alg]()
    return KEYS[alg]


def public_text(alg):
    """The key as a configuration holds it: the secret, or PEM."""
    key = private_key(alg)
    if isinstance(key, str):
        return key
    return key.public_key().public_bytes(
        ser.Encoding.PEM, ser.PublicFormat.SubjectPublicKeyInfo).decode()


def make_tokens(folder, alg, count):
    """<count> different tokens; -1: one whose signature is wrong."""
    path = folder / f"tokens-{alg}-{count}"
    if path.exists():
        return path
    now = int(time.time())
    key = private_key(alg)
    tokens = [jwt.encode({"sub": f"user{n}", "iat": now, "exp": now + 36000,
                          "iss": "bench", "scope": "read write", "n": n},
                         key, algorithm=alg) for n in range(abs(count))]
    if count < 0:
        tokens = [t[:-10] + ("A" if t[-10] != "A" else "B") + t[-9:]
                  for t in tokens]
    path.write_text("\n".join(tokens) + "\n")
    return path
