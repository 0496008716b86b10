"""Where a message may go: to the public internet and to networks of the operator's choice, never into this one."""

import ipaddress
import socket
from typing import Any

import pytest

from guestchat.webhooks import addresses

PRIVATE = [
    "127.0.0.1",
    "10.1.2.3",
    "172.16.0.1",
    "192.168.178.1",
    "169.254.169.254",
    "100.64.0.1",
    "0.0.0.0",
    "255.255.255.255",
    "224.0.0.1",
    "192.0.2.7",
    "::1",
    "::",
    "fe80::1",
    "fd00::1",
    "ff02::1",
    "::ffff:127.0.0.1",
    "::ffff:a9fe:a9fe",
    "64:ff9b::a9fe:a9fe",
    "2002:7f00:1::1",
    "2001:0:7f00:1::1",
    "::127.0.0.1",
]
PUBLIC = ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"]


def in_url(address: str) -> str:
    return f"https://[{address}]/" if ":" in address else f"https://{address}/"


def resolving(monkeypatch: pytest.MonkeyPatch, *found: str) -> None:
    """Let every name lead to these addresses."""
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_args, **_kw: [(0, 0, 0, "", (each, 443)) for each in found])


@pytest.mark.parametrize("address", PRIVATE)
def test_no_address_inside_a_network_is_called_however_it_is_written(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    with pytest.raises(addresses.Refused):
        addresses.read(in_url(address))
    resolving(monkeypatch, address)
    with pytest.raises(addresses.Refused, match="private network"):
        addresses.resolve(addresses.read("https://hooks.example/"))


@pytest.mark.parametrize("host", ["localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1"])
def test_a_name_that_this_machine_understands_as_itself_is_not_called(host: str) -> None:
    with pytest.raises(addresses.Refused):
        addresses.resolve(addresses.read(f"https://{host}/"))


def test_one_private_address_among_public_ones_is_enough_to_refuse(monkeypatch: pytest.MonkeyPatch) -> None:
    resolving(monkeypatch, PUBLIC[0], "10.0.0.1")
    with pytest.raises(addresses.Refused, match=r"10\.0\.0\.1"):
        addresses.resolve(addresses.read("https://hooks.example/"))


@pytest.mark.parametrize("address", PUBLIC)
def test_a_public_address_is_called_and_it_is_the_one_that_was_looked_at(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    resolving(monkeypatch, address)
    assert str(addresses.resolve(addresses.read("https://hooks.example:8443/a?b=c"))) == address


@pytest.mark.parametrize(
    "url",
    [
        "",
        "hooks.example",
        "//hooks.example/",
        "ftp://hooks.example/",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "https://",
        "https:///path",
        "https://user:password@hooks.example/",
        "https://hooks.example@127.0.0.1/",
        "https://hooks.example/#part",
        "https://hooks.example:0x50/",
        "https://hooks.example:99999/",
        "https://hooks example/",
        "https://[::1/",
        "https://hooks.example/a b",
        "https://hooks.example/ä",
        "https://größer.example/",
        "http://hooks.example/",
        f"https://{'a' * 300}.example/",
    ],
)
def test_what_is_no_address_for_this_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(addresses.Refused) as refused:
        addresses.read(url)
    assert str(refused.value).endswith(".")


def test_an_address_is_read_in_its_parts() -> None:
    target = addresses.read(" https://Hooks.Example/told?x=1 ")
    assert (target.host, target.port, target.path) == ("hooks.example", 443, "/told?x=1")
    assert (target.is_encrypted, target.host_header) == (True, "hooks.example")
    assert addresses.read("https://hooks.example:8443").host_header == "hooks.example:8443"


def test_an_operator_may_name_a_network_of_their_own(settings: Any) -> None:
    settings.GUESTCHAT_WEBHOOK_NETWORKS = [ipaddress.ip_network("10.1.0.0/16")]
    assert addresses.read("http://10.1.2.3:8080/").host_header == "10.1.2.3:8080"
    for url in ("http://10.2.2.3/", "http://93.184.215.14/"):
        with pytest.raises(addresses.Refused):
            addresses.read(url)


def test_a_name_without_a_computer_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_args: Any, **_kw: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    with pytest.raises(addresses.Refused, match="No computer has this name"):
        addresses.resolve(addresses.read("https://hooks.example/"))
