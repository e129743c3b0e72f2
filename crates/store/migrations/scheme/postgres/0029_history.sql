-- The history of a person: receipts that end no action, newest first.
CREATE INDEX receipt_event ON receipt (identity, time, id) WHERE action IS NULL;
