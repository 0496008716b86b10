"""The admin's upload of a hotel file, and its download of the dishes."""

import copy
import csv
import io
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from menus import carried, models, uploads
from tests.menus.conftest import Import, Json, Snapshot

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("without_search")]

UPLOAD = "/admin/menus/hotel/upload/"


def send(client: Client, document: Json | bytes) -> Any:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    return client.post(UPLOAD, {"file": SimpleUploadedFile("hotel.json", content)})


def staff(role: str, hotel: models.Hotel) -> Client:
    user = models.User.objects.create_user(role, is_staff=True)
    models.Membership.objects.create(user=user, hotel=hotel, role=role)
    client = Client()
    client.force_login(user)
    return client


def test_it_is_looked_at_first_and_then_imported(
    admin_client: Client, document: Json, import_file: Import, snapshot: Snapshot
) -> None:
    import_file(document)
    before = snapshot()
    changed = copy.deepcopy(document)
    changed["hotel"]["name"] = "Another <b>name</b>"
    looked = send(admin_client, changed)
    assert looked.status_code == 200
    assert "Another &lt;b&gt;name&lt;/b&gt;" in looked.content.decode()
    assert looked.context["total"].updated == 1
    assert snapshot() == before
    done = admin_client.post(UPLOAD, {"carried": looked.context["carried"]})
    assert (done.status_code, done["Location"]) == (302, reverse("admin:menus_hotel_changelist"))
    assert models.Hotel.objects.get(slug=document["hotel"]["slug"]).name == "Another <b>name</b>"


def test_every_mistake_is_told_with_its_place_and_nothing_changes(
    admin_client: Client, document: Json, import_file: Import, snapshot: Snapshot
) -> None:
    import_file(document)
    before = snapshot()
    document["hotel"]["timezone"] = "Europe/<script>"
    document["articles"][0]["surprise"] = 1
    answer = send(admin_client, document)
    page = answer.content.decode()
    assert answer.status_code == 400
    assert "/hotel/timezone" in page
    assert "/articles/0/surprise" in page
    assert "<script>Europe" not in page
    assert "carried" not in answer.context
    assert snapshot() == before


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Choose a file"),
        (b"PK\x03\x04", "does not begin with a brace"),
        (b"{", "This is not JSON"),
        (b"{" * 100_000, "This is not JSON"),
        (b'{"a":' * 100_000, "nested too deeply"),
        (b"\xff\xfe{", "byte 0 cannot be read"),
        (b"{" + b" " * (5 * 1_048_576), "too large"),
    ],
)
def test_what_is_no_hotel_file_is_refused(admin_client: Client, content: bytes, sentence: str) -> None:
    answer = send(admin_client, content)
    assert answer.status_code == 400
    assert sentence in answer.content.decode()


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("manager", 200), ("reception", 403), ("kitchen", 403)])
def test_who_may_import_their_own_hotel(document: Json, import_file: Import, role: str, status: int) -> None:
    import_file(document)
    client = staff(role, models.Hotel.objects.get(slug=document["hotel"]["slug"]))
    assert send(client, document).status_code == status
    assert client.get(UPLOAD).status_code == status


def test_nobody_imports_into_a_strangers_hotel_or_makes_one(document: Json, import_file: Import) -> None:
    other = models.Hotel.objects.create(slug="theirs", name="Theirs", languages=["en"])
    client = staff("owner", other)
    for existing in (False, True):
        if existing:
            import_file(document)
        answer = send(client, document)
        assert answer.status_code == 400
        assert "/hotel/slug" in answer.content.decode()


def test_only_what_was_looked_at_by_the_same_person_is_imported(
    admin_client: Client, document: Json, import_file: Import
) -> None:
    import_file(document)
    owner = staff("owner", models.Hotel.objects.get(slug=document["hotel"]["slug"]))
    sealed = send(owner, document).context["carried"]
    for client, value in ((admin_client, sealed), (owner, sealed[:-1] + "x"), (owner, "x"), (owner, "")):
        assert client.post(UPLOAD, {"carried": value}).status_code == 400


def test_what_a_page_cannot_carry_goes_by_the_command(
    admin_client: Client, document: Json, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carried, "MOST_CHARS", 100)
    assert "import_hotel" in send(admin_client, document).content.decode()
    assert uploads.MOST_BYTES[uploads.Kind.JSON] == 5 * 1_048_576


def test_the_dishes_as_a_table(admin_client: Client, document: Json, import_file: Import) -> None:
    import_file(document)
    hotel = models.Hotel.objects.get(slug=document["hotel"]["slug"])
    item = models.MenuItem.objects.filter(hotel=hotel).first()
    assert item is not None
    models.MenuItem.objects.filter(pk=item.pk).update(name={"en": "=cmd|'/C calc'!A0"}, allergens_complete=False)
    item.allergens.all().delete()
    models.ItemAllergen.objects.create(item=item, code="nuts.almond", status="contains")
    models.ItemAllergen.objects.create(item=item, code="fish", status="free")
    sent = {"action": "download", "_selected_action": item.pk, "index": 0}
    answer = admin_client.post(reverse("admin:menus_menuitem_changelist"), sent)
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    heading, row = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    told = dict(zip(heading, row, strict=True))
    assert told["Name (en)"] == "'=cmd|'/C calc'!A0"
    assert (told["Tree nuts"], told["Fish"]) == ("almond: contains", "free")
    assert row.count("unknown") == 12


def test_a_table_is_of_one_hotel(admin_client: Client, document: Json, import_file: Import) -> None:
    import_file(document)
    document["hotel"]["slug"] = "another"
    import_file(document)
    chosen = list(models.MenuItem.objects.filter(key="soup").values_list("pk", flat=True))
    sent = {"action": "download", "_selected_action": chosen, "index": 0}
    answer = admin_client.post(reverse("admin:menus_menuitem_changelist"), sent, follow=True)
    assert len(chosen) == 2
    assert "Choose dishes of one hotel." in answer.content.decode()


@pytest.mark.parametrize(
    ("role", "there"), [("owner", True), ("manager", True), ("kitchen", True), ("reception", False)]
)
def test_the_list_of_dishes_leads_to_the_page_that_takes_a_table(
    document: Json, import_file: Import, role: str, there: bool
) -> None:
    import_file(document)
    client = staff(role, models.Hotel.objects.get(slug=document["hotel"]["slug"]))
    assert ("Upload a table" in client.get(reverse("admin:menus_menuitem_changelist")).content.decode()) is there
    answer = client.get("/admin/menus/menuitem/table/")
    if there:
        assert answer["Location"] == "/staff/seeblick/dishes/"
        assert client.get(answer["Location"]).status_code == 200
    else:
        assert answer.status_code == 403
