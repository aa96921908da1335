"""Photos and albums over Telegram, both ways."""

import asyncio
import hashlib
import random
from collections import Counter

from tests.messaging.files.helpers import form, picture
from tests.system.kinds.messages import Sends, connect
from tests.system.load import Load, Request
from tests.system.seen import Seen
from tests.system.stack import Stack
from tests.telegram_server import TelegramServer

SHOP, BELLA = "+15550006", "+15550007"
MOST_FILES = 3


def photo(seed: int) -> bytes:
    """A photo unlike the others, of some parts of an upload."""
    chance = random.Random(seed)
    colour = tuple(chance.randrange(256) for _ in range(3))
    # Whoever reads a photo reads it up to its end; whatever is behind that belongs to the file all the same.
    return picture(size=(640, 400), colour=colour) + chance.randbytes(700_000)


class TelegramFiles(Sends):
    """Messages with one to three photos to one person, who now and then sends photos from the phone."""

    name = "telegram files"
    clients, pause_seconds = 1, 2.0

    def __init__(self, stack: Stack, load: Load, server: TelegramServer) -> None:
        super().__init__(stack, load)
        # By the text of the message, its photos.
        self.photos: dict[str, list[bytes]] = {}
        self.written: dict[str, list[bytes]] = {}
        self._server = server

    def prepare(self) -> None:
        self._server.create_user(BELLA, username="bella_x", first_name="Bella")
        self.accounts = connect(self.stack, self._server, [SHOP])

    async def act(self, number: int) -> None:
        count = 1 + number % MOST_FILES
        contents = [photo(MOST_FILES * number + each) for each in range(count)]
        ids = [(await self.upload(content)).json()["id"] for content in contents]
        key = self.next_key()
        body = {"account_id": self.accounts[0], "to": "@bella_x", "text": key, "attachments": ids}
        self.photos[key], self.bodies[key] = contents, body
        await self.deliver(body)
        if number % 3 == 0:
            await self.write_back(f"photos {number}", contents)

    async def upload(self, content: bytes) -> Request:
        body, content_type = form(content, "photo.jpg")
        return await self.answered(Request("POST", "/v1/files", self.next_key(), body, content_type))

    async def write_back(self, text: str, contents: list[bytes]) -> None:
        self.written[text] = contents
        items = [{"kind": "photo", "content": content} for content in contents]
        items[0]["caption"] = text
        await asyncio.to_thread(self._server.deliver_album, BELLA, SHOP, items)

    def audit(self, seen: Seen) -> int:
        """At the phone each message arrived once, with all its photos in their order; in the CRM each one from there
        did, with the bytes that the phone had sent."""
        sent = [request for request in self.requests if request.path != "/v1/files"]
        assert self.arrived() == Counter({text: 1 for text in self.photos})
        for request in sent:
            body, message = self.bodies[request.key], seen.take("sent", request.json()["id"])
            assert (message["status"], message["text"]) == ("sent", body["text"]), message
            assert [each["id"] for each in message["attachments"]] == body["attachments"], message
        received = [row for row in seen.rows["received"].values() if row["account_id"] == self.accounts[0]]
        assert sorted(row["text"] for row in received) == sorted(self.written)
        for row in received:
            digests = [self.stored_digest(each["id"]) for each in row["attachments"]]
            assert digests == [digest(content) for content in self.written[row["text"]]], row
        return len(sent) + len(received)

    def arrived(self) -> "Counter[str]":
        """How often each text arrived at the phone, with the photos that were sent with it: one after the other,
        the text with the first photo. What a crash leaves of an album follows apart."""
        messages: list[tuple[str, list[bytes]]] = []
        for record in self._server.received(BELLA):
            content = self._server.file_content(BELLA, record.id)
            if record.text:
                messages.append((record.text, []))
            messages[-1][1].append(content)
        for text, contents in messages:
            expected = self.photos[text]
            found = [expected.index(content) if content in expected else None for content in contents]
            assert found == list(range(len(expected))), (text, found)
        return Counter(text for text, _ in messages)

    def stored_digest(self, file_id: str) -> str:
        [(state, found)] = self.stack.query("SELECT state, sha256 FROM messaging_file WHERE id = %s", file_id)
        assert state == "stored", (file_id, state)
        return str(found)

    def written_to(self) -> set[str]:
        return {"bella_x"} if self.photos else set()


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
