"""How the web process meets the wire, and how the processes of one machine are kept running."""
