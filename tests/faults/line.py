"""A line to somebody the system talks to, which can be cut: it refuses, hangs, or answers nonsense, until mended."""

import asyncio
import socket
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from enum import StrEnum
from typing import Any

NONSENSE = b"\x00\xff500 ?? -ERR {<html>\r\n\r\n"
PIECE = 65_536


class Trouble(StrEnum):
    """What is wrong with a line."""

    NONE = "none"
    REFUSE = "refuse"
    HANG = "hang"
    GARBAGE = "garbage"


class Line:
    """Passes bytes both ways to the port that `behind` names at the moment, on a port of its own."""

    def __init__(self, behind: Callable[[], int]) -> None:
        self._behind = behind
        self._trouble, self._is_mended = Trouble.NONE, asyncio.Event()
        self._open: set[asyncio.StreamWriter] = set()
        self._socket = self._bound(0)
        self.port = int(self._socket.getsockname()[1])
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"line-{self.port}", daemon=True)
        self._thread.start()
        self._do(self._listen())

    def be(self, trouble: Trouble) -> None:
        """Get into trouble, or out of it."""
        self._do(self._become(trouble))

    def close(self) -> None:
        """Hang up for good."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, act: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(act, self._loop).result(30)

    @staticmethod
    def _bound(port: int) -> socket.socket:
        bound = socket.socket()
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(("127.0.0.1", port))
        return bound

    async def _listen(self) -> None:
        self._is_mended.set()
        self._server = await asyncio.start_server(self._talk, sock=self._socket, backlog=512)

    async def _become(self, trouble: Trouble) -> None:
        was, self._trouble = self._trouble, trouble
        if trouble is Trouble.REFUSE:
            await self._hang_up()
            self._socket = self._bound(self.port)  # kept for us; nobody listens, so whoever calls is refused
        elif was is Trouble.REFUSE:
            await self._listen()
        if trouble is Trouble.NONE:
            self._is_mended.set()
        else:
            self._is_mended.clear()

    async def _hang_up(self) -> None:
        self._server.close()
        for writer in list(self._open):
            writer.transport.abort()
        self._is_mended.set()
        await asyncio.sleep(0)

    async def _end(self) -> None:
        """Until everybody is gone, those too who called at the last moment: letting them in takes some turns."""
        for _ in range(10):
            await self._hang_up()
            if others := asyncio.all_tasks() - {asyncio.current_task()}:
                await asyncio.wait(others, timeout=1)

    async def _talk(self, caller: asyncio.StreamReader, to_caller: asyncio.StreamWriter) -> None:
        self._open.add(to_caller)
        try:
            await self._is_fit_for_talk()
            answerer, to_answerer = await asyncio.open_connection("127.0.0.1", self._behind())
        except OSError:
            to_caller.transport.abort()
            self._open.discard(to_caller)
            return
        self._open.add(to_answerer)
        ways = [
            asyncio.ensure_future(self._pass_on(caller, to_answerer, is_answer=False)),
            asyncio.ensure_future(self._pass_on(answerer, to_caller, is_answer=True)),
        ]
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        for way in ways:
            way.cancel()
        await asyncio.gather(*ways, return_exceptions=True)
        for writer in (to_caller, to_answerer):
            writer.close()
        for writer in (to_caller, to_answerer):
            with suppress(OSError):
                await writer.wait_closed()
            self._open.discard(writer)

    async def _is_fit_for_talk(self) -> None:
        if self._trouble is Trouble.HANG:
            await self._is_mended.wait()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool) -> None:
        """What is asked goes through, so that it may be done; what is answered is held back, or replaced."""
        with suppress(OSError):
            while piece := await reader.read(PIECE):
                await self._is_fit_for_talk()
                is_nonsense = is_answer and self._trouble is Trouble.GARBAGE
                writer.write(NONSENSE if is_nonsense else piece)
                await writer.drain()
