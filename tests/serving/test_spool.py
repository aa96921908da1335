import asyncio
import hashlib
import random
import threading
from collections.abc import Callable

import pytest

from crmsolid.serving.interface import BridgeLimits
from crmsolid.serving.spool import SEND_BYTES, ResponseSpool, StreamTooLarge

TINY = BridgeLimits(memory_bytes=1000, max_stream_bytes=5000)


async def read(spool: ResponseSpool) -> list[bytes]:
    chunks = []
    while chunk := await spool.next_chunk():
        chunks.append(chunk)
    return chunks


def with_spool(limits: BridgeLimits, script: Callable[[ResponseSpool], None]) -> list[bytes]:
    """The chunks that a reader gets which starts after the producer has ended."""

    async def main() -> list[bytes]:
        spool = ResponseSpool(asyncio.get_running_loop(), limits)
        await asyncio.to_thread(script, spool)
        try:
            return await read(spool)
        finally:
            spool.close_reader()

    return asyncio.run(main())


@pytest.mark.parametrize("seed", range(5))
def test_chunks_keep_their_order_between_memory_and_file(seed: int) -> None:
    """Producer and reader run at once, through many changes between memory and file."""
    chance = random.Random(seed)
    chunks = [chance.randbytes(chance.choice([1, 10, 400, 999, 1000, 1001, 3000])) for _ in range(4000)]
    limits = BridgeLimits(memory_bytes=1000)

    def produce(spool: ResponseSpool) -> None:
        for chunk in chunks:
            spool.write(chunk)
        spool.finish()

    async def main() -> bytes:
        spool = ResponseSpool(asyncio.get_running_loop(), limits)
        producer = threading.Thread(target=produce, args=(spool,))
        producer.start()
        received = b"".join(await read(spool))
        spool.close_reader()
        producer.join()
        return received

    assert hashlib.sha256(asyncio.run(main())).digest() == hashlib.sha256(b"".join(chunks)).digest()


def test_small_chunks_are_joined() -> None:
    def script(spool: ResponseSpool) -> None:
        for _ in range(SEND_BYTES // 10 + 1):
            spool.write(b"0123456789")
        spool.finish()

    chunks = with_spool(BridgeLimits(), script)
    assert [len(chunk) for chunk in chunks] == [SEND_BYTES // 10 * 10, 10]


def test_error_comes_after_what_was_written_before() -> None:
    async def main() -> None:
        spool = ResponseSpool(asyncio.get_running_loop(), TINY)
        spool.write(b"a" * 900)
        spool.write(b"b" * 900)
        spool.finish(ValueError("broken row"))
        assert [await spool.next_chunk(), await spool.next_chunk()] == [b"a" * 900, b"b" * 900]
        with pytest.raises(ValueError, match="broken row"):
            await spool.next_chunk()
        spool.close_reader()

    asyncio.run(main())


def test_too_large_stream_fails_and_drops_the_backlog() -> None:
    async def main() -> None:
        spool = ResponseSpool(asyncio.get_running_loop(), TINY)
        with pytest.raises(StreamTooLarge, match="more than 5000 bytes wait for the client") as caught:
            for _ in range(100):
                spool.write(b"x" * 600)
        spool.finish(caught.value)
        with pytest.raises(StreamTooLarge):
            await spool.next_chunk()
        spool.close_reader()

    asyncio.run(main())


def test_bytes_that_were_read_do_not_count_against_the_limit() -> None:
    async def main() -> int:
        spool = ResponseSpool(asyncio.get_running_loop(), TINY)
        received = 0
        for _ in range(20):
            spool.write(b"x" * 3000)
            received += len(await spool.next_chunk())
        spool.finish()
        assert await spool.next_chunk() == b""
        spool.close_reader()
        return received

    assert asyncio.run(main()) == 60_000


def test_file_is_closed_by_the_last_of_producer_and_reader() -> None:
    async def main() -> None:
        spool = ResponseSpool(asyncio.get_running_loop(), TINY)
        spool.write(b"x" * 3000)
        file = spool._file
        assert file is not None
        spool.close_reader()
        assert not file.closed
        spool.write(b"the producer does not know yet")
        spool.finish()
        assert file.closed

    asyncio.run(main())


def test_reader_that_left_stops_waiting() -> None:
    async def main() -> bytes:
        spool = ResponseSpool(asyncio.get_running_loop(), TINY)
        waiting = asyncio.create_task(spool.next_chunk())
        await asyncio.sleep(0)
        spool.reader_left()
        return await asyncio.wait_for(waiting, 5)

    assert asyncio.run(main()) == b""
