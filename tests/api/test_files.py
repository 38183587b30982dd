"""Files over HTTP: what is taken, who gets it, and how it comes (product rules §7, §8)."""

from __future__ import annotations

import pytest

from helpdesk.api.v1.files import disposition
from helpdesk.integrations.storage import get_storage
from tests.client import Api
from tests.factories import World, make_ticket

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360"
    "60606000000005000165a3f5450000000049454e44ae426082"
)


def one(name: str = "a.txt", content: bytes = b"some text", kind: str = "text/plain") -> list[tuple]:
    return [("attachments", (name, content, kind))]


def test_an_upload_waits_for_its_form_and_belongs_to_its_author(api: Api, world: World) -> None:
    client, other = api.login(world.client), api.login(world.client2)
    stored = client.post("/api/v1/uploads", files=one("Übersicht.png", PNG, "image/png"))
    assert stored.status_code == 201
    upload = stored.json()["id"]
    assert (stored.json()["filename"], stored.json()["size"]) == ("Übersicht.png", len(PNG))
    assert [a["id"] for a in client.get("/api/v1/uploads").json()["attachments"]] == [upload]
    assert client.get(f"/api/v1/attachments/{upload}").content == PNG
    for colleague in (other, api.login(world.admin)):
        assert colleague.get(f"/api/v1/attachments/{upload}").status_code == 404
        assert colleague.delete(f"/api/v1/uploads/{upload}").status_code == 404
        body = {"title": "Steal", "group_id": world.it.group_id, "upload_ids": [upload]}
        assert colleague.post("/api/v1/tickets", json=body).status_code == 422
    body = {"title": "Mine", "group_id": world.it.group_id, "upload_ids": [upload]}
    made = client.post("/api/v1/tickets", json=body).json()
    assert [a["id"] for a in made["attachments"]] == [upload]
    assert client.get("/api/v1/uploads").json()["attachments"] == []
    assert client.delete(f"/api/v1/uploads/{upload}").status_code == 404
    assert api.login(world.agent).get(f"/api/v1/attachments/{upload}").status_code == 200
    assert other.get(f"/api/v1/attachments/{upload}").status_code == 404


def test_a_discarded_upload_is_gone(api: Api, world: World) -> None:
    client = api.login(world.client)
    upload = client.post("/api/v1/uploads", files=one()).json()["id"]
    assert client.delete(f"/api/v1/uploads/{upload}").status_code == 204
    assert client.get(f"/api/v1/attachments/{upload}").status_code == 404


def test_one_key_stores_one_upload(api: Api, world: World) -> None:
    client = api.login(world.client)
    headers = {"Idempotency-Key": "up"}
    first = client.post("/api/v1/uploads", files=one(), headers=headers).json()
    assert client.post("/api/v1/uploads", files=one(), headers=headers).json() == first
    assert len(client.get("/api/v1/uploads").json()["attachments"]) == 1
    assert client.post("/api/v1/uploads", files=one(content=b"other"), headers=headers).status_code == 422


def test_a_download_is_never_shown_in_place(api: Api, world: World) -> None:
    client = api.login(world.client)
    upload = client.post("/api/v1/uploads", files=one("a'b (1).txt", b"alert(1)")).json()
    answer = client.get(f"/api/v1/attachments/{upload['id']}")
    assert answer.headers["content-disposition"].startswith("attachment; ")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert answer.headers["cache-control"] == "no-store"
    assert answer.content == b"alert(1)"


@pytest.mark.parametrize("ranges", ["0-0", "5-", ",".join(f"{n}-{n}" for n in range(1000))])
def test_a_range_is_no_order(api: Api, world: World, ranges: str) -> None:
    """Parts of a file are not served: a thousand ranges cost what one download costs."""
    client = api.login(world.client)
    upload = client.post("/api/v1/uploads", files=one("a.txt", b"what it said")).json()
    answer = client.get(f"/api/v1/attachments/{upload['id']}", headers={"Range": f"bytes={ranges}"})
    assert (answer.status_code, answer.content) == (200, b"what it said")


def test_a_name_can_not_leave_its_header() -> None:
    assert disposition("bericht ä.pdf") == (
        "attachment; filename=\"bericht _.pdf\"; filename*=UTF-8''bericht%20%C3%A4.pdf"
    )
    for name in ('a"; filename=evil.exe', "a\r\nSet-Cookie: x=1", "a\\", "日本.txt", "a'b"):
        header = disposition(name)
        assert header.isascii()
        assert header.isprintable()
        assert header.count('"') == 2


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "image/svg+xml"),
        ("a.html", b"<!doctype html><script>1</script>", "text/html"),
        ("a.png", b"<!doctype html><script>1</script>", "image/png"),
        ("a.exe", b"MZ" + b"\0" * 200, "application/octet-stream"),
        ("a.pdf", b"MZ" + b"\0" * 200, "application/pdf"),
        ("a.js", b"alert(1)", "text/javascript"),
        ("noending", b"text", "text/plain"),
    ],
)
def test_what_is_not_taken_is_415(api: Api, world: World, name: str, content: bytes, kind: str) -> None:
    client = api.login(world.client)
    made = make_ticket(world.client, world.it).ticket
    fields = {"title": "x", "group_id": str(world.it.group_id)}
    upload = one(name, content, kind)
    assert client.post("/api/v1/uploads", files=upload).status_code == 415
    assert client.post("/api/v1/tickets", data=fields, files=one() + upload).status_code == 415
    assert client.post(f"/api/v1/tickets/{made.id}/attachments", files=upload).status_code == 415
    assert client.get("/api/v1/uploads").json()["attachments"] == [], "nothing of a refused request is left"
    assert client.get("/api/v1/tickets").json()["total"] == 1


def test_too_much_is_413(api: Api, world: World, settings) -> None:
    settings(max_upload_mb=1)
    client = api.login(world.client)
    fields = {"title": "x", "group_id": str(world.it.group_id)}
    big = b"x" * (1024 * 1024 + 1)
    assert client.post("/api/v1/uploads", files=one(content=big[:-1])).status_code == 201
    assert client.post("/api/v1/uploads", files=one(content=big)).status_code == 413
    assert client.post("/api/v1/uploads", files=one(content=big * 3)).status_code == 413
    assert client.post("/api/v1/tickets", data=fields, files=one(content=big)).status_code == 413
    assert client.post("/api/v1/tickets", data=fields, files=one() * 11).status_code == 413
    assert client.post("/api/v1/tickets", data=fields, files=one() * 10).status_code == 201
    assert client.get("/api/v1/tickets").json()["total"] == 1


def test_a_form_is_checked_like_json(api: Api, world: World) -> None:
    client = api.login(world.client)
    fields = {"title": " Form ", "group_id": str(world.it.group_id), "category_id": "", "priority": ""}
    made = client.post("/api/v1/tickets", data=fields | {"watchers": [str(world.client2.id)]}, files=one())
    assert made.status_code == 201
    assert made.json()["title"] == " Form "
    assert [a["filename"] for a in made.json()["attachments"]] == ["a.txt"]
    for wrong in (
        {"group_id": "x"},
        {"group_id": ""},
        {"group_id": ["1", "2"]},
        {"title": ""},
        {"is_internal": "false"},
        {"status": "Closed"},
        {"priority": "critical"},
        {"watchers": ["x"]},
        {"attachments": "text"},
    ):
        assert client.post("/api/v1/tickets", data=fields | wrong, files=one()).status_code == 422, wrong
    made_id = made.json()["id"]
    answer = client.post(
        f"/api/v1/tickets/{made_id}/comments", data={"message": "x", "is_internal": "true"}, files=one()
    )
    assert answer.status_code == 422
    assert client.post("/api/v1/tickets", data=fields, files=[("file", one()[0][1])]).status_code == 422
    assert client.post("/api/v1/uploads", files=one() * 2).status_code == 422
    assert client.post("/api/v1/uploads", data={"x": "1"}, files=one()).status_code == 422
    assert client.get("/api/v1/uploads").json()["attachments"] == []


@pytest.mark.parametrize("raw", [b"", b"--x", b"garbage", b"--x\r\n\r\n--x--"])
def test_a_form_that_is_none(api: Api, world: World, raw: bytes) -> None:
    client = api.login(world.client)
    for kind in ("multipart/form-data", "multipart/form-data; boundary=x"):
        for path in ("/api/v1/tickets", "/api/v1/uploads"):
            assert client.post(path, content=raw, headers={"content-type": kind}).status_code == 422


def test_files_on_a_ticket(api: Api, world: World) -> None:
    client, other = api.login(world.client), api.login(world.client2)
    made = make_ticket(world.client, world.it).ticket
    path = f"/api/v1/tickets/{made.id}/attachments"
    answer = client.post(path, files=one("b.png", PNG, "image/png") + one())
    assert answer.status_code == 201
    assert {a["filename"] for a in answer.json()["attachments"]} == {"b.png", "a.txt"}
    assert other.post(path, files=one()).status_code == 404
    assert client.post(path, json={}).status_code == 422
    upload = client.post("/api/v1/uploads", files=one()).json()["id"]
    assert client.post(path, json={"upload_ids": [upload]}).json()["attachments"][0]["id"] == upload
    client.post(f"/api/v1/tickets/{made.id}/close")
    assert client.post(path, files=one()).status_code == 409
    assert client.get("/api/v1/uploads").json()["attachments"] == []


def test_with_s3_a_link_is_signed(api: Api, world: World, s3, request) -> None:
    get_storage.cache_clear()
    request.addfinalizer(get_storage.cache_clear)
    client = api.login(world.client)
    upload = client.post("/api/v1/uploads", files=one()).json()["id"]
    answer = client.get(f"/api/v1/attachments/{upload}", follow_redirects=False)
    assert answer.status_code == 302
    assert "X-Amz-Signature" in answer.headers["location"]
    assert api.login(world.client2).get(f"/api/v1/attachments/{upload}").status_code == 404
