"""Log lines as JSON objects. An API key in a message is cut off after its prefix, and a request has no query."""

import json
import logging
import threading
import time
from collections import Counter
from datetime import UTC, datetime

from django.http import HttpRequest

from apikeys.tokens import redact
from crmsolid.core.errors import is_outage

_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}

REFUSAL_INTERVAL_SECONDS = 60.0
OUTAGE_INTERVAL_SECONDS = 60.0
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


class OutageFilter(logging.Filter):
    """Shortens what is logged while the database cannot be reached or written, which fails every request and task: one
    line a minute of each logger and process, which says how many were left out since the one before (``left_out``)."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._next: dict[str, float] = {}  # logger -> when it may log the next line
        self._left_out: Counter[str] = Counter()

    def filter(self, record: logging.LogRecord) -> bool:
        error = record.exc_info[1] if isinstance(record.exc_info, tuple) else None
        if not is_outage(error):
            return True
        now = time.monotonic()
        with self._lock:
            if now < self._next.get(record.name, 0.0):
                self._left_out[record.name] += 1
                return False
            self._next[record.name] = now + OUTAGE_INTERVAL_SECONDS
            vars(record)["left_out"] = self._left_out.pop(record.name, 0)
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
