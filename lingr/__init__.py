"""lingr: a chat-room server that speaks the Lingr API."""
