"""Connections end by themselves when their server is not to be heard any more."""

from __future__ import annotations

import socket
from types import SimpleNamespace
from typing import Any

import pytest

pytest.importorskip("asyncpg")

from cryptodesk.storage.postgres.connecting import _expect_life


def connection_over(used: socket.socket) -> Any:
    return SimpleNamespace(_transport=SimpleNamespace(get_extra_info={"socket": used}.get))


@pytest.mark.skipif(not hasattr(socket, "TCP_USER_TIMEOUT"), reason="this system has no such option")
def test_a_silent_network_is_noticed_after_ten_seconds_while_asking_and_while_idle() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.create_connection(server.getsockname()) as used:
        _expect_life(connection_over(used))
        tcp = socket.IPPROTO_TCP
        assert used.getsockopt(tcp, socket.TCP_USER_TIMEOUT) == 10_000
        assert used.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 1
        probing = [used.getsockopt(tcp, name) for name in (socket.TCP_KEEPIDLE, socket.TCP_KEEPINTVL)]
        assert probing == [10, 3]


def test_a_socket_of_the_same_machine_is_left_as_it_is() -> None:
    one, other = socket.socketpair()
    with one, other:
        _expect_life(connection_over(one))
        assert one.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE) == 0
