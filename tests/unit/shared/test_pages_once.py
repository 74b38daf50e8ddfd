"""A page that many ask for in the moment of a change is rendered once."""

import threading
import uuid

from flask import Flask

from shared.web import etag_page


def test_everybody_who_asks_at_once_gets_what_one_rendered() -> None:
    app, rendered, answers = Flask("test"), list[int](), list[bytes]()
    together, version = threading.Barrier(8), uuid.uuid4().hex

    def render() -> str:
        rendered.append(1)
        threading.Event().wait(0.05)  # the others come meanwhile
        return "page"

    def ask() -> None:
        with app.test_request_context("/"):
            together.wait()
            answers.append(etag_page(version, render).data)

    crowd = [threading.Thread(target=ask) for _ in range(8)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert (answers, rendered) == ([b"page"] * 8, [1])
