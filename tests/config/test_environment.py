"""Every variable of the environment that cannot work is refused at start, in one line, by its name."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import environment as reading
from tests.config.conftest import Manage

KEY = "a-key-of-more-than-thirty-two-letters"
WRONG: dict[str, list[str]] = {
    "DATABASE_URL": [
        "mysql://host/x",
        "postgresql://host",
        "postgresql://u:hidden@host:port/x",
        "x",
        "postgresql://h/x?y=z",
    ],
    "REDIS_URL": ["http://host", "redis://", "redis://:hidden@host:0", "redis://host/cache", "127.0.0.1:6379"],
    "SECRET_KEY": ["short", "x" * 40],
    "DEBUG": ["yes", "true", "2"],
    "GUESTCHAT_ANSWERERS": ["-1", "two", "65", "1.5"],
    "GUESTCHAT_SERVER": ["gunicorn", "Daphne", "uvicorn,daphne"],
    "ALLOWED_HOSTS": ["http://example.org", "example.org:8000", ",", "a/b", "ex_ample!.org"],
    "PORT": ["0", "65536", "http", "-1", "80.5", "٨٠"],
    "GUESTCHAT_BASE_URL": [
        "example.org",
        "ftp://example.org",
        "https://",
        "https://exa mple.org",
        "https://example.org/chat",
        "https://example.org?x=1",
        "https://u:hidden@example.org",
        "https://example.org:99999",
    ],
    "GUESTCHAT_SMTP_URL": ["mail.example.org", "http://host", "smtp://", "smtp://u:hidden@host:0", "smtp://host/inbox"],
    "GUESTCHAT_MAIL_FROM": ["reception", "@"],
    "GUESTCHAT_LLM_BASE_URL": ["http://127.0.0.1:1234/v1", "x"],
    "GUESTCHAT_LLM_MODEL": ["any"],
    "GUESTCHAT_LLM_API_KEY": ["hidden"],
    "GUESTCHAT_EMBEDDER": ["torch", "onnx:x", "sentence-transformers:", "sentence-transformers"],
}


def test_wrong_values_are_refused_by_name(manage: Manage) -> None:
    cases = [(name, value) for name, values in WRONG.items() for value in values]

    def check(case: tuple[str, str]) -> str | None:
        name, value = case
        done = manage("check", **({"SECRET_KEY": KEY} | {name: value}))
        lines = done.stderr.strip().splitlines()
        wrong = done.returncode != 1 or len(lines) != 1 or name not in lines[0] or "hidden" in lines[0] or done.stdout
        return f"{name}={value}: {done.returncode} {done.stdout}{done.stderr}" if wrong else None

    with ThreadPoolExecutor(4) as pool:
        assert [said for said in pool.map(check, cases) if said] == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HOST", "203.0.113.1"),
        ("HOST", "no such host"),
        ("REDIS_URL", "redis://127.0.0.1:1"),
        ("DATABASE_URL", "postgresql://127.0.0.1:1/x"),
    ],
)
def test_wrong_values_that_only_serving_sees(manage: Manage, name: str, value: str) -> None:
    done = manage("serve", **{"PORT": "18999", "SECRET_KEY": KEY, name: value})
    assert done.returncode == 1
    (line,) = done.stderr.strip().splitlines()
    assert name in line


def test_a_model_that_cannot_be_loaded(manage: Manage) -> None:
    done = manage("serve", GUESTCHAT_EMBEDDER="sentence-transformers:/no/such/model", HF_HUB_OFFLINE="1")
    assert done.returncode == 1
    assert "(guestchat.E001) GUESTCHAT_EMBEDDER cannot be used." in done.stderr
    assert "Traceback" not in done.stderr


def test_a_database_needs_a_key_that_stays(manage: Manage) -> None:
    done = manage("check", DATABASE_URL="postgresql://127.0.0.1/x")
    assert done.returncode == 1
    assert done.stderr == "guestchat: SECRET_KEY must be given together with DATABASE_URL.\n"


def test_a_folder_that_is_none(manage: Manage, var: Path) -> None:
    var.write_text("")
    done = manage("check")
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "GUESTCHAT_VAR_DIR" in done.stderr


def test_blank_is_unset(manage: Manage) -> None:
    done = manage("check", **dict.fromkeys(WRONG, " "))
    assert (done.returncode, done.stderr) == (0, "")


def test_ready_to_deploy(manage: Manage) -> None:
    """What is left is for the hotel's proxy (redirects) and its own choice (subdomains, the browsers' lists)."""
    done = manage(
        "check",
        "--deploy",
        GUESTCHAT_BASE_URL="https://guests.example.org",
        DATABASE_URL="postgresql://127.0.0.1/x",
        SECRET_KEY="gJ3k_9sLq2-Xw8vBn5RtYh7UzMc4PdFa6EoWi1TgKs0DxVbNlQ",
    )
    assert done.returncode == 0
    found = {word.strip("()") for word in done.stderr.split() if word.startswith("(security.")}
    assert found <= {"security.W005", "security.W008", "security.W021"}, done.stderr


def test_the_secret_is_made_once_and_whole(tmp_path: Path) -> None:
    file = tmp_path / "var" / "secret_key"
    with ThreadPoolExecutor(8) as pool:
        secrets = set(pool.map(lambda _: reading.secret(file), range(8)))
    assert len(secrets) == 1
    assert len(secrets.pop()) == 64
    assert file.stat().st_mode & 0o777 == 0o600
    assert [each.name for each in file.parent.iterdir()] == ["secret_key"]


def test_own_hosts_reach_this_machine() -> None:
    assert {"localhost", "127.0.0.1", "[::1]"} <= set(reading.own_hosts())


def test_hosts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "a.example, .b.example  192.0.2.1,[2001:db8::1] *")
    assert reading.hosts("ALLOWED_HOSTS") == ["a.example", ".b.example", "192.0.2.1", "[2001:db8::1]", "*"]
    monkeypatch.setenv("ALLOWED_HOSTS", "a:80")
    with pytest.raises(ImproperlyConfigured, match="ALLOWED_HOSTS"):
        reading.hosts("ALLOWED_HOSTS")


def test_a_database_url_in_full(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://u%40h:p%2Fw@db.example:5433/hotel?sslmode=require")
    assert reading.database("DATABASE_URL") == {
        "NAME": "hotel",
        "USER": "u@h",
        "PASSWORD": "p/w",
        "HOST": "db.example",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require"},
    }


@pytest.mark.parametrize(
    ("value", "host", "port", "user", "password", "over"),
    [
        ("", "", 25, "", "", (False, False)),
        ("smtp://127.0.0.1:2525", "127.0.0.1", 2525, "", "", (False, False)),
        (
            "smtp://desk%40lindenhof.example:p%2Fw@mail.example.org",
            "mail.example.org",
            587,
            "desk@lindenhof.example",
            "p/w",
            (False, True),
        ),
        ("smtps://u:p@mail.example.org", "mail.example.org", 465, "u", "p", (True, False)),
    ],
)
def test_a_password_for_mail_goes_over_tls_alone(
    monkeypatch: pytest.MonkeyPatch, value: str, host: str, port: int, user: str, password: str, over: tuple[bool, bool]
) -> None:
    monkeypatch.setenv("GUESTCHAT_SMTP_URL", value)
    found = reading.mail("GUESTCHAT_SMTP_URL")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == (host, port)
    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == (user, password)
    assert (found["EMAIL_USE_SSL"], found["EMAIL_USE_TLS"]) == over
