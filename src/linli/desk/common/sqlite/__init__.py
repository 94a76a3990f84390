"""Django's SQLite, with those who want to write waiting in turn."""
