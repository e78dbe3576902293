from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from bench.native import BEGIN_MARK, END_MARK, BenchError, LoadResult, build, hold_command, load_command
from bench.rounds import read_result
from bench.servers import post

from bench import native

PATH = "/v1/chat/completions"


def frames(body: bytes) -> list[str]:
    return [frame.removeprefix("data: ") for frame in body.decode().split("\n\n") if frame]


def ask(port: int, **fields: object) -> bytes:
    status, body = post(port, PATH, {}, json.dumps({"model": "any", **fields}).encode())
    assert status == 200
    return body


def load(binaries: Path, folder: Path, port: int, *, fields: object = None, **changes: object) -> LoadResult:
    body = folder / "body.json"
    body.write_text(json.dumps(fields or {"model": "any", "messages": []}))
    given: dict[str, object] = {
        "path": PATH,
        "headers": (),
        "holds": (),
        "frames": 0,
        "connections": 3,
        "warm_seconds": 0.05,
        "seconds": 0.2,
    }
    command = load_command(binaries, port=port, body=body, **(given | changes))  # type: ignore[arg-type]
    begin, end, result = subprocess.run(command, capture_output=True, check=True, timeout=30).stdout.splitlines()
    assert (begin, end) == (b"begin", b"end")
    return read_result(result)


@contextmanager
def answers_once_each(*answers: bytes) -> Iterator[int]:
    """A server that gives each connection the next answer and closes it; the last answer is repeated."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        for number in range(10_000):
            try:
                peer, _ = listener.accept()
            except OSError:
                return
            with peer:
                peer.recv(65536)
                peer.sendall(answers[min(number, len(answers) - 1)])

    thread = threading.Thread(target=serve)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def test_the_mocks_buffered_answer_is_a_whole_chat_completion_of_300_words(mock_port: int) -> None:
    answer = json.loads(ask(mock_port, messages=[]))
    choice = answer["choices"][0]
    text = choice["message"]["content"]
    assert answer["object"] == "chat.completion"
    assert choice["finish_reason"] == "stop"
    assert text.startswith(BEGIN_MARK)
    assert text.endswith(END_MARK)
    assert answer["usage"]["prompt_tokens"] + answer["usage"]["completion_tokens"] == answer["usage"]["total_tokens"]


def test_the_mocks_stream_says_the_same_text_in_50_chunks(mock_port: int) -> None:
    whole = json.loads(ask(mock_port, messages=[]))["choices"][0]["message"]["content"]
    *chunks, closing, done = frames(ask(mock_port, messages=[], stream=True))
    deltas = [json.loads(chunk)["choices"][0]["delta"] for chunk in chunks]
    assert done == "[DONE]"
    assert len(deltas) == 50
    assert deltas[0]["role"] == "assistant"
    assert "".join(delta["content"] for delta in deltas) == whole
    assert json.loads(closing)["choices"][0] == {"index": 0, "delta": {}, "logprobs": None, "finish_reason": "stop"}


def test_the_mock_streams_usage_only_when_asked(mock_port: int) -> None:
    without = frames(ask(mock_port, messages=[], stream=True))
    with_usage = frames(ask(mock_port, messages=[], stream=True, stream_options={"include_usage": True}))
    usage = json.loads(with_usage[-2])
    assert len(with_usage) == len(without) + 1
    assert usage["choices"] == []
    assert usage["usage"]["completion_tokens"] == 300


def test_the_mock_paces_a_stream_whose_prompt_says_so_and_sends_the_same(mock_port: int) -> None:
    prompt = {"role": "user", "content": "please bench-pace-1ms"}
    assert ask(mock_port, messages=[prompt], stream=True) == ask(mock_port, messages=[], stream=True)


def test_the_mock_takes_chunked_requests_and_keeps_the_connection(mock_port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", mock_port, timeout=10)
    for _ in range(2):
        pieces = iter([b'{"model":"any",', b'"messages":[],"stream":true}'])
        connection.request("POST", PATH, pieces, {"Transfer-Encoding": "chunked"}, encode_chunked=True)
        assert connection.getresponse().read().endswith(b"data: [DONE]\n\n")
    connection.close()


def test_the_mock_answers_no_other_path(mock_port: int) -> None:
    assert post(mock_port, "/v1/completions", {}, b"{}")[0] == 404


def test_the_driver_counts_good_answers_and_their_latency(binaries: Path, tmp_path: Path, mock_port: int) -> None:
    result = load(binaries, tmp_path, mock_port, holds=('"finish_reason"',))
    assert result.errors == 0
    assert result.answers > 0
    assert result.total_ms is not None
    assert result.begin_ms is not None
    assert 0 < result.total_ms.p50 <= result.total_ms.p90 <= result.total_ms.p99
    assert result.begin_ms.p50 <= result.total_ms.p50
    assert result.bytes_per_answer == len(ask(mock_port, messages=[]))


def test_the_driver_counts_the_frames_of_a_stream(binaries: Path, tmp_path: Path, mock_port: int) -> None:
    streamed = {"model": "any", "stream": True}
    assert load(binaries, tmp_path, mock_port, fields=streamed, frames=52).errors == 0
    short = load(binaries, tmp_path, mock_port, fields=streamed, frames=53)
    assert short.answers == 0
    assert short.first_error.startswith("the answer has too few frames")


def test_the_driver_takes_an_answer_without_an_expected_text_for_wrong(
    binaries: Path, tmp_path: Path, mock_port: int
) -> None:
    result = load(binaries, tmp_path, mock_port, holds=("never said",))
    assert (result.answers, result.rate) == (0, 0)
    assert result.errors > 0
    assert result.total_ms is None
    assert result.first_error.startswith("the answer lacks an expected text (status 200): {'id'")


def test_the_driver_takes_a_refusal_for_an_error(binaries: Path, tmp_path: Path, mock_port: int) -> None:
    result = load(binaries, tmp_path, mock_port, path="/nowhere")
    assert result.answers == 0
    assert result.first_error.startswith("bad status (status 404)")


def test_the_driver_reports_a_server_that_is_not_there(binaries: Path, tmp_path: Path) -> None:
    with socket.socket() as bound_but_not_listening:
        bound_but_not_listening.bind(("127.0.0.1", 0))
        result = load(binaries, tmp_path, bound_but_not_listening.getsockname()[1])
    assert result.answers == 0
    assert result.first_error == "cannot connect"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\nshort", "the connection closed in the middle of the answer"),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nshort", "the connection closed in the middle"),
        (b"", "the connection closed in the middle of the answer"),
        (b"SSH-2.0-OpenSSH\r\n\r\n", "not an HTTP answer"),
    ],
)
def test_the_driver_takes_a_cut_answer_for_an_error(binaries: Path, tmp_path: Path, answer: bytes, said: str) -> None:
    with answers_once_each(answer) as port:
        result = load(binaries, tmp_path, port, connections=1)
    assert result.answers == 0
    assert said in result.first_error


def test_the_driver_reads_an_answer_that_ends_with_the_connection(binaries: Path, tmp_path: Path) -> None:
    answer = f"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n{BEGIN_MARK} {END_MARK}".encode()
    with answers_once_each(answer) as port:
        result = load(binaries, tmp_path, port, connections=1)
    assert result.errors == 0
    assert result.bytes_per_answer == len(f"{BEGIN_MARK} {END_MARK}")


def test_the_driver_sends_the_headers_it_was_given(binaries: Path, tmp_path: Path) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    body = tmp_path / "body.json"
    body.write_text("{}")
    command = load_command(
        binaries, port=listener.getsockname()[1], path=PATH, body=body, headers=("X-A: 1", "X-B: 2"), holds=(),
        frames=0, connections=1, warm_seconds=0, seconds=0.1,
    )  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as driver, listener:
        peer, _ = listener.accept()
        with peer:
            head = peer.recv(65536)
        driver.kill()
    assert head.startswith(b"POST /v1/chat/completions HTTP/1.1\r\n")
    assert b"\r\nX-A: 1\r\nX-B: 2\r\n\r\n{}" in head


def test_held_streams_are_open_until_the_drivers_input_ends(binaries: Path, tmp_path: Path, mock_port: int) -> None:
    body = tmp_path / "body.json"
    body.write_text('{"stream":true,"messages":[{"role":"user","content":"bench-pace-1000ms"}]}')
    command = load_command(
        binaries, port=mock_port, path=PATH, body=body, headers=(), holds=(), frames=0, connections=20, warm_seconds=0,
        seconds=20,
    )  # fmt: skip
    with subprocess.Popen(hold_command(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE) as driver:
        assert driver.stdout is not None
        assert driver.stdin is not None
        assert driver.stdout.readline() == b"open 20 \n"
        assert driver.poll() is None
        driver.stdin.close()
        assert driver.wait(timeout=20) == 0


def test_work_counts_the_part_of_an_answer_that_the_window_cuts() -> None:
    cut = LoadResult(4, 0, 2.0, 1000.0, 5500, None, None)
    assert cut.work == 5.5
    assert cut.rate == 2.75


def test_work_is_whole_answers_where_some_were_wrong_because_their_bytes_are_worth_nothing() -> None:
    assert LoadResult(4, 1, 2.0, 1000.0, 9000, None, None).work == 4


def test_without_a_compiler_the_message_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CC", "no-such-compiler")
    with pytest.raises(BenchError, match=r"no C compiler: .* Install one"):
        build(tmp_path)


def test_what_does_not_compile_is_reported_with_the_compilers_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, binaries: Path
) -> None:
    (tmp_path / "mock.c").write_text("int main(void) { return nothing; }")
    monkeypatch.setattr(native, "SOURCES", tmp_path)
    with pytest.raises(BenchError, match=r"could not compile mock\.c(.|\n)*nothing"):
        build(tmp_path / "bin")


def test_binaries_are_built_again_only_when_their_source_is_newer(tmp_path: Path, binaries: Path) -> None:
    before = {name: (binaries / name).stat().st_mtime_ns for name in ("mock", "load")}
    build(binaries)
    assert {name: (binaries / name).stat().st_mtime_ns for name in ("mock", "load")} == before
    os.utime(binaries / "mock", (0, 0))
    build(binaries)
    assert (binaries / "mock").stat().st_mtime > 0
    assert (binaries / "load").stat().st_mtime_ns == before["load"]
