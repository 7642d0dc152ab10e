"""Random tokens judged by us, by PyJWT and by jwcrypto, with the same keys.

5,000 of them; 100,000 with JOTGATE_LONG=1. Every disagreement is one of the
table below, or the test fails: it says which mutation, and which of us
accepted, and why that is right.
"""
import base64
import collections
import os
import random
import subprocess

from gateway import BUILD
from peers import PEERS, draw, lines_of, make_keys

COUNT = 100_000 if os.environ.get("JOTGATE_LONG") else 5_000
SEED = int(os.environ.get("JOTGATE_SEED", "7515"))

BOTH = ("PyJWT", "jwcrypto")
TEXT = ("flip", "insert", "insert foreign", "cut", "pad", "last bits",
        "standard alphabet", "pieces", "header no object")

# Debian's PyJWT 2.6 accepts these as we do, later ones do not.
OF_NEW_PEERS = (
    ("header types",), "JG_OK", ("PyJWT",),
    "a kid that is no string is as good as none, as in Tyk: the key of the "
    "API decides, and PyJWT refuses the token")
# (mutations, our verdict, the peers that disagree, why we are right)
EXPLAINED = [
    (TEXT, "JG_E_BASE64", BOTH,
     "RFC 7515 2: base64url has one alphabet, no padding and no white space, "
     "and one spelling for each byte string; Python's decoder skips what it "
     "does not know and ignores the bits behind the last byte"),
    (("pieces",), "JG_E_TOKEN_SHAPE", ("jwcrypto",),
     "RFC 7519 7.2: a JWT is in compact form; jwcrypto reads the JSON "
     "serialisation by its first byte"),
    (("header crit",), "JG_E_TOKEN_CRIT", BOTH,
     "RFC 7515 4.1.11: crit is refused unless everything in it is understood, "
     "and it may be neither empty nor null; we understand nothing"),
    (("header b64", "header zip"), "JG_E_TOKEN_CRIT", BOTH,
     "RFC 7797 6 and RFC 7516 4.1.3: b64 needs crit, zip has no meaning in a "
     "JWS; a peer that ignores them reads another payload than its sender"),
    (("header enc",), "JG_E_TOKEN_JWE", BOTH,
     "a header with enc is that of an encrypted token (CVE-2024-33531)"),
    (("header types",), "JG_E_TOKEN_HEADER", BOTH,
     "RFC 7515 4.1.9: typ is a string"),
    OF_NEW_PEERS,
    (("header long kid",), "JG_E_TOKEN_HEADER", BOTH,
     "a kid has at most 256 bytes (list of attacks, 44)"),
    (("header twice", "payload twice"), "JG_E_JSON_DUPLICATE", BOTH,
     "RFC 7515 4, RFC 7519 4: a member twice can be read in two ways; "
     "Python's json takes the last one"),
    (("header no object", "payload numbers"), "JG_E_JSON", BOTH,
     "RFC 8259 6: NaN, Infinity and a byte order mark are no JSON, and a "
     "number past 64 bits or past a double is one that readers clamp"),
    (("payload text",), "JG_E_JSON", BOTH,
     "NUL and lone surrogates are no text that a log, a header or another "
     "program could carry (list of attacks, 66 and 67)"),
    (("payload deep", "payload many"), "JG_E_JSON_LIMIT", BOTH,
     "at most 32 levels and 1,000 members (list of attacks, 54 and 55)"),
]


def ours(keys, cases):
    lines = lines_of(keys)
    lines += [f"{name} {','.join(allowed)} {base64.b64encode(token).decode()}"
              for name, allowed, token, _ in cases]
    done = subprocess.run([BUILD / "tests/unit/jose/differential"],
                          input="\n".join(lines) + "\n", text=True,
                          capture_output=True, timeout=600, check=True)
    verdicts = done.stdout.split()
    assert len(verdicts) == len(cases)
    return verdicts


def explanation(mutation, verdict, peer):
    for row in EXPLAINED:
        if mutation in row[0] and row[1] == verdict and peer in row[2]:
            return row
    return None


def test_every_disagreement_with_a_peer_is_explained():
    r = random.Random(SEED)
    keys = make_keys()
    cases = [draw(r, keys) for _ in range(COUNT)]
    verdicts = ours(keys, cases)
    accepted = collections.Counter()
    disagreed, unexplained = collections.Counter(), collections.Counter()
    examples = {}
    for (name, allowed, token, mutation), verdict in zip(cases, verdicts):
        good = verdict == "JG_OK"
        accepted["us"] += good
        for peer, accepts in PEERS.items():
            theirs = accepts(keys[name], allowed, token)
            accepted[peer] += theirs
            if theirs == good:
                continue
            row = (mutation, verdict, peer)
            disagreed[row] += 1
            if explanation(*row) is None:
                unexplained[row] += 1
                examples[row] = (name, allowed, token)
    print(f"{COUNT} tokens of seed {SEED}; accepted: {dict(accepted)}; "
          f"disagreements: {sum(disagreed.values())}")
    for row, n in sorted(disagreed.items()):
        print(f"{n:6} {row}")
    assert not unexplained, "\n".join(
        f"{n} {row}: {examples[row]}" for row, n in unexplained.items())
    used = [explanation(*row) for row in disagreed]
    unused = [row for row in EXPLAINED if row not in used]
    assert unused in ([], [OF_NEW_PEERS]), "a row explains nothing"
    assert accepted["us"] > COUNT / 5
    assert accepted["us"] < COUNT / 1.5
