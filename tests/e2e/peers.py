"""Random tokens, good and broken, and what PyJWT and jwcrypto say about them.

A token is made from a key, an algorithm, a header, a payload and one mutation
with a name; the same seed gives the same tokens.
"""
import base64
import hashlib
import hmac
import json
import warnings

import jwt
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import (ec, ed448, ed25519,
                                                       padding, rsa, utils)
from jwcrypto import jwk, jws

from tokens import url64

HASHES = {"256": hashes.SHA256, "384": hashes.SHA384, "512": hashes.SHA512}
ALGS = ["HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384",
        "PS512", "ES256", "ES384", "ES512", "ES256K", "EdDSA"]
FAMILY = {"H": ALGS[:3], "R": ALGS[3:9], "P": ALGS[3:9], "E": ALGS[9:13]}


class Key:
    """One key in the forms that the three implementations want."""

    def __init__(self, name, algs, private=None, secret=None):
        self.name, self.algs, self.private = name, algs, private
        self.secret = secret
        if private is None:
            self.kind, self.material = "secret", secret
            self.pyjwt = secret
            self.jwk = jwk.JWK(kty="oct", k=url64(secret))
            return
        public = private.public_key()
        self.kind = "pem"
        self.material = public.public_bytes(
            serialization.Encoding.PEM,
            serialization.PublicFormat.SubjectPublicKeyInfo)
        self.pyjwt = public
        self.jwk = jwk.JWK.from_pem(self.material)

    def sign(self, alg, data, salt=None):
        if alg[:2] == "HS":
            digest = getattr(hashlib, f"sha{alg[2:]}")
            return hmac.new(self.secret, data, digest).digest()
        if alg == "EdDSA":
            return self.private.sign(data)
        algorithm = HASHES[alg[2:5]]()
        if alg[:2] == "RS":
            return self.private.sign(data, padding.PKCS1v15(), algorithm)
        if alg[:2] == "PS":
            size = algorithm.digest_size if salt is None else salt
            return self.private.sign(
                data, padding.PSS(padding.MGF1(algorithm), size), algorithm)
        return self.raw(self.private.sign(data, ec.ECDSA(algorithm)))

    def raw(self, der):
        size = (self.private.curve.key_size + 7) // 8
        r, s = utils.decode_dss_signature(der)
        return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def make_keys():
    def rsa_key():
        return rsa.generate_private_key(65537, 2048)

    def curve(kind):
        return ec.generate_private_key(kind())

    keys = [Key("hmac", ALGS[:3], secret=b"0123456789abcdef" * 4),
            Key("hmac2", ALGS[:3], secret=b"another secret of some length...."),
            Key("rsa", ALGS[3:9], rsa_key()), Key("rsa2", ALGS[3:9], rsa_key()),
            Key("p256", ["ES256"], curve(ec.SECP256R1)),
            Key("p256b", ["ES256"], curve(ec.SECP256R1)),
            Key("p384", ["ES384"], curve(ec.SECP384R1)),
            Key("p521", ["ES512"], curve(ec.SECP521R1)),
            Key("k256", ["ES256K"], curve(ec.SECP256K1)),
            Key("ed25519", ["EdDSA"], ed25519.Ed25519PrivateKey.generate()),
            Key("ed448", ["EdDSA"], ed448.Ed448PrivateKey.generate())]
    return {key.name: key for key in keys}


# Headers: JSON text; %s is the alg.

HEADERS = {
    "plain": ['{"alg":"%s"}', '{"alg":"%s","typ":"JWT"}',
              '{"typ":"at+jwt","kid":"k1","alg":"%s"}',
              '{"alg":"%s","x":[1,{"a":null}],"jku":"http://127.0.0.1/"}',
              ' {\r\n "alg" : "%s" }\n'],
    "crit": ['{"alg":"%s","crit":[]}', '{"alg":"%s","crit":["exp"],"exp":1}',
             '{"alg":"%s","crit":null}', '{"alg":"%s","crit":["x"]}',
             '{"alg":"%s","crit":"x"}'],
    "b64": ['{"alg":"%s","b64":false}', '{"alg":"%s","b64":true}',
            '{"alg":"%s","b64":false,"crit":["b64"]}'],
    "zip": ['{"alg":"%s","zip":"DEF"}'],
    "enc": ['{"alg":"%s","enc":"A128GCM"}'],
    "types": ['{"alg":"%s","kid":7}', '{"alg":"%s","typ":7}',
              '{"alg":"%s","typ":null}', '{"alg":"%s","kid":null}'],
    "twice": ['{"alg":"%s","alg":"%s"}', '{"alg":"none","alg":"%s"}',
              '{"alg":"%s","kid":"a","kid":"b"}'],
    "no alg": ['{}', '{"Alg":"%s"}', '{"alg":null}', '{"alg":["%s"]}'],
    "no object": ['[]', '"%s"', '["%s"]', '', 'null', '{"alg":"%s"', '7',
                  '{"alg":"%s",}', "{'alg':'%s'}", '{"alg":"%s"}}',
                  '\ufeff{"alg":"%s"}', '{"alg":"%s","n":NaN}',
                  '{"alg":"%s","n":Infinity}', '{"alg":"%s","n":01}'],
    "long kid": ['{"kid":"' + "k" * 300 + '","alg":"%s"}'],
}
PAYLOADS = {
    "plain": ['{"sub":"ada"}', '{"sub":"ada","exp":4102444800,"iat":1}',
              '{}', '{"a":{"b":[1,2.5e3,null,true]},"\u00e9":"\U0001f600"}',
              '{"sub":"ada","aud":["x","y"],"roles":["admin"]}'],
    "no object": ['[]', '"ada"', '7', 'null', 'true', '', 'hello',
                  '{"sub":"ada"', '{"sub":"ada"}x', "{'sub':'ada'}"],
    "twice": ['{"sub":"ada","sub":"eve"}', '{"a":{"b":1,"b":2}}'],
    "numbers": ['{"n":1e400}', '{"n":123456789012345678901234567890}',
                '{"n":NaN}', '{"n":-Infinity}', '{"n":01}', '{"n":1.}',
                '{"n":+1}'],
    "text": ['{"sub":"a\\u0000b"}', '{"sub":"\\ud800"}', '{"sub":"a\tb"}',
             b'{"sub":"\xff"}', b'\xef\xbb\xbf{"sub":"ada"}'],
    "deep": ['{"a":' * 40 + '1' + '}' * 40, '{"a":' + '[' * 70 + ']' * 70 + '}'],
    "many": ['{' + ",".join(f'"m{i}":1' for i in range(1100)) + '}'],
}
ALPHABET = ("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
            "0123456789-_")


def flip(r, token):
    at = r.randrange(len(token))
    return token[:at] + r.choice(ALPHABET + ".") + token[at + 1:]


def insert(r, token):
    at = r.randrange(len(token) + 1)
    return token[:at] + r.choice(ALPHABET + ".") + token[at:]


def insert_foreign(r, token):
    at = r.randrange(len(token) + 1)
    return token[:at] + r.choice("=+/ \t\n\r?!%\u00e9\0") + token[at:]


def cut(r, token):
    at = r.randrange(len(token))
    return token[:at] + token[at + r.randrange(1, 5):]


def pad(r, token):
    parts = token.split(".")
    at = r.randrange(3)
    parts[at] += "=" * (-len(parts[at]) % 4 or r.randrange(1, 5))
    return ".".join(parts)


def last_bits(r, token):
    """Another spelling of the same bytes, where there is one."""
    parts = token.split(".")
    at = r.randrange(3)
    if len(parts[at]) % 4 in (2, 3):
        parts[at] = parts[at][:-1] + ALPHABET[
            ALPHABET.index(parts[at][-1]) ^ 1]
    return ".".join(parts)


def standard_alphabet(r, token):
    return token.replace("-", "+").replace("_", "/")


def pieces(r, token):
    parts = token.split(".")
    return r.choice([".".join(parts[:2]), token + ".", "." + token,
                     token + "." + parts[2] + "." + parts[1],
                     parts[0] + "..", ".".join(parts[:2]) + ".",
                     "." + parts[1] + "." + parts[2],
                     parts[0] + ".." + parts[2],
                     json.dumps({"protected": parts[0], "payload": parts[1],
                                 "signature": parts[2]}),
                     "Bearer " + token, token + "\n", " " + token, ""])


TEXT_MUTATIONS = {"flip": flip, "insert": insert,
                  "insert foreign": insert_foreign, "cut": cut, "pad": pad,
                  "last bits": last_bits,
                  "standard alphabet": standard_alphabet, "pieces": pieces}


def bad_signature(r, signature, key, alg):
    size = len(signature)
    choice = r.randrange(7)
    if choice == 0:
        return bytes(size)
    if choice == 1:
        return b"\xff" * size
    if choice == 2:
        return signature[:r.randrange(size)]
    if choice == 3:
        return signature + bytes(r.randrange(1, 4))
    if choice == 4:
        return bytes(1) + signature
    if choice == 5 and alg[:2] == "ES":
        half = size // 2
        return utils.encode_dss_signature(
            int.from_bytes(signature[:half], "big"),
            int.from_bytes(signature[half:], "big"))
    at = r.randrange(size)
    return signature[:at] + bytes([signature[at] ^ 1 << r.randrange(8)]) + \
        signature[at + 1:]


def draw(r, keys):
    """(key name, allowed algorithms, token as bytes, name of the mutation)."""
    key = keys[r.choice(list(keys))]
    alg = r.choice(key.algs)
    allowed = [alg] if r.random() < .5 else list(key.algs)
    headers, payloads, name = "plain", "plain", "none"
    kind = r.random()
    if kind < .15:
        headers = r.choice(list(HEADERS))
        name = f"header {headers}"
    elif kind < .3:
        payloads = r.choice(list(PAYLOADS))
        name = f"payload {payloads}"
    header = r.choice(HEADERS[headers])
    named = alg
    if .3 <= kind < .4:
        named = r.choice(ALGS + ["none", "None", "hs256", "HS257", "", "RSA",
                                 alg + " ", "Ed25519", "Ed448"])
        name = "alg in header"
    header = header.replace("%s", named)
    payload = r.choice(PAYLOADS[payloads])
    signed = f"{url64(header.encode())}.{url64(payload)}".encode()
    salt, signer = None, key
    if .4 <= kind < .45 and alg[:2] == "PS":
        salt, name = r.choice([0, 20, 31, 32, 33, 48, 64]), "salt"
    elif .45 <= kind < .5:
        signer = r.choice([k for k in keys.values() if alg in k.algs])
        name = "key"
    signature = signer.sign(alg, signed, salt)
    if .5 <= kind < .62:
        signature, name = bad_signature(r, signature, key, alg), "signature"
    token = signed.decode() + "." + url64(signature)
    if .62 <= kind < .85:
        name = r.choice(list(TEXT_MUTATIONS))
        token = TEXT_MUTATIONS[name](r, token)
    if kind >= .97:
        allowed = r.sample(ALGS, 2)
        name = "allowed"
    return key.name, allowed, token.encode(), name


# The peers. True: verified, header and claims read; times do not count.

PYJWT_OPTIONS = {"verify_signature": True, "verify_exp": False,
                 "verify_nbf": False, "verify_iat": False,
                 "verify_aud": False, "verify_iss": False}


def pyjwt_accepts(key, allowed, token):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            jwt.decode(token, key.pyjwt, algorithms=allowed,
                       options=PYJWT_OPTIONS)
        return True
    except Exception:  # pylint: disable=broad-except
        return False  # it raises what its parsers raise, of any kind


def jwcrypto_accepts(key, allowed, token):
    try:
        one = jws.JWS()
        one.allowed_algs = allowed
        one.deserialize(token.decode(), key.jwk)
        return isinstance(json.loads(one.payload), dict)
    except Exception:  # pylint: disable=broad-except
        return False


PEERS = {"PyJWT": pyjwt_accepts, "jwcrypto": jwcrypto_accepts}


def lines_of(keys):
    return [f"key {k.name} {k.kind} {base64.b64encode(k.material).decode()}"
            for k in keys.values()]
