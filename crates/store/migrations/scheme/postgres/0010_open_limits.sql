-- What no phone has claimed is found by its time, whatever ended it; what belongs to somebody, while it is not decided.
DROP INDEX action_expires;
CREATE INDEX action_unclaimed ON action (expires) WHERE identity IS NULL;
CREATE INDEX action_due ON action (expires) WHERE identity IS NOT NULL AND (status = 'created' OR status = 'linked');
-- How often an enrolment sent somebody to a bank, and asked for a text message.
ALTER TABLE enrolment ADD COLUMN visits BIGINT NOT NULL DEFAULT 0;
ALTER TABLE enrolment ADD COLUMN texts BIGINT NOT NULL DEFAULT 0;
