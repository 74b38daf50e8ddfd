"""Connections to a service are shared out in the order of coming, and none is lost when somebody leaves the line."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import ClassVar

import pytest

from deploy.embedded.front import upstream
from deploy.embedded.front.upstream import Pool, Upstream

Story = Callable[[Pool], Awaitable[None]]


class Silent(asyncio.Protocol):
    """A service that takes connections and never speaks; `heard` are those that are open."""

    heard: ClassVar[set["Silent"]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody came."""
        self.heard.add(self)

    def connection_lost(self, exc: Exception | None) -> None:
        """They left."""
        self.heard.discard(self)


def play(story: Story, monkeypatch: pytest.MonkeyPatch, most: int = 1) -> None:
    """Let a story happen with a service that takes `most` connections and never speaks."""
    monkeypatch.setattr(upstream, "MOST_CONNECTIONS", most)

    async def act() -> None:
        server = await asyncio.get_running_loop().create_server(Silent, "127.0.0.1", 0)
        pool = Pool(server.sockets[0].getsockname()[1])
        try:
            await asyncio.wait_for(story(pool), 20)
        finally:
            for one in list(pool._all):
                one.close()
            server.close()
            while Silent.heard:
                await asyncio.sleep(0.001)

    asyncio.run(act())


async def wait_in_line(pool: Pool, people: int) -> list[asyncio.Task[Upstream]]:
    """So many who stand in line already."""
    line = [asyncio.create_task(pool.take()) for _ in range(people)]
    while len(pool._waiting) < people:
        await asyncio.sleep(0)
    return line


def test_who_waited_longest_is_next_and_no_newcomer_overtakes(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(pool: Pool) -> None:
        first = await pool.take()
        second, third = await wait_in_line(pool, 2)
        pool.give_back(first)
        newcomer = asyncio.create_task(pool.take())
        assert await second is first
        await asyncio.sleep(0)
        assert not third.done()
        assert not newcomer.done()
        pool.give_back(first)
        assert await third is first
        pool.give_back(first)
        assert await newcomer is first

    play(story, monkeypatch)


def test_a_turn_of_somebody_who_left_goes_to_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(pool: Pool) -> None:
        first = await pool.take()
        gone, patient = await wait_in_line(pool, 2)
        gone.cancel()
        await asyncio.wait([gone])
        pool.give_back(first)
        assert await patient is first

    play(story, monkeypatch)


def test_who_leaves_in_the_moment_of_their_turn_gives_it_on(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(pool: Pool) -> None:
        first = await pool.take()
        gone, patient = await wait_in_line(pool, 2)
        pool.give_back(first)  # it is theirs now, but they have not heard so
        gone.cancel()
        done, _ = await asyncio.wait([gone])
        if not done.pop().cancelled():  # they heard it after all: as the front does, it is given back
            pool.give_back(gone.result())
        assert await patient is first
        assert len(pool._all) == 1

    play(story, monkeypatch)


def test_a_lost_connection_makes_room_for_who_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(pool: Pool) -> None:
        first = await pool.take()
        (next_one,) = await wait_in_line(pool, 1)
        first.close()
        second = await next_one
        assert second is not first
        assert second.is_usable or second.transport is not None
        assert len(pool._all) == 1

    play(story, monkeypatch)


def test_a_connection_that_is_closed_between_giving_and_taking_is_not_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(pool: Pool) -> None:
        first = await pool.take()
        (next_one,) = await wait_in_line(pool, 1)
        pool.give_back(first)
        first.close()
        second = await next_one
        assert second is not first
        assert pool._all == {second}
        assert pool._connecting == 0

    play(story, monkeypatch)


def test_room_for_one_is_taken_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(pool: Pool) -> None:
        taken = [await pool.take() for _ in range(3)]
        line = await wait_in_line(pool, 3)
        for one in taken:
            one.close()
        newcomers = [asyncio.create_task(pool.take()) for _ in range(5)]
        made = await asyncio.gather(*line)
        assert len(pool._all) == 3
        for one in made:
            pool.give_back(one)
        for newcomer in newcomers:
            pool.give_back(await newcomer)
        assert (len(pool._all), pool._connecting) == (3, 0)

    play(story, monkeypatch, most=3)


def test_who_finds_nobody_there_lets_the_next_try(monkeypatch: pytest.MonkeyPatch) -> None:
    async def story(pool: Pool) -> None:
        first = await pool.take()
        line = await wait_in_line(pool, 3)
        pool._port = 1  # the service has ended
        first.close()
        found = await asyncio.gather(*line, return_exceptions=True)
        assert all(isinstance(one, OSError) for one in found)
        assert pool._connecting == 0

    play(story, monkeypatch)
