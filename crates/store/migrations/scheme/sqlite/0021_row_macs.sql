-- Rows carry a MAC: the version of its key (4 bytes), then HMAC-SHA-256. It is NULL in rows from before, until `ipse keys upgrade`.
ALTER TABLE identity ADD COLUMN mac BLOB;
ALTER TABLE suspension ADD COLUMN mac BLOB;
ALTER TABLE sim_binding ADD COLUMN mac BLOB;
ALTER TABLE sim_connection ADD COLUMN mac BLOB;
ALTER TABLE operator_feed ADD COLUMN mac BLOB;
ALTER TABLE operator_event ADD COLUMN mac BLOB;
ALTER TABLE attributes ADD COLUMN mac BLOB;
ALTER TABLE proofing ADD COLUMN mac BLOB;
ALTER TABLE lookup ADD COLUMN mac BLOB;
ALTER TABLE partner ADD COLUMN mac BLOB;
ALTER TABLE pairwise ADD COLUMN mac BLOB;
ALTER TABLE action ADD COLUMN mac BLOB;
ALTER TABLE attempt ADD COLUMN mac BLOB;
ALTER TABLE access_grant ADD COLUMN mac BLOB;
ALTER TABLE receipt ADD COLUMN mac BLOB;
ALTER TABLE log_queue ADD COLUMN mac BLOB;
ALTER TABLE log_leaf ADD COLUMN mac BLOB;
ALTER TABLE enrolment ADD COLUMN mac BLOB;
ALTER TABLE recovery ADD COLUMN mac BLOB;
ALTER TABLE registrar_session ADD COLUMN mac BLOB;
ALTER TABLE pushed_request ADD COLUMN mac BLOB;
ALTER TABLE answer ADD COLUMN mac BLOB;
ALTER TABLE fingerprint_change ADD COLUMN mac BLOB;
ALTER TABLE outbox ADD COLUMN mac BLOB;
ALTER TABLE clock ADD COLUMN mac BLOB;
-- What a suspension or a wrong code that is deleted is missed by.
ALTER TABLE identity ADD COLUMN reasons BIGINT NOT NULL DEFAULT 0;
UPDATE identity SET reasons = (SELECT COUNT(*) FROM suspension s WHERE s.identity = identity.id);
ALTER TABLE identity ADD COLUMN wrong_times TEXT NOT NULL DEFAULT '[]'; -- JSON list of the last ten, milliseconds, oldest first
UPDATE identity SET wrong_times = (SELECT json_group_array(time) FROM (SELECT time FROM (SELECT time FROM wrong_code w
  WHERE w.identity = identity.id ORDER BY time DESC LIMIT 10) ORDER BY time));
DROP TABLE wrong_code;
-- With what the person approved.
ALTER TABLE access_grant ADD COLUMN factor TEXT;
ALTER TABLE access_grant ADD COLUMN key_kind TEXT;
UPDATE access_grant SET factor = (SELECT t.factor FROM attempt t WHERE t.action = access_grant.action AND t.status = 'right' LIMIT 1),
  key_kind = (SELECT d.key_kind FROM device d JOIN action a ON a.device = d.id WHERE a.id = access_grant.action);
