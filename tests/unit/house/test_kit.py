"""What tests stand on holds, and the rules of the house catch what they are there for."""

import ast
import socket

import pytest

from tests.kit.lanes import CLOSING, Ended, together
from tests.kit.network import OutsideWorld
from tests.kit.waiting import wait_until
from tests.unit.house.test_sizes import code_lines
from tests.unit.house.test_words import NOUNS, words_of


@pytest.mark.parametrize("address", [("example.org", 80), ("192.0.2.1", 80), ("2001:db8::1", 80)])
def test_no_test_reaches_another_machine(address: tuple[str, int]) -> None:
    with pytest.raises(OutsideWorld):
        socket.create_connection(address, timeout=1)


def test_this_machine_is_reached() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname(), timeout=1).close()


def test_waiting_gives_the_answer_or_fails() -> None:
    answers = iter([0, 0, 7])
    assert wait_until(lambda: next(answers)) == 7
    with pytest.raises(AssertionError, match="in vain"):
        wait_until(lambda: False, timeout=0.02)


def test_business_words_are_found_in_names_and_texts_but_not_in_docstrings() -> None:
    planted = ast.parse('"""A badge."""\nclass SeatFinder:\n    stands_at = "gate"\n')
    assert {word for _line, word in words_of(planted)} & NOUNS == {"seat", "stands", "gate"}


def test_only_code_counts_as_code() -> None:
    planted = '"""Two\nlines."""\n\n# why\nx = 1\n\n\ndef f():\n    """What."""\n    return x\n'
    assert code_lines(ast.parse(planted), planted) == 3


@pytest.mark.parametrize(
    "line",
    [
        "======= 3 passed in 1.20s =======",
        "1 failed, 2 passed, 1 skipped in 65.02s (0:01:05)",
        "=== no tests ran in 0.01s ===",
    ],
)
def test_the_closing_line_of_pytest_is_known(line: str) -> None:
    assert CLOSING.match(line)


def test_two_lanes_close_in_one_line() -> None:
    ended = [Ended(1, 70.0, "==== 1 failed, 20 passed, 1 error in 70.00s ===="), Ended(0, 12.0, "3 passed in 12.00s")]
    assert together(ended).strip("= ") == "1 failed, 23 passed, 1 error in 70.00s (0:01:10)"
