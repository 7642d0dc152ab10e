"""Every algorithm with every form of its key, through the real gateway.

Keys and tokens are made by Python's cryptography and PyJWT, and by the
commands of the product page; the gateway only gets a definition.
"""
import base64
import datetime
import json
import shlex
import subprocess
import time

import jwt
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization as s
from cryptography.hazmat.primitives.asymmetric import (ec, ed448, ed25519,
                                                       rsa)
from gateway import BUILD
from jwcrypto import jwk
from peers import Key
from tokens import url64

SECRET = b"0123456789abcdef" * 4
RSA, P256, P384, P521, K256, ED25519, ED448 = (
    "rsa", "p256", "p384", "p521", "k256", "ed25519", "ed448")
METHOD = {RSA: "rsa", P256: "ecdsa", P384: "ecdsa", P521: "ecdsa",
          K256: "ecdsa", ED25519: "eddsa", ED448: "eddsa", "hmac": "hmac"}
ALGS = {"hmac": ["HS256", "HS384", "HS512"],
        RSA: ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"],
        P256: ["ES256"], P384: ["ES384"], P521: ["ES512"], K256: ["ES256K"],
        ED25519: ["EdDSA", "Ed25519"], ED448: ["EdDSA", "Ed448"]}


def b64(data):
    return base64.b64encode(data).decode()


@pytest.fixture(scope="module")
def private_keys():
    return {RSA: rsa.generate_private_key(65537, 2048),
            P256: ec.generate_private_key(ec.SECP256R1()),
            P384: ec.generate_private_key(ec.SECP384R1()),
            P521: ec.generate_private_key(ec.SECP521R1()),
            K256: ec.generate_private_key(ec.SECP256K1()),
            ED25519: ed25519.Ed25519PrivateKey.generate(),
            ED448: ed448.Ed448PrivateKey.generate()}


def certificate(private):
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp")])
    long_ago = datetime.datetime(2001, 1, 1)  # its dates are no key's dates
    edwards = isinstance(private, (ed25519.Ed25519PrivateKey,
                                   ed448.Ed448PrivateKey))
    return x509.CertificateBuilder().subject_name(name).issuer_name(
        name).public_key(private.public_key()).serial_number(1).not_valid_before(
        long_ago).not_valid_after(long_ago + datetime.timedelta(1)).sign(
        private, None if edwards else hashes.SHA256())


def public_bytes(private, encoding, form=s.PublicFormat.SubjectPublicKeyInfo):
    return private.public_key().public_bytes(encoding, form)


def jwk_of(private):
    pem = public_bytes(private, s.Encoding.PEM)
    return jwk.JWK.from_pem(pem).export_public(as_dict=True)


def jwk_set(private):
    other = jwk.JWK.generate(kty="EC", crv="P-256").export_public(as_dict=True)
    return {"keys": [{**other, "kid": "other"},
                     {"kty": "RSA", "n": "bad"},
                     {**jwk_of(private), "kid": "k", "use": "sig"}]}


# What may stand in jwt_source: by name, made of a private key.
FORMS = {
    "SPKI in base64": lambda k: b64(public_bytes(k, s.Encoding.PEM)),
    "SPKI as it is": lambda k: public_bytes(k, s.Encoding.PEM).decode(),
    "PKCS#1": lambda k: b64(public_bytes(k, s.Encoding.PEM,
                                         s.PublicFormat.PKCS1)),
    "PKCS#1 in DER": lambda k: b64(public_bytes(k, s.Encoding.DER,
                                                s.PublicFormat.PKCS1)),
    "DER": lambda k: b64(public_bytes(k, s.Encoding.DER)),
    "X.509": lambda k: b64(certificate(k).public_bytes(s.Encoding.PEM)),
    "X.509 in DER": lambda k: b64(certificate(k).public_bytes(s.Encoding.DER)),
    "JWK": lambda k: json.dumps(jwk_of(k)),
    "JWK in base64": lambda k: b64(json.dumps(jwk_of(k)).encode()),
    "JWK set": lambda k: json.dumps(jwk_set(k)),
    "JWK set in base64": lambda k: b64(json.dumps(jwk_set(k)).encode()),
}
SECRET_FORMS = {
    "base64": b64(SECRET),
    "JWK": json.dumps({"kty": "oct", "k": url64(SECRET)}),
    "JWK set": json.dumps({"keys": [{"kty": "oct", "k": url64(SECRET),
                                     "kid": "k"}]}),
}


def combinations():
    for name in (RSA, P256, P384, P521, K256, ED25519, ED448):
        for form in FORMS:
            if "PKCS#1" not in form or name == RSA:
                yield name, form
    for form in SECRET_FORMS:
        yield "hmac", form


COMBINATIONS = list(combinations())
IDS = [f"{name} {form}" for name, form in COMBINATIONS]


def api_id(name, form):
    return "".join(c if c.isalnum() else "-" for c in f"{name}-{form}".lower())


@pytest.fixture(scope="module")
def gw(module_gateway, private_keys):
    gateway = module_gateway
    apis = [api_id(*row) for row in COMBINATIONS]
    apis += ["pinned", "all-ec", "mldsa"]
    gateway.add_policy(apis=apis)
    for name, form in COMBINATIONS:
        source = SECRET_FORMS[form] if name == "hmac" \
            else FORMS[form](private_keys[name])
        gateway.add_api(api_id(name, form), jwt_signing_method=METHOD[name],
                        jwt_source=source)
    gateway.add_api("pinned", jwt_signing_method="rsa",
                    jwt_algorithms=["PS256", "RS512"],
                    jwt_source=FORMS["DER"](private_keys[RSA]))
    gateway.add_api("all-ec", jwt_signing_method="ecdsa",
                    jwt_source=json.dumps({"keys": [
                        {**jwk_of(private_keys[k]), "kid": k}
                        for k in (P256, P384, P521, K256)]}))
    gateway.add_api("mldsa", jwt_signing_method="mldsa",
                    jwt_source=json.dumps({"kty": "AKP", "alg": "ML-DSA-44",
                                           "pub": url64(bytes(1312))}))
    return gateway.start()


def token_of(private_keys, name, alg, **header):
    """A token by PyJWT where it has the algorithm, by hand where it has not."""
    claims = {"sub": "ada", "exp": int(time.time()) + 60}
    key = Key(name, [alg], private_keys.get(name),
              SECRET if name == "hmac" else None)
    if alg in ("Ed25519", "Ed448"):
        text = json.dumps({"alg": alg, **header}), json.dumps(claims)
        signed = ".".join(map(url64, text))
        return f"{signed}.{url64(key.private.sign(signed.encode()))}"
    return jwt.encode(claims, private_keys.get(name, SECRET), algorithm=alg,
                      headers=header)


@pytest.mark.parametrize("name, form", COMBINATIONS, ids=IDS)
def test_a_key_in_this_form_verifies_all_of_its_algorithms(gw, private_keys,
                                                           name, form):
    path = f"/{api_id(name, form)}/echo"
    header = {"kid": "k"} if "set" in form else {}
    for alg in ALGS[name]:
        token = token_of(private_keys, name, alg, **header)
        assert gw.get(path, token).status == 200, (alg, gw.log()[-2000:])
        head, body, signature = token.split(".")
        other = ("B" if signature[0] != "B" else "C") + signature[1:]
        assert gw.get(path, f"{head}.{body}.{other}").status == 403, alg
        assert gw.get(path, f"{head}.{body}.").status == 403, alg


@pytest.mark.parametrize("name", [n for n in ALGS])
def test_a_key_verifies_no_algorithm_of_another_method(gw, private_keys, name):
    form = "base64" if name == "hmac" else "DER"
    for other in ALGS:
        if other == name:
            continue
        token = token_of(private_keys, other, ALGS[other][0])
        answer = gw.get(f"/{api_id(name, form)}/echo", token)
        assert answer.status == 403, other
        if METHOD[other] != METHOD[name]:
            assert answer.error == "Key not authorized: " \
                "Unexpected signing method", other


@pytest.mark.parametrize("alg, status", [
    ("RS256", 403), ("RS384", 403), ("RS512", 200), ("PS256", 200),
    ("PS384", 403), ("PS512", 403)])
def test_jwt_algorithms_narrow_the_method(gw, private_keys, alg, status):
    answer = gw.get("/pinned/echo", token_of(private_keys, RSA, alg))
    assert answer.status == status
    if status == 403:
        assert answer.error == "Key not authorized: Unexpected signing method"


def test_one_set_serves_every_curve_with_and_without_kid(gw, private_keys):
    for name in (P256, P384, P521, K256):
        for header in ({"kid": name}, {}):
            token = token_of(private_keys, name, ALGS[name][0], **header)
            assert gw.get("/all-ec/echo", token).status == 200, (name, header)
        wrong = token_of(private_keys, name, ALGS[name][0], kid="p256x")
        assert gw.get("/all-ec/echo", wrong).status == 403


def test_ml_dsa_works_or_says_what_it_needs(gw):
    """A public key of zeros: with OpenSSL 3.5 a key, before that a fault."""
    done = subprocess.run([BUILD / "jotgate", "check", "-c",
                           gw.folder / "tyk.conf"], capture_output=True,
                          text=True, timeout=60)
    text = done.stdout + done.stderr
    version = subprocess.run(["openssl", "version"], capture_output=True,
                             text=True, check=True).stdout.split()[1]
    if tuple(map(int, version.split(".")[:2])) >= (3, 5):
        assert "mldsa.json" not in text
        return
    assert "mldsa.json" in text and "jwt_source" in text
    assert "needs OpenSSL 3.5" in text
    assert gw.get("/mldsa/echo", "e30.e30.AA").status == 403


@pytest.mark.parametrize("alg", ["RS256", "PS256", "PS512"])
def test_the_commands_of_the_product_page(gateway, alg):
    """openssl genrsa, openssl rsa -pubout, sign, call."""
    def run(command):
        return subprocess.run(shlex.split(command), cwd=gateway.folder,
                              capture_output=True, check=True).stdout

    run("openssl genrsa -out key.rsa")
    public = run("openssl rsa -in key.rsa -pubout")
    assert public.startswith(b"-----BEGIN PUBLIC KEY-----")
    gateway.add_policy(apis=["my-jwt-api"])
    gateway.add_api("my-jwt-api", jwt_signing_method="rsa",
                    jwt_source=b64(public))
    gateway.start()
    token = run(f"{BUILD}/jotgate token sign --key key.rsa --alg {alg} "
                "--claim sub=ada --exp +15m").decode().strip()
    assert gateway.get("/my-jwt-api/get", token).status == 200
    assert jwt.decode(token, public, [alg])["sub"] == "ada"
    other = run(f"{BUILD}/jotgate token sign --secret x --claim sub=ada")
    assert gateway.get("/my-jwt-api/get", other.decode().strip()).status == 403


