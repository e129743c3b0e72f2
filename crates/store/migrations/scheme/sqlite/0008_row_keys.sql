-- What every login finds by a random id lies under the first 60 bits of that id (decision 0013): a tree under integers leads to one
-- of a million rows in three pages, where text took five, or eight with the table beside its index. `store::number` reads the same.
CREATE TEMP TABLE place (place INTEGER PRIMARY KEY);
INSERT INTO place VALUES (0), (1), (2), (3), (4), (5), (6), (7), (8), (9);

-- The open attempt is the one that its own row says is open, so a login no longer writes the identity at all.
UPDATE attempt SET status = 'wrong' WHERE status = 'open' AND factor = 'code'
   AND id NOT IN (SELECT open_attempt FROM identity WHERE open_attempt IS NOT NULL);
CREATE UNIQUE INDEX attempt_open ON attempt (identity) WHERE status = 'open' AND factor = 'code';

CREATE TABLE new_identity (
  number         INTEGER PRIMARY KEY,         -- the first 60 bits of id
  id             TEXT    NOT NULL UNIQUE,
  status         TEXT    NOT NULL,            -- active | suspended | closed
  epoch          BIGINT  NOT NULL,            -- raised by every change that an action must not survive
  language       TEXT    NOT NULL,
  code_version   BIGINT  NOT NULL,
  wrong_codes    BIGINT  NOT NULL DEFAULT 0,  -- closed as wrong since the last success
  created        BIGINT  NOT NULL
);
INSERT INTO new_identity
SELECT (SELECT sum(max(instr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', substr(id, 5 + place, 1)) - 1, 0) << (54 - 6 * place))
     FROM place), id, status, epoch, language, code_version, wrong_codes, created
  FROM identity ORDER BY 1;

CREATE TABLE new_suspension (
  identity  TEXT   NOT NULL REFERENCES new_identity (id),
  reason    TEXT   NOT NULL,
  since     BIGINT NOT NULL,
  cause     TEXT   NOT NULL,                  -- who or what: phone, operator name, registrar name, scheme
  PRIMARY KEY (identity, reason)
) WITHOUT ROWID;
INSERT INTO new_suspension SELECT identity, reason, since, cause FROM suspension;

CREATE TABLE new_sim_binding (
  number      INTEGER PRIMARY KEY,            -- of the identity
  identity    TEXT   NOT NULL REFERENCES new_identity (id),
  operator    TEXT   NOT NULL,
  handle      TEXT   NOT NULL,
  status      TEXT   NOT NULL,                -- bound | changed | lost
  changed_at  BIGINT NOT NULL,                -- seconds, as the operator says; a later one is another SIM
  bound       BIGINT NOT NULL,
  stated      BIGINT                          -- last good statement: a login may rest on one of the last 24 hours while the operator is silent
);
INSERT INTO new_sim_binding
SELECT (SELECT sum(max(instr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', substr(identity, 5 + place, 1)) - 1, 0) << (54 - 6 * place))
     FROM place), identity, operator, handle, status, changed_at, bound, stated
  FROM sim_binding ORDER BY 1;

CREATE TABLE new_attributes (
  number     BIGINT NOT NULL,                 -- of the identity
  identity   TEXT   NOT NULL REFERENCES new_identity (id),
  version    BIGINT NOT NULL,
  sealed     BLOB   NOT NULL,
  source     TEXT   NOT NULL,
  proofing   TEXT   NOT NULL,
  time       BIGINT NOT NULL,
  PRIMARY KEY (number, version)
);
INSERT INTO new_attributes
SELECT (SELECT sum(max(instr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', substr(identity, 5 + place, 1)) - 1, 0) << (54 - 6 * place))
     FROM place), identity, version, sealed, source, proofing, time
  FROM attributes ORDER BY 1, version;

DROP TABLE suspension;
DROP TABLE sim_binding;
DROP TABLE attributes;
DROP TABLE identity;
ALTER TABLE new_identity RENAME TO identity;
ALTER TABLE new_suspension RENAME TO suspension;
ALTER TABLE new_sim_binding RENAME TO sim_binding;
ALTER TABLE new_attributes RENAME TO attributes;
CREATE UNIQUE INDEX sim_binding_handle ON sim_binding (operator, handle);

CREATE TABLE new_device (
  number             INTEGER PRIMARY KEY,     -- the first 60 bits of id
  id                 TEXT   NOT NULL UNIQUE,
  identity           TEXT   NOT NULL,         -- reserved while the enrolment runs
  status             TEXT   NOT NULL,         -- pending | active | suspended | removed
  name               TEXT   NOT NULL,
  key_kind           TEXT   NOT NULL,         -- software | hardware
  public_key         BLOB   NOT NULL,         -- P-256, uncompressed point
  opaque_record      BLOB,                    -- RFC 9807 registration record
  code_version       BIGINT NOT NULL,
  unlock_credential  BLOB,                    -- WebAuthn credential id
  unlock_key         BLOB,                    -- P-256, uncompressed point
  sim_handle         TEXT,
  mac                BLOB   NOT NULL,         -- over all of the above but name, under a keystore key
  last_sequence      BIGINT NOT NULL,
  recent             BLOB   NOT NULL,         -- of the hashes of the last 64 requests, 8 bytes each
  created            BIGINT NOT NULL,
  last_used          BIGINT NOT NULL
);
INSERT INTO new_device
SELECT (SELECT sum(max(instr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', substr(id, 5 + place, 1)) - 1, 0) << (54 - 6 * place))
     FROM place), id, identity, status, name, key_kind, public_key, opaque_record, code_version, unlock_credential,
       unlock_key, sim_handle, mac, last_sequence, recent, created, last_used
  FROM device ORDER BY 1;
DROP TABLE device;
ALTER TABLE new_device RENAME TO device;
CREATE INDEX device_identity ON device (identity);
CREATE UNIQUE INDEX device_public_key ON device (public_key);

ALTER TABLE access_grant ADD COLUMN number BIGINT NOT NULL DEFAULT 0; -- of the identity
UPDATE access_grant SET number = (SELECT sum(max(instr('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_', substr(identity, 5 + place, 1)) - 1, 0) << (54 - 6 * place))
     FROM place);
DROP TABLE place;
