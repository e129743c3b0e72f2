-- Answers to requests that sent or began something, by the hash of the signed request: the same request again is answered
-- the same, without effect. Kept for a day.
CREATE TABLE answer (
  request  BLOB   PRIMARY KEY,
  body     TEXT   NOT NULL,                   -- JSON; ids, codes and addresses, no personal data
  time     BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX answer_time ON answer (time);
