"""What is read of a DATABASE_URL, and that none of its secrets is ever said."""

from __future__ import annotations

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.postgres.address import Address

SECRET = "S3cret-Pass"


@pytest.mark.parametrize(
    ("url", "label"),
    [
        (f"postgresql://desk:{SECRET}@db.example:5432/desk", "db.example:5432/desk"),
        (f"postgres://desk:{SECRET}@db.example/desk", "db.example/desk"),
        (f"postgresql+asyncpg://desk:{SECRET}@[::1]:5432/desk", "[::1]:5432/desk"),
        (f"postgresql://desk:{SECRET}@one:5432,two:5433/desk", "one:5432,two:5433/desk"),
        (f"postgresql:///desk?host=/run/postgresql&password={SECRET}", "/run/postgresql/desk"),
        (f"  postgresql://desk:p%40{SECRET}%2F@db/desk \n", "db/desk"),
        ("postgresql:///desk", "localhost/desk"),
    ],
)
def test_the_label_names_host_and_database_alone(url: str, label: str) -> None:
    address = Address(url)
    assert address.label == label
    assert SECRET not in repr(address)


@pytest.mark.parametrize(
    "url",
    [
        "",
        SECRET,
        f"mysql://desk:{SECRET}@db/desk",
        f"postgresql+psycopg://desk:{SECRET}@db/desk",
        f"postgresql://desk:{SECRET}/x@db/desk",
        f"postgresql://desk:{SECRET}#x@db/desk",
        f"postgresql://desk:{SECRET}?x@db/desk",
        f"postgresql://desk:{SECRET}@x@db/desk",
        f"postgresql://desk:{SECRET}",
        f"postgresql://db:{SECRET}/desk",
        f"postgresql://[{SECRET}/desk",
        f"desk:{SECRET}@db/desk",
    ],
)
def test_a_url_that_cannot_be_one_is_refused_without_quoting_it(url: str) -> None:
    with pytest.raises(InternalError, match="DATABASE_URL") as caught:
        Address(url)
    assert SECRET not in caught.value.message
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__ or caught.value.__context__ is None


def test_words_of_other_programs_are_left_out_and_settings_of_the_session_kept() -> None:
    url = "postgresql://desk@db/desk?channel_binding=require&connect_timeout=5&sslmode=require&search_path=a,public"
    assert Address(url).dsn == "postgresql://desk@db/desk?sslmode=require&search_path=a%2Cpublic"


@pytest.mark.parametrize(("value", "is_pooled"), [("true", True), ("1", True), ("false", False)])
def test_a_url_may_say_that_there_is_a_pooler(value: str, is_pooled: bool) -> None:
    assert Address(f"postgresql://db/desk?pgbouncer={value}").is_pooled is is_pooled


def test_of_several_hosts_is_known_that_they_are_several() -> None:
    assert Address("postgresql://one,two/desk").has_many_hosts
    assert not Address("postgresql://one/desk").has_many_hosts
