"""What Adapty posts to a backend, and what becomes of it."""
