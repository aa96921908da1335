"""Log lines as JSON objects. An API key in a message is cut off after its prefix, and a request has no query."""

import json
import logging
import threading
import time
from datetime import UTC, datetime

from django.http import HttpRequest

from apikeys.tokens import redact

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

REFUSAL_INTERVAL_SECONDS = 60.0
MAX_REFUSAL_LENGTH = 200


class RefusalFilter(logging.Filter):
    """Shortens what Django logs of requests that it refuses, such as those for a foreign host, to one line a minute and
    kind, without a traceback. Anybody on the internet can cause them, and as often as they like."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}  # the logger of each kind -> when it may be logged again

    def filter(self, record: logging.LogRecord) -> bool:
        if not record.name.startswith("django.security."):
            return True
        now = time.monotonic()
        with self._lock:
            if now < self._next.get(record.name, 0.0):
                return False
            self._next[record.name] = now + REFUSAL_INTERVAL_SECONDS
        record.msg, record.args = record.getMessage()[:MAX_REFUSAL_LENGTH], ()
        record.exc_info = None
        vars(record).pop("request", None)  # its path may be as long as a client likes
        record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True


class JsonFormatter(logging.Formatter):
    """Writes time, level, logger and message, then the fields of ``extra``, then the traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        line.update({name: value for name, value in vars(record).items() if name not in _STANDARD})
        if isinstance(request := line.get("request"), HttpRequest):
            line["request"] = f"{request.method} {request.path}"  # queries have the tokens of links in e-mails
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return redact(json.dumps(line, default=str, ensure_ascii=False))
