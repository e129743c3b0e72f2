-- Whom an effect waits for: effects for one party never wait for another, and those of our own for nobody.
ALTER TABLE outbox ADD COLUMN party TEXT NOT NULL DEFAULT '';
UPDATE outbox SET party = COALESCE(json_extract(payload, '$.operator'), '') WHERE kind = 'operator.unbind';
DROP INDEX outbox_due;
CREATE INDEX outbox_due ON outbox (kind, party, due);
