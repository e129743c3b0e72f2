-- The number under which a SIM is being connected: its keyed hash and, if it is another than before, the attributes with it.
ALTER TABLE sim_connection ADD COLUMN number_hash BYTEA;
ALTER TABLE sim_connection ADD COLUMN attributes BYTEA;       -- sealed
