"""A record store whose pages a disk has damaged: refused with its name, or
whatever still can be read is served; nobody comes in who should not."""
import random
import struct

import pytest

PAGE = 4096
META_BYTES = 16 + 8 + 16 + 2 * 48  # what stands before the last page's number


def last_page(data):
    return max(struct.unpack_from("<Q", data, at + META_BYTES)[0]
               for at in (0, PAGE))


def flip(data, pages, chance):
    for _ in range(20):
        data[chance.randrange(2 * PAGE, pages * PAGE)] ^= 0xff


def blank(data, pages, chance):
    page = chance.randrange(2, pages)
    data[page * PAGE:(page + 1) * PAGE] = bytes(PAGE)


def scribble(data, pages, chance):
    page = chance.randrange(2, pages)
    data[page * PAGE:(page + 1) * PAGE] = chance.randbytes(PAGE)


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("damage", [flip, blank, scribble])
def test_damaged_pages_let_nobody_in(gateway, damage, seed):
    gateway.add_api("t", enable_jwt=False, use_standard_auth=True)
    gateway.add_policy(apis=["t"])
    gateway.start()
    body = {"org_id": "default", "apply_policies": ["default"]}
    keys = [gateway.control_call("POST", "/tyk/keys/create", body).json()["key"]
            for _ in range(60)]
    gateway.stop()
    path = gateway.folder / "store" / "data.mdb"
    with open(path, "r+b") as file:
        pages = last_page(file.read(2 * PAGE)) + 1
        file.seek(0)
        data = bytearray(file.read(pages * PAGE))
        damage(data, pages, random.Random(seed))
        file.seek(0)
        file.write(data)
    try:
        gateway.start()
    except RuntimeError as error:
        assert "store" in str(error)
        return
    for key in keys:
        answer = gateway.call("GET", "/t/x", {"Authorization": key})
        assert answer.status in (200, 403, 500, 503)
    for wrong in ("nobody", keys[0] + "x", keys[0][:-1]):
        answer = gateway.call("GET", "/t/x", {"Authorization": wrong})
        assert answer.status in (403, 500, 503)
    assert gateway.call("GET", "/t/x").status == 401
