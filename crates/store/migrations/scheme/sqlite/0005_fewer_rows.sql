-- A consent stands in the grant that it gave.
ALTER TABLE access_grant ADD COLUMN attributes TEXT NOT NULL DEFAULT '[]'; -- JSON list of names, never values
UPDATE access_grant SET attributes = (SELECT c.attributes FROM consent c WHERE c.action = access_grant.action)
 WHERE EXISTS (SELECT 1 FROM consent c WHERE c.action = access_grant.action);
DROP TABLE consent;
-- Not what no phone has claimed yet.
DROP INDEX action_identity;
CREATE INDEX action_identity ON action (identity, created) WHERE identity IS NOT NULL;
-- How often a code was evaluated (OPAQUE).
ALTER TABLE enrolment ADD COLUMN registrations BIGINT NOT NULL DEFAULT 0;
ALTER TABLE recovery ADD COLUMN registrations BIGINT NOT NULL DEFAULT 0;
