"""What the front refuses by the head alone, and what it passes on."""

import pytest

from deploy.embedded.front.heads import AnswerHead, Caller, Request, Way, forwarded, refusal

HOST = (b"host", b"fair.example")
CALLER = Caller(b"192.0.2.7", b"https", b"abc123")


def asked(*headers: tuple[bytes, bytes], method: bytes = b"GET", target: bytes = b"/fr/") -> Request:
    return Request(method, target, list(headers))


def test_an_ordinary_request_passes() -> None:
    assert refusal(asked(HOST)) == 0


@pytest.mark.parametrize(
    "headers",
    [
        [HOST, (b"content-length", b"3"), (b"transfer-encoding", b"chunked")],
        [HOST, (b"content-length", b"3"), (b"content-length", b"3")],
        [HOST, (b"transfer-encoding", b"chunked"), (b"transfer-encoding", b"identity")],
        [HOST, (b"transfer-encoding", b"gzip, chunked")],
        [HOST, HOST],
        [],
        [(b"host", b"fair.example/evil")],
    ],
)
def test_what_could_be_read_in_two_ways_is_refused(headers: list[tuple[bytes, bytes]]) -> None:
    assert refusal(asked(*headers, method=b"POST")) == 400


@pytest.mark.parametrize("target", [b"http://elsewhere/", b"*", b"/a b", b"/a\x00", b"/a#b", b""])
def test_an_odd_target_is_refused(target: bytes) -> None:
    assert refusal(asked(HOST, target=target)) == 400


@pytest.mark.parametrize(("method", "status"), [(b"TRACE", 405), (b"CONNECT", 405), (b"DELETE", 0)])
def test_only_known_methods_pass(method: bytes, status: int) -> None:
    assert refusal(asked(HOST, method=method)) == status


def test_too_much_is_refused_before_it_comes() -> None:
    assert refusal(asked(HOST, (b"content-length", b"10000000"), method=b"POST")) == 413
    assert refusal(asked(HOST, target=b"/" + b"a" * 9000)) == 414


def test_what_a_client_says_about_itself_is_replaced() -> None:
    request = asked(
        HOST,
        (b"x-forwarded-for", b"10.0.0.1"),
        (b"x_forwarded_for", b"10.0.0.2"),
        (b"x-request-id", b"mine"),
        (b"connection", b"close, x-secret"),
        (b"x-secret", b"hop"),
        (b"accept", b"text/html"),
    )
    said = forwarded(request, CALLER)
    assert b"x-forwarded-for: 192.0.2.7\r\n" in said
    assert b"x-request-id: abc123\r\n" in said
    assert b"accept: text/html\r\n" in said
    assert not any(word in said for word in (b"10.0.0", b"mine", b"x-secret", b"connection"))


def test_an_answer_without_length_is_chunked_for_who_understands_it() -> None:
    head = AnswerHead(200, b"OK", [(b"content-type", b"text/plain"), (b"connection", b"close")])
    raw, chunked, keeps = head.framed(Way(is_http_10=False, is_head=False, keeps_alive=True))
    assert (chunked, keeps) == (True, True)
    assert b"transfer-encoding: chunked" in raw
    _, chunked, keeps = head.framed(Way(is_http_10=True, is_head=False, keeps_alive=True))
    assert (chunked, keeps) == (False, False)


def test_photos_may_be_larger_than_anything_else() -> None:
    sizes = [b"10000000", b"30000000"]
    said = [
        refusal(Request(b"POST", target, [HOST, (b"content-length", size)]))
        for target in (b"/fr/x-1/apply?a=/apply", b"/fr/x-1/office/applications/new", b"/fr/x-1/applying")
        for size in sizes
    ]
    assert said == [0, 413, 0, 413, 413, 413]
