-- Times are milliseconds since 1970 UTC. Ids are text.

-- One row per SIM, number and activation. Rows are never deleted: those of one number, in order, are its history.
CREATE TABLE sim (
  handle      TEXT   PRIMARY KEY,         -- pairwise name towards the scheme
  number      TEXT   NOT NULL,            -- E.164
  iccid       TEXT   NOT NULL,
  eid         TEXT   NOT NULL,            -- empty for a card that nothing can be downloaded to
  imsi        TEXT   NOT NULL,
  activation  BIGINT NOT NULL,            -- counts the activations of this card
  profile     TEXT   NOT NULL,            -- applet | loadable | legacy
  kvn         BIGINT NOT NULL,            -- key version of the applet, 0 until it confirmed its keys
  counter     BIGINT NOT NULL,            -- last counter that was accepted
  line        TEXT   NOT NULL,            -- active | barred_lost | port_pending | ported | terminated | quarantined
  changed_at  BIGINT NOT NULL,            -- since when this SIM is the number's
  bound_at    BIGINT,                     -- since when the scheme relies on it
  retired_at  BIGINT
);
CREATE UNIQUE INDEX sim_number ON sim (number) WHERE retired_at IS NULL;
CREATE UNIQUE INDEX sim_iccid ON sim (iccid) WHERE retired_at IS NULL;
CREATE UNIQUE INDEX sim_activation ON sim (iccid, activation);
CREATE INDEX sim_history ON sim (number, changed_at);

-- The memory of cards that live in this process, as a card would keep it. The registry never looks in here.
CREATE TABLE card (
  iccid    TEXT   PRIMARY KEY,
  life     BIGINT NOT NULL,
  kvn      BIGINT NOT NULL,
  counter  BIGINT NOT NULL,
  secrets  BYTEA  NOT NULL                -- sealed
);

-- A secret that was shown on a handset and that the person types in the app.
CREATE TABLE challenge (
  id          TEXT   PRIMARY KEY,
  handle      TEXT   NOT NULL REFERENCES sim (handle),
  nonce_hash  BYTEA  NOT NULL,
  secret_mac  BYTEA  NOT NULL,
  tries_left  BIGINT NOT NULL,
  created     BIGINT NOT NULL,
  expires     BIGINT NOT NULL,
  closed_at   BIGINT
);
CREATE INDEX challenge_handle ON challenge (handle, created);

-- Text messages of the simulated handset.
CREATE TABLE message (
  id      TEXT   PRIMARY KEY,
  handle  TEXT   NOT NULL REFERENCES sim (handle),
  time    BIGINT NOT NULL,
  sender  TEXT   NOT NULL,
  text    TEXT   NOT NULL
);
CREATE INDEX message_handle ON message (handle, time);

-- Client assertions that were used.
CREATE TABLE assertion (
  jti      TEXT   PRIMARY KEY,
  expires  BIGINT NOT NULL
);
CREATE INDEX assertion_expires ON assertion (expires);

-- Events for the scheme, in order and without gaps.
CREATE TABLE event (
  sequence      BIGINT PRIMARY KEY,
  id            TEXT   NOT NULL UNIQUE,
  type          TEXT   NOT NULL,
  handle        TEXT,
  changed_at    BIGINT,
  time          BIGINT NOT NULL,
  delivered_at  BIGINT
);
CREATE INDEX event_pending ON event (sequence) WHERE delivered_at IS NULL;

-- Faults that a test asked for; demo profile only.
CREATE TABLE setting (
  name   TEXT PRIMARY KEY,
  value  TEXT NOT NULL
);
