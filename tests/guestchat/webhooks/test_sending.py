"""How a system is told: signed, in order, again until it has heard it, and never so that others wait for it."""

import base64
import contextlib
import datetime as dt
import hashlib
import hmac
import ipaddress
import json
import logging
import socket
import ssl
import threading
import time
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from guestchat import tasks
from guestchat.models import Delivery, ServiceRequest, Webhook
from guestchat.webhooks import outbox, sending
from menus.models import Hotel
from tests.guestchat.guest.chatting import make_hotel
from tests.guestchat.webhooks.conftest import System

pytestmark = pytest.mark.django_db(transaction=True)


def note(request: ServiceRequest, *statuses: str) -> None:
    for status in statuses:
        request.status = status
        outbox.note(request.hotel_id, [request])


def told(system: System) -> list[str]:
    return [json.loads(body)["type"] for _headers, body in system.told]


def later(minutes: float) -> dt.datetime:
    return timezone.now() + dt.timedelta(minutes=minutes)


# --- what is said ------------------------------------------------------------------
def test_the_signature_is_the_one_that_the_standard_asks_for() -> None:
    # The example of the Standard Webhooks specification.
    hook = Webhook(secret="whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    delivery = Delivery(event="msg_p5jXN8AQM9LWM0D4loKWxJek")
    said = sending.headers_of(hook, delivery, b'{"test": 2432232314}', 1_614_265_330)
    assert said["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_says_what_happened_to_what(hook: Webhook, system: System, request_of_room_7: ServiceRequest) -> None:
    note(request_of_room_7, "new")
    assert sending.tell_all() == 1
    ((headers, body),) = system.told
    message = json.loads(body)
    assert message["type"] == "request.new"
    assert message["data"]["hotel"] == "small"
    shown = message["data"]["request"]
    assert shown.pop("created_at").startswith("20")
    assert shown == {
        "id": outbox.reference(request_of_room_7),
        "status": "new",
        "kind": "housekeeping",
        "quantity": 2,
        "details": "Two towels, please – größere",
        "urgent": False,
        "wants_a_person": False,
        "place": {"kind": "room", "label": "7"},
        "owner": None,
    }
    key = base64.b64decode(hook.secret.removeprefix("whsec_"))
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    signed = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{signed}"
    assert abs(int(headers["webhook-timestamp"]) - time.time()) < 60
    assert Delivery.objects.get().result == "Taken (204)"


def test_two_hotels_have_two_secrets(hook: Webhook) -> None:
    other = Webhook.objects.create(hotel=make_hotel("other"), name="Other", url=hook.url)
    assert other.secret != hook.secret
    assert len(base64.b64decode(other.secret.removeprefix("whsec_"))) == 24


# --- in order, again, at least once ----------------------------------------------------
def test_what_fails_comes_again_in_order_and_with_its_own_id(
    hook: Webhook, system: System, request_of_room_7: ServiceRequest
) -> None:
    note(request_of_room_7, "new", "acknowledged")
    system.status = 500
    assert sending.tell_all() == 0
    assert told(system) == ["request.new"]
    assert sending.tell_all() == 0  # not again before its pause is over
    assert len(system.told) == 1
    system.status = 200
    assert sending.tell_all(later(2)) == 2
    assert told(system) == ["request.new", "request.new", "request.acknowledged"]
    ids = [headers["webhook-id"] for headers, _body in system.told]
    assert ids[0] == ids[1] != ids[2]
    hook.refresh_from_db()
    assert (hook.failures, hook.next_at) == (0, None)
    assert sending.tell_all(later(3)) == 0


def test_the_pauses_grow_and_after_a_day_it_is_given_up(
    hook: Webhook, system: System, request_of_room_7: ServiceRequest
) -> None:
    note(request_of_room_7, "new")
    system.status = 503
    pauses = []
    for _ in range(7):
        Webhook.objects.update(next_at=None)
        sending.tell_all()
        hook.refresh_from_db()
        assert hook.next_at is not None
        pauses.append((hook.next_at - timezone.now()).total_seconds() / 60)
    assert all(
        0.7 * wanted < pause < 1.3 * wanted for wanted, pause in zip((1, 2, 5, 15, 30, 60, 60), pauses, strict=True)
    )
    Delivery.objects.update(occurred_at=later(-25 * 60))
    Webhook.objects.update(next_at=None)
    sending.tell_all()
    assert Delivery.objects.get().given_up_at is not None
    Webhook.objects.update(next_at=None)
    assert sending.tell_all() == 0
    assert len(system.told) == 8


def test_what_a_system_does_not_want_holds_the_next_ones_up_for_three_tries(
    hook: Webhook, system: System, request_of_room_7: ServiceRequest
) -> None:
    note(request_of_room_7, "new", "acknowledged")
    system.status = 400
    for _ in range(3):
        Webhook.objects.update(next_at=None)
        sending.tell_all()
    system.status = 200
    Webhook.objects.update(next_at=None)
    sending.tell_all()
    assert told(system) == ["request.new"] * 3 + ["request.acknowledged"]
    assert Delivery.objects.get(kind="request.new").given_up_at is not None


def test_a_system_that_is_gone_for_good_is_told_no_more(
    hook: Webhook, system: System, request_of_room_7: ServiceRequest
) -> None:
    note(request_of_room_7, "new")
    system.status = 410
    sending.tell_all()
    hook.refresh_from_db()
    assert not hook.is_active
    note(request_of_room_7, "acknowledged")
    assert Delivery.objects.count() == 1


def test_two_workers_tell_it_once(hook: Webhook, system: System, request_of_room_7: ServiceRequest) -> None:
    note(request_of_room_7, *["new", "acknowledged", "done"] * 5)
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        sending.tell_all()
        connection.close()

    workers = [threading.Thread(target=work) for _ in range(4)]
    for each in workers:
        each.start()
    for each in workers:
        each.join()
    sending.tell_all()
    assert told(system) == ["request.new", "request.acknowledged", "request.done"] * 5


def test_a_worker_that_died_is_followed_by_another(
    hook: Webhook, system: System, request_of_room_7: ServiceRequest
) -> None:
    note(request_of_room_7, "new")
    assert sending._claim(hook, timezone.now())
    assert sending.tell_all() == 0
    assert sending.tell_all(later(2)) == 1


# --- systems that are not as they should be -------------------------------------------
def test_no_redirect_is_followed(hook: Webhook, system: System, request_of_room_7: ServiceRequest) -> None:
    note(request_of_room_7, "new")
    system.status, system.headers = 307, {"Location": system.url}
    sending.tell_all()
    assert len(system.told) == 1
    assert "sent us elsewhere (307)" in Delivery.objects.get().result


def test_a_system_that_answers_byte_by_byte_is_not_waited_for(
    hook: Webhook, system: System, request_of_room_7: ServiceRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWERS_WITHIN_S", 0.6)
    note(request_of_room_7, "new")
    system.drips = True
    began = time.monotonic()
    sending.tell_all()
    assert time.monotonic() - began < 5
    assert "did not answer" in Delivery.objects.get().result


def test_where_nobody_listens_it_is_told(hook: Webhook, request_of_room_7: ServiceRequest) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        Webhook.objects.update(url=f"http://127.0.0.1:{free.getsockname()[1]}/")
        note(request_of_room_7, "new")
        sending.tell_all()
    assert Delivery.objects.get().result == "It cannot be reached (Connection refused)"


def test_what_speaks_no_http_is_told(hook: Webhook, request_of_room_7: ServiceRequest) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer() -> None:
            line, _address = server.accept()
            with line:
                line.recv(65_536)
                line.sendall(b"SSH-2.0-OpenSSH\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        Webhook.objects.update(url=f"http://127.0.0.1:{server.getsockname()[1]}/")
        note(request_of_room_7, "new")
        sending.tell_all()
        thread.join()
    assert Delivery.objects.get().result.startswith("It cannot be reached")


def test_an_address_inside_the_network_is_refused_when_it_is_called(
    hook: Webhook, system: System, request_of_room_7: ServiceRequest, settings: Any
) -> None:
    settings.GUESTCHAT_WEBHOOK_NETWORKS = [ipaddress.ip_network("10.0.0.0/8")]
    note(request_of_room_7, "new")
    sending.tell_all()
    assert system.told == []
    assert Delivery.objects.get().result.endswith(".")


def test_a_certificate_that_nobody_signed_is_refused(
    hook: Webhook, request_of_room_7: ServiceRequest, self_signed: str
) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed)
    plain = socket.create_server(("127.0.0.1", 0))
    port = plain.getsockname()[1]
    with context.wrap_socket(plain, server_side=True) as server:

        def answer() -> None:
            with contextlib.suppress(OSError):  # the other side does not like what it sees
                server.accept()

        thread = threading.Thread(target=answer)
        thread.start()
        Webhook.objects.update(url=f"https://127.0.0.1:{port}/")
        note(request_of_room_7, "new")
        sending.tell_all()
        thread.join()
    assert "certificate is not valid" in Delivery.objects.get().result


@pytest.fixture(scope="module")
def self_signed(tmp_path_factory: pytest.TempPathFactory) -> str:
    """A certificate for this machine that no authority knows, with its key, in one file."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    file = tmp_path_factory.mktemp("tls") / "both.pem"
    file.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return str(file)


# --- beside everything else -----------------------------------------------------------
def test_a_system_that_hangs_keeps_nothing_from_the_others(
    hook: Webhook, system: System, request_of_room_7: ServiceRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "ANSWERS_WITHIN_S", 2.0)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"http://127.0.0.1:{silent.getsockname()[1]}/"
        Webhook.objects.create(hotel=hook.hotel, name="Silent", url=url)
        note(request_of_room_7, "new")
        job = threading.Thread(target=lambda: (sending.tell_all(), connection.close()))
        job.start()
        deadline = time.monotonic() + 1.5
        while time.monotonic() < deadline and not system.told:
            time.sleep(0.02)
        assert told(system) == ["request.new"]
        job.join()


def test_no_log_holds_what_a_guest_wrote_nor_the_address(
    hook: Webhook, system: System, request_of_room_7: ServiceRequest, caplog: pytest.LogCaptureFixture
) -> None:
    note(request_of_room_7, "new")
    system.status = 500
    with caplog.at_level(logging.DEBUG):
        tasks.tell_systems(0)
    assert f"system {hook.pk} was not told (500)" in caplog.text
    assert "towels" not in caplog.text
    assert "/told" not in caplog.text


def test_messages_are_forgotten_after_a_month(hotel: Hotel, hook: Webhook, request_of_room_7: ServiceRequest) -> None:
    note(request_of_room_7, "new", "acknowledged", "done")
    first, second, _third = Delivery.objects.all()
    Delivery.objects.filter(pk=first.pk).update(occurred_at=later(-31 * 24 * 60))
    Delivery.objects.filter(pk=second.pk).update(occurred_at=later(-29 * 24 * 60))
    tasks.purge(0)
    assert list(Delivery.objects.values_list("kind", flat=True)) == ["request.acknowledged", "request.done"]
