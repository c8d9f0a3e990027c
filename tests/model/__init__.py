"""The whole of it against small models: commands, and what reads files."""
