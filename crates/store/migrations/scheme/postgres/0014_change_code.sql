-- What the holder of the SIM proves it for: kinds of action beside connecting it.
ALTER TABLE sim_connection ADD COLUMN kind TEXT NOT NULL DEFAULT 'sim';
-- The new code of an action that changes it: its version, its OPAQUE record, and how often a code was evaluated for it.
ALTER TABLE sim_connection ADD COLUMN code_version BIGINT;
ALTER TABLE sim_connection ADD COLUMN record BYTEA;
ALTER TABLE sim_connection ADD COLUMN registrations BIGINT NOT NULL DEFAULT 0;
