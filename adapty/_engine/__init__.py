"""Many API calls at once: order per key, retries, rate limits and backpressure. For bulk and for the outbox worker."""
