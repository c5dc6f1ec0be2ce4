"""What goes out with a delivery besides what was said.

The headers of Standard Webhooks mark it as this server's. The old service signed nothing: a receiver that
does not look at them loses nothing, the others know that it comes from who has the bot's secret, and which
of several deliveries are the same one.
"""

from __future__ import annotations

from datetime import UTC, datetime
from importlib.metadata import version

from standardwebhooks.webhooks import Webhook

FIXED = {
    # Receivers compare it as a whole.
    "Content-Type": "application/json",
    "Accept": "text/plain, */*",
    "Accept-Encoding": "identity",
    "User-Agent": f"lingr/{version('lingr')}",
}


def headers_of(secret: str, delivery: str, body: bytes, now: int) -> dict[str, str]:
    """The headers of a delivery that is sent ``now`` (ms). Its name stays the same for all attempts."""
    moment = datetime.fromtimestamp(now // 1000, UTC)
    return {
        **FIXED,
        "webhook-id": delivery,
        "webhook-timestamp": str(now // 1000),
        "webhook-signature": Webhook(secret.encode()).sign(delivery, moment, body.decode()),
    }
