"""The tables that the sandbox keeps everything in, of both APIs, under one version."""

from __future__ import annotations

__all__ = ["TABLES", "TABLES_VERSION"]

TABLES_VERSION = 3
"""Rises with the tables: a file of another version is refused."""

# An event's external_profile_id is that of the profile that it counts for, or waits for; the one sent is in its body.
# Of what somebody erased was known by, digests are left; the one of the profile's own id is marked.
_MAIL = """
CREATE TABLE IF NOT EXISTS profiles (
    saved INTEGER PRIMARY KEY,
    external_profile_id TEXT NOT NULL UNIQUE,
    customer_user_id TEXT,
    email TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS customer_user_ids ON profiles (customer_user_id, saved);
CREATE INDEX IF NOT EXISTS emails ON profiles (email, saved);
CREATE TABLE IF NOT EXISTS events (
    received INTEGER PRIMARY KEY,
    event_id TEXT NOT NULL UNIQUE,
    external_profile_id TEXT NOT NULL,
    moment INTEGER NOT NULL,
    event_type TEXT NOT NULL,
    body TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS history ON events (external_profile_id, moment, received);
CREATE TABLE IF NOT EXISTS erased (digest BLOB PRIMARY KEY, is_profile INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIEW IF NOT EXISTS standing AS
    SELECT external_profile_id, body, (
        SELECT event_type FROM events WHERE events.external_profile_id = profiles.external_profile_id
        ORDER BY moment DESC, received DESC LIMIT 1
    ) AS latest_event_type
    FROM profiles;
"""

# Whatever belongs to a profile goes with it. Bodies and objects are JSON, moments are microseconds since 1970.
_SERVER_SIDE = """
CREATE TABLE IF NOT EXISTS customers (
    profile_id TEXT PRIMARY KEY,
    customer_user_id TEXT UNIQUE,
    fields TEXT NOT NULL,
    custom_attributes TEXT NOT NULL,
    integration_identifiers TEXT NOT NULL,
    refund_saver TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS transactions (
    received INTEGER PRIMARY KEY,
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    store_original_transaction_id TEXT NOT NULL,
    store_transaction_id TEXT NOT NULL,
    body TEXT NOT NULL,
    revoked_at INTEGER,
    UNIQUE (profile_id, store_original_transaction_id, store_transaction_id)
);
CREATE TABLE IF NOT EXISTS grants (
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    access_level_id TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    starts_at INTEGER,
    expires_at INTEGER,
    revoked_at INTEGER,
    PRIMARY KEY (profile_id, access_level_id)
);
CREATE TABLE IF NOT EXISTS paywalls (
    position INTEGER PRIMARY KEY,
    paywall_id TEXT NOT NULL UNIQUE,
    body TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS balances (
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    currency_code TEXT NOT NULL,
    balance INTEGER NOT NULL,
    PRIMARY KEY (profile_id, currency_code)
);
CREATE TABLE IF NOT EXISTS currency_transactions (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    transaction_id TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL
);
CREATE INDEX IF NOT EXISTS currency_history ON currency_transactions (profile_id, number);
CREATE TABLE IF NOT EXISTS currency_items (
    number INTEGER NOT NULL REFERENCES currency_transactions ON DELETE CASCADE,
    place INTEGER NOT NULL,
    currency_code TEXT NOT NULL,
    amount INTEGER NOT NULL,
    balance_after INTEGER NOT NULL,
    PRIMARY KEY (number, place)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS idempotency_keys (
    profile_id TEXT NOT NULL REFERENCES customers ON DELETE CASCADE,
    idempotency_key TEXT NOT NULL,
    used_at INTEGER NOT NULL,
    request TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (profile_id, idempotency_key)
);
"""

TABLES = _MAIL + _SERVER_SIDE
"""Makes the tables that are not there yet."""
