"""Setting up through the API: refused in words beside the field, and no secret is told."""

from typing import Any

import pytest
from fastapi.testclient import TestClient

from service.accounts import Role
from tests.cameras.servers import PASSWORD as CAMERA_PASSWORD
from tests.cameras.servers import USERNAME, snapshot_server
from tests.fakes_eyes import Painter
from tests.fakes_office import fake_picture
from tests.live_office import png, staffed
from tests.service.conftest import ATTEMPT, House
from tests.service.test_api_roles import DRAWN, LAYOUT
from vision.labels import Label
from vision.values import Frame

SQUARE = [[0.05, 0.1], [0.45, 0.1], [0.45, 0.6], [0.05, 0.6]]


def saved(house: House, client: TestClient, **changes: Any) -> Any:
    """The answer to a save of the house's layout with changes to its one counter."""
    counter = {**LAYOUT["counters"][0], **changes}
    body = {**LAYOUT, "version": house.setup.version, "counters": [counter]}
    return client.put("/api/v1/layout", json=body)


def codes(answer: Any) -> dict[str, str]:
    """Problems of a refusal by where they are; each has words in both languages."""
    assert answer.status_code == 422, answer.text
    problems = answer.json()["error"]["detail"]["problems"]
    for problem in problems:
        assert problem["text"]["id"] != problem["text"]["en"] or problem["code"] == "file_fault"
        assert "{" not in problem["text"]["id"]
    return {problem["where"]: problem["code"] for problem in problems}


@pytest.mark.parametrize(
    ("zones", "where", "code"),
    [
        ({"staff": SQUARE[:2]}, "staff", "zone_few"),
        ({"staff": [SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]}, "staff", "zone_crossing"),
        ({"staff": [[-0.1, 0.1], [0.4, 0.1], [0.4, 0.6]]}, "staff", "zone_outside"),
        ({"staff": [[0.1, 0.1], [0.2, 0.2], [0.3, 0.3]]}, "staff", "zone_line"),
        ({"staff": [[i / 40, (i % 2) / 9] for i in range(33)]}, "staff", "zone_many"),
        ({"desk": SQUARE}, "staff", "staff_missing"),
        ({"staff": SQUARE, "desk": SQUARE[:1]}, "desk", "zone_few"),
    ],
)
def test_a_zone_that_is_none_is_told_beside_it(
    house: House, zones: dict[str, Any], where: str, code: str
) -> None:
    """Saving and trying refuse the same; the file is as it was."""
    client, before = house.signed_in(Role.ADMIN), house.setup.file.path.read_bytes()
    expected = {f"counters.loket_1.zones.{where}": code}
    assert codes(saved(house, client, zones=zones)) == expected
    drawn = {**DRAWN, "counters": [{**DRAWN["counters"][0], "zones": zones}]}
    assert codes(client.post("/api/v1/layout/try", json=drawn)) == expected
    assert house.setup.file.path.read_bytes() == before


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"name": " "}, {"name": "name_empty"}),
        ({"name": "L" * 300}, {"name": "name_long"}),
        ({"name": "Loket \u202e1"}, {"name": "name_marks"}),
        ({"name": "Loket\n1"}, {"name": "name_marks"}),
        ({"role": "KEPALA"}, {"role": "role_unknown"}),
        ({"camera": "hall_9"}, {"camera": "camera_unknown"}),
        ({"name": "", "role": "X"}, {"name": "name_empty", "role": "role_unknown"}),
    ],
)
def test_every_fault_of_a_counter_is_told_at_once(
    house: House, changes: dict[str, str], expected: dict[str, str]
) -> None:
    """Not one after the other."""
    answer = saved(house, house.signed_in(Role.ADMIN), **changes)
    assert codes(answer) == {f"counters.loket_1.{key}": code for key, code in expected.items()}


@pytest.mark.parametrize("name", ['Loket "1"', "<b>Loket</b> & Co", "Loket 🪑", "لوکت ١"])
def test_a_strange_name_is_kept_as_it_was_typed(house: House, name: str) -> None:
    """Quotes, tags, emoji and other scripts are names too."""
    answer = saved(house, house.signed_in(Role.ADMIN), name=name)
    assert answer.status_code == 200
    assert answer.json()["counters"][0]["name"] == name


def test_two_who_save_at_once_lose_nothing(house: House) -> None:
    """The second is told, and may read and repeat."""
    client, read = house.signed_in(Role.ADMIN), house.setup.version
    assert saved(house, client, name="Loket satu").status_code == 200
    body = {**LAYOUT, "version": read}
    late = client.put("/api/v1/layout", json=body)
    assert late.status_code == 409
    assert late.json()["error"]["code"] == "changed_meanwhile"
    assert client.get("/api/v1/layout").json()["counters"][0]["name"] == "Loket satu"


def test_a_file_changed_by_hand_is_seen_and_taken_over_when_asked(house: House) -> None:
    """An editor beside the page: neither overwrites the other."""
    client, path = house.signed_in(Role.ADMIN), house.setup.file.path
    path.write_text(path.read_text("utf-8").replace("Loket 1", "Loket utama"), "utf-8")
    told = client.get("/api/v1/layout").json()
    assert told["file_changed"]
    assert told["counters"][0]["name"] == "Loket 1"
    assert saved(house, client, name="x").status_code == 409
    again = client.post("/api/v1/layout/reload").json()
    assert not again["file_changed"]
    assert again["counters"][0]["name"] == "Loket utama"
    path.write_text("[office]\nid = 3\n", "utf-8")
    assert codes(client.post("/api/v1/layout/reload")) == {"file": "file_fault"}


def test_a_save_is_written_into_the_audit_log_without_any_secret(house: House) -> None:
    """Who, what, from which version to which."""
    client = house.signed_in(Role.ADMIN)
    zones = {"staff": SQUARE, "desk": [[0.0, 0.6], [0.5, 0.6], [0.5, 0.9]]}
    assert saved(house, client, zones=zones).status_code == 200
    row = [row for _, row in house.store.audit_rows() if row.act == "layout.save"][-1]
    assert row.actor == "admin"
    assert row.object_ == "office/office.toml"
    assert row.detail["counters_changed"] == ["loket_1"]
    assert row.detail["version"] == house.setup.version


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("", "url_empty"),
        ("file:///etc/passwd", "url_scheme"),
        ("concat:/etc/passwd|x", "url_blank"),
        ("ftp://kamera/x", "url_scheme"),
        ("http://", "url_scheme"),
        ("rtsp://kamera:99999/x", "url_scheme"),
        ("http://kamera/x y", "url_blank"),
        ("javascript:alert(1)", "url_scheme"),
    ],
)
def test_only_addresses_of_cameras_are_opened(house: House, url: str, code: str) -> None:
    """Nothing local, nothing that runs, nothing of another protocol."""
    client = house.signed_in(Role.ADMIN)
    assert codes(client.post("/api/v1/cameras/try", json={"url": url})) == {"url": code}


def test_a_camera_is_tried_saved_and_its_password_never_told(house: House) -> None:
    """It goes into a file of its own that only the service reads."""
    client = house.signed_in(Role.ADMIN)
    with snapshot_server() as camera:
        camera.mode, camera.body = "digest", png(staffed())
        wrong = {"url": camera.url, "user": USERNAME, "password": "salah-besar"}
        refused = client.post("/api/v1/cameras/try", json=wrong)
        assert codes(refused) == {"url": "camera_unauthorised"}
        assert "salah-besar" not in refused.text
        right = {"url": f"{camera.url}?key=GEHEIM", "user": USERNAME, "password": CAMERA_PASSWORD}
        tried = client.post("/api/v1/cameras/try", json=right)
        assert tried.status_code == 201, tried.text
        told = tried.json()
        assert told["size_wh"] == [1280, 720]
        assert told["probed"]["kind"] == "snapshot"
        still = client.get(told["still"])
        assert still.headers["content-type"] == "image/jpeg"
        looked = client.get(f"/api/v1/tries/{told['attempt']}").json()
        assert {pixels["check"] for pixels in looked["pixels"]} >= {"badge_worn", "staff_present"}
        counter = {**LAYOUT["counters"][0], "counter": "loket_5", "camera": "loket-5"}
        answer = client.put(
            "/api/v1/layout",
            json={
                "version": house.setup.version,
                "cameras": [
                    {"camera": "hall_1"},
                    {"camera": "loket-5", "attempt": told["attempt"]},
                ],
                "counters": [LAYOUT["counters"][0], counter],
            },
        )
    assert answer.status_code == 200, answer.text
    for text in (tried.text, answer.text, client.get("/api/v1/layout").text):
        assert CAMERA_PASSWORD not in text
        assert "GEHEIM" not in text
    (secret,) = house.setup.file.path.parent.glob("secrets/*.password")
    assert secret.stat().st_mode & 0o777 == 0o600
    assert secret.read_text("utf-8") == CAMERA_PASSWORD
    written = house.setup.file.path.read_text("utf-8")
    assert CAMERA_PASSWORD not in written
    kept = house.setup.settings.camera("loket-5").credentials
    assert kept is not None
    assert (kept.user, kept.password) == (USERNAME, CAMERA_PASSWORD)
    assert not [row for _, row in house.store.audit_rows(limit=500) if "GEHEIM" in str(row)]


@pytest.mark.parametrize("mode", ["text", "error", "torn", "huge"])
def test_what_is_no_camera_is_told_beside_the_address(house: House, mode: str) -> None:
    """And nothing of what it answered comes back."""
    client = house.signed_in(Role.ADMIN)
    with snapshot_server() as camera:
        camera.mode = mode
        answer = client.post("/api/v1/cameras/try", json={"url": camera.url})
    assert codes(answer).keys() == {"url"}
    assert "log in first" not in answer.text


def test_a_reference_picture_shows_nobody_and_belongs_to_its_camera(house: House) -> None:
    """Who sits at the counter must not lie in a file for ever."""
    client, tried = house.signed_in(Role.ADMIN), house.setup.attempt(ATTEMPT)
    tried.put(Frame("hall_1", 1, house.clock.now, staffed()))
    assert codes(client.post("/api/v1/layout/reference", json=DRAWN)) == {
        "reference": "reference_people"
    }
    tried.put(Frame("hall_1", 2, house.clock.now, Painter(2).image))
    desk = {**DRAWN["counters"][0]["zones"], "desk": [[0.05, 0.6], [0.45, 0.6], [0.45, 0.9]]}
    cup = Painter(2).paint(Label.CUP, (200, 470, 250, 530)).image
    tried.put(Frame("hall_1", 3, house.clock.now, cup))
    drawn = {**DRAWN, "counters": [{**DRAWN["counters"][0], "zones": desk}]}
    taken = client.post("/api/v1/layout/reference", json=drawn)
    assert taken.status_code == 201
    assert [thing["id"] for thing in taken.json()["things"]] == ["cangkir"]
    body = {**LAYOUT, "version": house.setup.version}
    reference = taken.json()["reference"]
    other = {"camera": "lobi", "push": True, "reference": reference}
    answer = client.put("/api/v1/layout", json={**body, "cameras": [*body["cameras"], other]})
    assert codes(answer) == {"cameras.lobi.reference": "reference_other"}
    mine = [{"camera": "hall_1", "reference": reference}]
    assert client.put("/api/v1/layout", json={**body, "cameras": mine}).status_code == 200
    kept = house.setup.settings.camera("hall_1").reference
    assert kept is not None
    assert kept.name.startswith("hall_1-2026")
    assert client.get("/api/v1/cameras/hall_1/reference").status_code == 200


def test_a_camera_that_pushes_shows_its_first_picture_before_it_is_saved(house: House) -> None:
    """Name, token, picture: then it may be saved; left alone, nothing of it stays."""
    client = house.signed_in(Role.ADMIN)
    taken = client.post("/api/v1/cameras/try", json={"push": "hall_1"})
    assert codes(taken) == {"camera": "id_taken"}
    tried = client.post("/api/v1/cameras/try", json={"push": "lobi"}).json()
    assert tried["still"] is None
    token = client.post("/api/v1/cameras/lobi/token").json()
    device = house.client()
    device.headers["Authorization"] = f"Bearer {token['token']}"
    house.setup.attempt(tried["attempt"])
    brought = device.post(token["path"], content=fake_picture("loket_1"))
    assert brought.status_code == 201
    house.setup.attempt(tried["attempt"]).wait(5)
    assert client.get(f"/api/v1/tries/{tried['attempt']}/still").status_code == 200
    assert client.delete(f"/api/v1/tries/{tried['attempt']}").status_code == 204
    assert client.post("/api/v1/cameras/lobi/token").status_code == 404


def test_a_try_that_ended_says_what_to_do(house: House) -> None:
    """A page that was left open for hours."""
    client = house.signed_in(Role.ADMIN)
    for path in ("/api/v1/layout/try", "/api/v1/layout/propose"):
        gone = {**(DRAWN if path.endswith("try") else {}), "attempt": "hilang"}
        answer = client.post(path, json=gone)
        assert answer.status_code == 404
        assert answer.json()["error"]["detail"]["problems"][0]["code"] == "try_gone"
