"""A client of split tokens, for tests with providers that nobody here wrote."""
import base64
import time

from split_tokens import SERVICES, post

PART_MIN = 16 # shorter parts of a token stand elsewhere by chance


class Client:
    """At the API <api> of <gw>, as the client that <credentials> say."""

    def __init__(self, gw, api, credentials):
        self.gw, self.api, self.credentials = gw, api, credentials
        self.answers = [] # of the endpoints of the gateway, as bytes
        self.secret = set() # what the provider issued, where it was seen

    def post(self, endpoint, form, headers=()):
        answer = post(self.gw, f"/{self.api}/{endpoint}", form, headers)
        self.answers.append(answer.body)
        return answer

    def ask(self, **form):
        return self.post("token", {**self.credentials, **form})

    def obtain(self, **form):
        answer = self.ask(**form)
        assert answer.status == 200, (answer.body, self.gw.log()[-2000:])
        return answer.json()

    def revoke(self, token):
        answer = self.post("revoke", {**self.credentials, "token": token})
        assert answer.status == 200, answer.body

    def introspect(self, token):
        name, secret = next(iter(SERVICES.items()))
        text = base64.b64encode(f"{name}:{secret}".encode()).decode()
        answer = self.post("introspect", {"token": token},
                           {"Authorization": f"Basic {text}"})
        assert answer.status == 200, answer.body
        return answer.json()

    def call(self, token):
        return self.gw.get(f"/{self.api}/echo", token)

    def whole(self, token):
        """What the upstream gets for it: the provider's JWT."""
        answer = self.call(token)
        assert answer.status == 200, (answer.body, self.gw.log()[-2000:])
        given = dict(answer.json()["headers"])["Authorization"]
        kind, _, whole = given.partition(" ")
        assert kind == "Bearer" and whole.count(".") == 2
        self.secret.add(whole)
        return whole

    def wait_for_end(self, token, seconds=20):
        deadline = time.monotonic() + seconds
        while self.call(token).status == 200:
            assert time.monotonic() < deadline, "it does not end"
            time.sleep(0.2)

    def check_nothing_leaked(self, parts):
        """None of the issued tokens stands in an answer of the gateway's
        endpoints, in its journal, or in any file of it. <parts>: which of
        header, claims and signature are looked for besides the whole."""
        journal = self.gw.control_call("GET", "/tyk/journal?limit=1000")
        assert journal.status == 200
        places = {path: path.read_bytes()
                  for path in self.gw.folder.rglob("*") if path.is_file()}
        assert any(path.name == "data.mdb" for path in places)
        places["the journal"] = journal.body
        places["the answers"] = b"\n".join(self.answers)
        assert self.secret
        for whole in self.secret:
            cut = whole.split(".")
            texts = [whole, ".".join(cut[:2])] + [cut[i] for i in parts]
            for text in texts:
                assert len(text) >= PART_MIN
                for place, data in places.items():
                    assert text.encode() not in data, place


def terms(mode, token_url, revocation_url):
    return {"token_url": token_url, "revocation_url": revocation_url,
            "mode": mode, "introspect_clients": SERVICES}
