"""What comes in by mail and by lists, and what is forgotten again."""
