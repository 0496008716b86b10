"""The answerer beside a server: it alone reads the models, and whatever becomes of it, every question is answered."""

import http.client
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from urllib.parse import urlencode

import psutil
import pytest

from tests.guestchat.guest.conftest import Hotel
from tests.guestchat.serving.test_both import ask, come_in, hear

LOADED_WITHIN_S = 30.0


@pytest.fixture(scope="module")
def hotel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hotel]:
    """The demo hotel with one answerer, however many processors there are here."""
    served = Hotel(tmp_path_factory.mktemp("answering"), GUESTCHAT_ANSWERERS="1")
    try:
        served.start()
        yield served
    finally:
        served.end()


def server(hotel: Hotel) -> psutil.Process:
    assert hotel._server is not None
    return psutil.Process(hotel._server.pid)


def answerers_of(process: psutil.Process) -> list[psutil.Process]:
    return [child for child in process.children() if "answerer" in child.cmdline()]


def await_that(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + LOADED_WITHIN_S
    while not holds():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def reads_models(process: psutil.Process) -> bool:
    return any("onnxruntime" in part.path for part in process.memory_maps())


def is_ready(hotel: Hotel) -> bool:
    line = http.client.HTTPConnection("127.0.0.1", hotel.port, timeout=5)
    line.request("GET", "/readyz")
    status = line.getresponse().status
    line.close()
    return status == 200


def test_only_the_answerer_reads_the_models(hotel: Hotel) -> None:
    with come_in(hotel) as guest:
        ask(guest, "Can we bring our dog?")
        assert hear(guest, "answer.finished")["outcome"] == "answered"
    [answerer] = answerers_of(server(hotel))
    assert reads_models(answerer)
    assert not reads_models(server(hotel))


def test_an_edit_is_true_in_the_very_next_answer(hotel: Hotel) -> None:
    change = "from menus.models import Venue; Venue.objects.filter(key='linden').update(phone='{}')"
    with come_in(hotel) as guest:
        for number in ("+49 30 1111", "+49 30 2222"):
            hotel.manage("shell", "-v", "0", "-c", change.format(number))
            ask(guest, "What is the phone number of the Linden?")
            assert number in hear(guest, "answer.finished")["text"]


def test_the_staffs_pages_ask_it_too(hotel: Hotel) -> None:
    session, address = f"sessionid={hotel.staff_session()}", "/staff/lindenhof/ask/"
    line = http.client.HTTPConnection("127.0.0.1", hotel.port, timeout=30)
    line.request("GET", address, headers={"Cookie": session})
    page = line.getresponse()
    token = (page.getheader("Set-Cookie") or "").partition("csrftoken=")[2].partition(";")[0]
    page.read()
    line.request(
        "POST",
        address,
        urlencode({"text": "When is breakfast?", "csrfmiddlewaretoken": token}),
        {
            "Cookie": f"{session}; csrftoken={token}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": hotel.address,
        },
    )
    answer = line.getresponse()
    said = answer.read().decode()
    line.close()
    assert answer.status == 200
    assert "Breakfast" in said
    assert not reads_models(server(hotel))


def test_one_that_is_killed_is_replaced_and_no_question_lost(hotel: Hotel) -> None:
    [before] = answerers_of(server(hotel))
    with come_in(hotel) as guest:
        conversation = hear(guest, "welcome")["conversation"]
        for number in range(8):
            ask(guest, "Is the pool heated?" if number % 2 else "What is there without nuts?")
            if number == 4:
                before.kill()
        for _number in range(8):
            assert hear(guest, "answer.finished")["outcome"] == "answered"
    await_that(lambda: is_ready(hotel))
    [after] = answerers_of(server(hotel))
    assert after.pid != before.pid
    kept = hotel.rows(conversation)
    assert [(role, status) for _seq, role, status, _answers, _text in kept] == [
        ("guest", "complete"),
        ("assistant", "complete"),
    ] * 8
    assert "an answerer ended with -9; another one begins" in (hotel.folder / "log").read_text()


def test_what_ends_a_server_does_not_end_its_answerer(hotel: Hotel) -> None:
    [answerer] = answerers_of(server(hotel))
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        answerer.send_signal(number)
    with come_in(hotel) as guest:
        ask(guest, "When is breakfast?")
        assert hear(guest, "answer.finished")["outcome"] == "answered"
    assert [each.pid for each in answerers_of(server(hotel))] == [answerer.pid]


def test_its_figures_are_told(hotel: Hotel) -> None:
    line = http.client.HTTPConnection("127.0.0.1", hotel.port, timeout=5)
    line.request("GET", "/metrics")
    told = line.getresponse().read().decode()
    line.close()
    assert 'guestchat_answerers{state="wanted"} 1.0' in told
    assert 'guestchat_answerers{state="ready"} 1.0' in told
    assert float(told.partition("\nguestchat_answerers_memory_bytes ")[2].partition("\n")[0]) > 100e6
    assert float(told.partition("\nguestchat_answerers_cpu_seconds ")[2].partition("\n")[0]) > 0


def test_it_ends_with_its_server_however_that_ends(hotel: Hotel) -> None:
    for end in (hotel.kill, hotel.end):
        [answerer] = answerers_of(server(hotel))
        end()
        await_that(lambda gone=answerer: not gone.is_running())  # type: ignore[misc]
        hotel.start()


def test_a_server_may_answer_itself(tmp_path_factory: pytest.TempPathFactory) -> None:
    alone = Hotel(tmp_path_factory.mktemp("alone"), GUESTCHAT_ANSWERERS="0")
    try:
        alone.start()
        with come_in(alone) as guest:
            ask(guest, "Can we bring our dog?")
            assert hear(guest, "answer.finished")["outcome"] == "answered"
        assert answerers_of(server(alone)) == []
        assert reads_models(server(alone))
    finally:
        alone.end()


def test_one_that_is_begun_by_hand_says_what_begins_it(hotel: Hotel) -> None:
    with pytest.raises(subprocess.CalledProcessError) as refused:
        hotel.manage("answerer", "44", "45")
    assert refused.value.returncode == 1
    assert refused.value.stderr == "CommandError: These are no sockets; manage.py serve begins answerers by itself.\n"
