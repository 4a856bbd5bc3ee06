"""One JSON object per line on stdout, for people and for log collectors alike."""

import json
import sys
from datetime import datetime, timezone


def write(event: str, **fields: object) -> None:
    now = datetime.now(timezone.utc).isoformat(timespec="milliseconds")
    # One write call per line: lines of different threads must not mix.
    sys.stdout.write(json.dumps({"time": now, "event": event, **fields}, default=str) + "\n")
    sys.stdout.flush()
