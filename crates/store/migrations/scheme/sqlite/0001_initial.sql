-- Times are milliseconds since 1970 UTC. Ids are text. Personal data is sealed under the person's own key.

CREATE TABLE identity (
  id             TEXT   PRIMARY KEY,
  status         TEXT   NOT NULL,             -- active | suspended | closed
  epoch          BIGINT NOT NULL,             -- raised by every change that an action must not survive
  language       TEXT   NOT NULL,
  code_version   BIGINT NOT NULL,
  wrong_codes    BIGINT NOT NULL DEFAULT 0,   -- closed as wrong since the last success
  open_attempt   TEXT,                        -- the one attempt that is spent and not yet decided
  last_success   BIGINT,
  created        BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE suspension (
  identity  TEXT   NOT NULL REFERENCES identity (id),
  reason    TEXT   NOT NULL,
  since     BIGINT NOT NULL,
  cause     TEXT   NOT NULL,                  -- who or what: phone, operator name, registrar name, scheme
  PRIMARY KEY (identity, reason)
) WITHOUT ROWID;

-- Wrong codes of the last 30 days, for the second limit and for "N wrong codes since you were last here".
CREATE TABLE wrong_code (
  attempt   TEXT   PRIMARY KEY,
  identity  TEXT   NOT NULL,
  time      BIGINT NOT NULL
);
CREATE INDEX wrong_code_identity ON wrong_code (identity, time);

CREATE TABLE device (
  id                 TEXT   PRIMARY KEY,
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
CREATE INDEX device_identity ON device (identity);
CREATE UNIQUE INDEX device_public_key ON device (public_key);

CREATE TABLE sim_binding (
  identity    TEXT   PRIMARY KEY REFERENCES identity (id),
  operator    TEXT   NOT NULL,
  handle      TEXT   NOT NULL,
  status      TEXT   NOT NULL,                -- bound | changed | lost
  changed_at  BIGINT NOT NULL,                -- seconds, as the operator says; a later one is another SIM
  bound       BIGINT NOT NULL,
  stated      BIGINT                          -- last good statement: a login may rest on one of the last 24 hours while the operator is silent
) WITHOUT ROWID;
CREATE UNIQUE INDEX sim_binding_handle ON sim_binding (operator, handle);

-- Versioned, never overwritten: one row a proofing, sealed under the person's key.
CREATE TABLE attributes (
  identity   TEXT   NOT NULL REFERENCES identity (id),
  version    BIGINT NOT NULL,
  sealed     BLOB   NOT NULL,
  source     TEXT   NOT NULL,
  proofing   TEXT   NOT NULL,
  time       BIGINT NOT NULL,
  PRIMARY KEY (identity, version)
);

-- Evidence of each proofing, sealed under the person's key.
CREATE TABLE proofing (
  id         TEXT   PRIMARY KEY,
  identity   TEXT   NOT NULL,
  registrar  TEXT   NOT NULL,
  loa        TEXT   NOT NULL,
  policy     TEXT   NOT NULL,
  sealed     BLOB   NOT NULL,
  time       BIGINT NOT NULL
);
CREATE INDEX proofing_identity ON proofing (identity);

-- Keyed hashes, by which a person is found again; erased with the person.
CREATE TABLE lookup (
  field        TEXT   NOT NULL,               -- phone_number | national_number
  hash         BLOB   NOT NULL,
  key_version  BIGINT NOT NULL,
  identity     TEXT   NOT NULL,
  PRIMARY KEY (field, hash)
) WITHOUT ROWID;
CREATE INDEX lookup_identity ON lookup (identity);

CREATE TABLE enrolment (
  id             TEXT   PRIMARY KEY,
  device         TEXT   NOT NULL,
  identity       TEXT   NOT NULL,
  status         TEXT   NOT NULL,             -- open | completed
  language       TEXT   NOT NULL,
  number         BLOB   NOT NULL,             -- phone number, sealed
  vouched        BLOB,                        -- what the bank vouched for, with its evidence, sealed
  operator       TEXT,
  sim_state      TEXT   NOT NULL,             -- ready | upgradable | incompatible | unknown | changed
  handle         TEXT,
  sim_challenge  TEXT,                        -- of the operator
  sim_nonce_hash BLOB,                        -- what the statement must answer
  sim_statement  TEXT,                        -- holder statement: the SIM is connected
  sim_changed_at BIGINT,
  unlock_challenge BLOB,
  receipt        TEXT,
  created        BIGINT NOT NULL,
  expires        BIGINT NOT NULL
);
CREATE INDEX enrolment_device ON enrolment (device);
CREATE INDEX enrolment_handle ON enrolment (operator, handle);
CREATE INDEX enrolment_expires ON enrolment (status, expires);

CREATE TABLE recovery (
  id            TEXT   PRIMARY KEY,
  identity      TEXT   NOT NULL,
  device        TEXT   NOT NULL,
  status        TEXT   NOT NULL,              -- created | vouched | completed
  epoch         BIGINT NOT NULL,              -- of the identity when it began
  code_version  BIGINT NOT NULL,              -- that the new code will have
  evidence      BLOB,                         -- what the bank vouched for, sealed
  created       BIGINT NOT NULL,
  expires       BIGINT NOT NULL
);
CREATE INDEX recovery_identity ON recovery (identity);
CREATE INDEX recovery_expires ON recovery (expires);

-- One visit to a bank, for an enrolment or a recovery.
CREATE TABLE registrar_session (
  state_hash   BLOB   PRIMARY KEY,
  purpose      TEXT   NOT NULL,               -- enrolment | recovery
  subject      TEXT   NOT NULL,
  device       TEXT   NOT NULL,
  registrar    TEXT   NOT NULL,
  nonce        TEXT   NOT NULL,
  verifier     TEXT   NOT NULL,
  cookie_hash  BLOB   NOT NULL,
  status       TEXT   NOT NULL,               -- open | used
  expires      BIGINT NOT NULL
);
CREATE INDEX registrar_session_expires ON registrar_session (expires);

-- A SIM that a person is connecting to an existing identity. The action's id is reserved when it begins, so that the
-- operator's statement is about this very action and what it shows.
CREATE TABLE sim_connection (
  action      TEXT   PRIMARY KEY,
  identity    TEXT   NOT NULL,
  device      TEXT   NOT NULL,
  status      TEXT   NOT NULL,                -- open | answered | bound
  operator    TEXT   NOT NULL,
  handle      TEXT   NOT NULL,
  changed_at  BIGINT,                         -- from the statement
  challenge   TEXT   NOT NULL,                -- of the operator
  nonce       BLOB   NOT NULL,
  view        BLOB   NOT NULL,                -- sealed
  view_hash   BLOB   NOT NULL,
  created     BIGINT NOT NULL,
  expires     BIGINT NOT NULL
);
CREATE INDEX sim_connection_device ON sim_connection (device);
CREATE INDEX sim_connection_handle ON sim_connection (operator, handle);
CREATE INDEX sim_connection_expires ON sim_connection (expires);

CREATE TABLE operator_feed (
  operator        TEXT   PRIMARY KEY,
  contiguous      BIGINT NOT NULL,            -- every event up to here has been applied
  last_heard      BIGINT NOT NULL
);
-- Events beyond a gap: applied already, remembered until the gap is closed.
CREATE TABLE operator_event (
  operator  TEXT   NOT NULL,
  sequence  BIGINT NOT NULL,
  time      BIGINT NOT NULL,
  PRIMARY KEY (operator, sequence)
);

CREATE TABLE partner (
  id            TEXT   PRIMARY KEY,
  status        TEXT   NOT NULL,              -- active | suspended
  registration  TEXT   NOT NULL,              -- JSON
  created       BIGINT NOT NULL
);

-- Spent client assertions, by expiry: it is signed with the rest, so a replay has the same one.
CREATE TABLE assertion (
  expires  BIGINT NOT NULL,
  partner  TEXT   NOT NULL,
  jti      BLOB   NOT NULL,
  PRIMARY KEY (expires, partner, jti)
) WITHOUT ROWID;

-- By expiry, then by the hash of the handle: 8 bytes and 32.
CREATE TABLE pushed_request (
  handle    BLOB   PRIMARY KEY,
  partner   TEXT   NOT NULL,
  request   TEXT   NOT NULL                   -- JSON
) WITHOUT ROWID;

CREATE TABLE action (
  id            TEXT   PRIMARY KEY,
  kind          TEXT   NOT NULL,              -- login | sim | unblock
  status        TEXT   NOT NULL,              -- created | linked | approved | refused | expired | cancelled | delivered
  level         TEXT   NOT NULL,              -- basic | advanced
  flow          TEXT,                         -- app | qr | link
  partner       TEXT,
  request       TEXT   NOT NULL,              -- JSON, what the partner asked for
  browser       BLOB,                         -- SHA-256 of the starting browser's cookie
  browser_name  TEXT   NOT NULL,
  language      TEXT   NOT NULL,
  identity      TEXT,
  device        TEXT,
  epoch         BIGINT,
  match_code    TEXT,
  nonce         BLOB,
  view          BLOB,                         -- sealed
  view_hash     BLOB,
  attributes_hash BLOB,
  sim           TEXT   NOT NULL,              -- none | silent | holder
  sim_requested BIGINT,
  sim_statement TEXT,
  sim_received  BIGINT,
  transcript    BLOB,                         -- T of the decision
  proof_hash    BLOB,
  receipt       TEXT,
  reason        TEXT,
  created       BIGINT NOT NULL,
  expires       BIGINT NOT NULL,
  decided       BIGINT
);
CREATE INDEX action_identity ON action (identity, created);
-- Only what a sweep looks for: decided actions leave it.
CREATE INDEX action_expires ON action (status, expires) 
  WHERE status = 'created' OR status = 'linked' OR status = 'expired';

CREATE TABLE attempt (
  id             TEXT   PRIMARY KEY,
  action         TEXT   NOT NULL,
  identity       TEXT   NOT NULL,
  device         TEXT   NOT NULL,
  factor         TEXT   NOT NULL,             -- code | unlock
  status         TEXT   NOT NULL,             -- open | right | wrong
  sequence       BIGINT NOT NULL,
  first_hash     BLOB   NOT NULL,             -- SHA-256 of KE1
  second         BLOB,                        -- KE2
  state          BLOB,                        -- OPAQUE's server state, sealed under the day's key; gone at the decision
  state_day      BIGINT NOT NULL,
  sim_statement  TEXT,
  created        BIGINT NOT NULL
);
CREATE INDEX attempt_first ON attempt (action, first_hash);

CREATE TABLE pairwise (
  identity  TEXT   NOT NULL,
  partner   TEXT   NOT NULL,
  sub       TEXT   NOT NULL,
  PRIMARY KEY (identity, partner)
) WITHOUT ROWID;
CREATE UNIQUE INDEX pairwise_sub ON pairwise (sub);

CREATE TABLE consent (
  action      TEXT   PRIMARY KEY,
  identity    TEXT   NOT NULL,
  partner     TEXT   NOT NULL,
  attributes  TEXT   NOT NULL,                -- JSON list of names, never values
  time        BIGINT NOT NULL
) WITHOUT ROWID;

-- What one approval gave a partner: one code, then one access token.
CREATE TABLE access_grant (
  action          TEXT   PRIMARY KEY,
  partner         TEXT   NOT NULL,
  identity        TEXT   NOT NULL,
  epoch           BIGINT NOT NULL,
  sub             TEXT   NOT NULL,
  released        BLOB   NOT NULL,            -- what was shown and approved, sealed
  status          TEXT   NOT NULL,            -- issued | redeemed | revoked
  code_hash       BLOB   NOT NULL,
  code_expires    BIGINT NOT NULL,
  token_hash      BLOB,
  token_expires   BIGINT,
  auth_time       BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE receipt (
  id        TEXT   PRIMARY KEY,
  identity  TEXT   NOT NULL,
  action    TEXT,
  kind      TEXT   NOT NULL,
  leaf      BLOB   NOT NULL,
  salt      BLOB   NOT NULL,
  evidence  BLOB   NOT NULL,                  -- sealed under the person's key
  promise   TEXT   NOT NULL,
  time      BIGINT NOT NULL
);

CREATE TABLE log_queue (
  receipt  TEXT   PRIMARY KEY,
  leaf     BLOB   NOT NULL,
  queued   BIGINT NOT NULL
) WITHOUT ROWID;
CREATE TABLE log_place (
  receipt   TEXT   PRIMARY KEY,
  position  BIGINT NOT NULL
) WITHOUT ROWID;
CREATE TABLE log_leaf (
  position  BIGINT PRIMARY KEY,
  receipt   TEXT   NOT NULL,
  leaf      BLOB   NOT NULL
);
-- Hashes of complete subtrees: level 0 are leaf hashes.
CREATE TABLE log_node (
  level     BIGINT NOT NULL,
  position  BIGINT NOT NULL,
  hash      BLOB   NOT NULL,
  PRIMARY KEY (level, position)
) WITHOUT ROWID;
CREATE TABLE log_checkpoint (
  size  BIGINT PRIMARY KEY,
  root  BLOB   NOT NULL,
  jws   TEXT   NOT NULL,
  time  BIGINT NOT NULL
);

-- Effects outside the database, written with the decision that causes them.
CREATE TABLE outbox (
  id        TEXT   PRIMARY KEY,
  kind      TEXT   NOT NULL,
  payload   TEXT   NOT NULL,
  attempts  BIGINT NOT NULL DEFAULT 0,
  due       BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (due);
