"""The delivery process: what people say in rooms with bots is sent to these, and what they answer is said."""
