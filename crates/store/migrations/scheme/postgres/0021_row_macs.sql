-- Rows carry a MAC: the version of its key (4 bytes), then HMAC-SHA-256. It is NULL in rows from before, until `ipse keys upgrade`.
ALTER TABLE identity ADD COLUMN mac BYTEA;
ALTER TABLE suspension ADD COLUMN mac BYTEA;
ALTER TABLE sim_binding ADD COLUMN mac BYTEA;
ALTER TABLE sim_connection ADD COLUMN mac BYTEA;
ALTER TABLE operator_feed ADD COLUMN mac BYTEA;
ALTER TABLE operator_event ADD COLUMN mac BYTEA;
ALTER TABLE attributes ADD COLUMN mac BYTEA;
ALTER TABLE proofing ADD COLUMN mac BYTEA;
ALTER TABLE lookup ADD COLUMN mac BYTEA;
ALTER TABLE partner ADD COLUMN mac BYTEA;
ALTER TABLE pairwise ADD COLUMN mac BYTEA;
ALTER TABLE action ADD COLUMN mac BYTEA;
ALTER TABLE attempt ADD COLUMN mac BYTEA;
ALTER TABLE access_grant ADD COLUMN mac BYTEA;
ALTER TABLE receipt ADD COLUMN mac BYTEA;
ALTER TABLE log_queue ADD COLUMN mac BYTEA;
ALTER TABLE log_leaf ADD COLUMN mac BYTEA;
ALTER TABLE enrolment ADD COLUMN mac BYTEA;
ALTER TABLE recovery ADD COLUMN mac BYTEA;
ALTER TABLE registrar_session ADD COLUMN mac BYTEA;
ALTER TABLE pushed_request ADD COLUMN mac BYTEA;
ALTER TABLE answer ADD COLUMN mac BYTEA;
ALTER TABLE fingerprint_change ADD COLUMN mac BYTEA;
ALTER TABLE outbox ADD COLUMN mac BYTEA;
ALTER TABLE clock ADD COLUMN mac BYTEA;
-- What a suspension or a wrong code that is deleted is missed by.
ALTER TABLE identity ADD COLUMN reasons BIGINT NOT NULL DEFAULT 0;
UPDATE identity SET reasons = (SELECT COUNT(*) FROM suspension s WHERE s.identity = identity.id);
ALTER TABLE identity ADD COLUMN wrong_times TEXT NOT NULL DEFAULT '[]'; -- JSON list of the last ten, milliseconds, oldest first
UPDATE identity SET wrong_times = (SELECT COALESCE(json_agg(time ORDER BY time), '[]')::TEXT FROM (SELECT time FROM wrong_code w
  WHERE w.identity = identity.id ORDER BY time DESC LIMIT 10) last);
DROP TABLE wrong_code;
-- With what the person approved.
ALTER TABLE access_grant ADD COLUMN factor TEXT;
ALTER TABLE access_grant ADD COLUMN key_kind TEXT;
UPDATE access_grant SET factor = (SELECT t.factor FROM attempt t WHERE t.action = access_grant.action AND t.status = 'right' LIMIT 1),
  key_kind = (SELECT d.key_kind FROM device d JOIN action a ON a.device = d.id WHERE a.id = access_grant.action);
