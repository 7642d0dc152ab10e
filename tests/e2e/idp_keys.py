"""Signing keys of an identity provider, and what it publishes of them.

Everything here is `cryptography`, PyJWT and this file: no code of the gateway.
"""
import base64
import datetime
import hashlib
import itertools

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import (ec, ed448, ed25519, rsa)
from cryptography.x509.oid import NameOID

CURVES = {"ES256": (ec.SECP256R1, "P-256", 32),
          "ES384": (ec.SECP384R1, "P-384", 48),
          "ES512": (ec.SECP521R1, "P-521", 66)}
serial = itertools.count(1)


def url64(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def number(value, size=None):
    size = size or (value.bit_length() + 7) // 8
    return url64(value.to_bytes(size, "big"))


def certificate(private, name="idp.test", *, days=(-1, 365), issuer=None,
                names=None, ca=False):
    """A certificate for <private>, by <issuer> (certificate, key) or itself."""
    now = datetime.datetime.utcnow()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (x509.CertificateBuilder()
               .subject_name(subject)
               .issuer_name(issuer[0].subject if issuer else subject)
               .public_key(private.public_key())
               .serial_number(x509.random_serial_number())
               .not_valid_before(now + datetime.timedelta(days=days[0]))
               .not_valid_after(now + datetime.timedelta(days=days[1]))
               .add_extension(x509.BasicConstraints(ca, None), True))
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names),
                                        False)
    signer = issuer[1] if issuer else private
    edwards = isinstance(signer, (ed25519.Ed25519PrivateKey,
                                  ed448.Ed448PrivateKey))
    return builder.sign(signer, None if edwards else hashes.SHA256())


def pem(thing):
    """PEM of a certificate, or of a private key without a password."""
    if isinstance(thing, x509.Certificate):
        return thing.public_bytes(serialization.Encoding.PEM)
    return thing.private_bytes(serialization.Encoding.PEM,
                               serialization.PrivateFormat.PKCS8,
                               serialization.NoEncryption())


def generate(alg):
    if alg[:2] in ("RS", "PS"):
        return rsa.generate_private_key(65537, 2048)
    if alg in CURVES:
        return ec.generate_private_key(CURVES[alg][0]())
    if alg == "EdDSA":
        return ed25519.Ed25519PrivateKey.generate()
    raise ValueError(alg)


class Key:
    """One key pair.

    style: "plain"     parameters, alg and use (Keycloak publishes x5c as well)
           "bare"      parameters and kid, nothing else
           "x5c"       a certificate and no parameters (RFC 7517 wants both)
           "auth0"     x5c beside parameters, and an x5t that is the base64url
                       of the hexadecimal text of the SHA-1, as Auth0's is
    """

    def __init__(self, alg="RS256", kid=None, use="sig", style="plain",
                 private=None):
        self.alg, self.use, self.style = alg, use, style
        self.kid = kid if kid is not None else f"key-{next(serial)}"
        self.private = private or generate(alg)

    def parameters(self):
        public = self.private.public_key()
        if isinstance(public, rsa.RSAPublicKey):
            n = public.public_numbers()
            return {"kty": "RSA", "n": number(n.n), "e": number(n.e)}
        if isinstance(public, ec.EllipticCurvePublicKey):
            n = public.public_numbers()
            _, name, size = CURVES[self.alg]
            return {"kty": "EC", "crv": name, "x": number(n.x, size),
                    "y": number(n.y, size)}
        raw = public.public_bytes(serialization.Encoding.Raw,
                                  serialization.PublicFormat.Raw)
        return {"kty": "OKP", "x": url64(raw),
                "crv": "Ed25519" if len(raw) == 32 else "Ed448"}

    def jwk(self):
        out = {**self.parameters(), "kid": self.kid}
        if self.style == "bare":
            return out
        out["use"] = self.use
        if self.use == "enc":
            out["alg"] = "RSA-OAEP"
        else:
            out["alg"] = self.alg
        if self.style in ("x5c", "auth0"):
            self.certify(out)
        return out

    def certify(self, out):
        der = certificate(self.private).public_bytes(
            serialization.Encoding.DER)
        out["x5c"] = [base64.b64encode(der).decode()]
        sha1 = hashlib.sha1(der)
        if self.style == "auth0":
            out["x5t"] = url64(sha1.hexdigest().upper().encode())
            return
        out["x5t"] = url64(sha1.digest())
        for name in ("n", "e", "x", "y", "crv", "alg"):
            out.pop(name, None)

    def sign(self, claims, **headers):
        """A token; a header set to None is left out."""
        headers = {"kid": self.kid, **headers}
        return jwt.encode(claims, self.private, algorithm=self.alg,
                          headers={k: v for k, v in headers.items()
                                   if v is not None})
