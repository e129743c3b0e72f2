-- Consents that people took back from partners.
CREATE TABLE withdrawal (
  id        TEXT   PRIMARY KEY,           -- also the jti of the event for the partner
  identity  TEXT   NOT NULL,
  partner   TEXT   NOT NULL,
  sub       TEXT   NOT NULL,              -- under which the partner knows the person
  receipt   TEXT   NOT NULL,
  services  TEXT   NOT NULL,              -- JSON list of codes
  claims    TEXT   NOT NULL,              -- JSON list of names, never values
  time      BIGINT NOT NULL,              -- ms
  told      TEXT   NOT NULL,              -- untold | waiting | accepted | refused | expired
  answer    TEXT,                         -- the `err` of a refusal
  mac       BYTEA  NOT NULL
);
CREATE INDEX withdrawal_identity ON withdrawal (identity, partner, time);
CREATE INDEX withdrawal_sub ON withdrawal (sub, partner, time);
CREATE INDEX withdrawal_partner ON withdrawal (partner, time);
