-- The verified e-mail address of a person. Nobody is found by it.
CREATE TABLE email_address (
  identity   TEXT   PRIMARY KEY,
  sealed     BYTEA  NOT NULL,                -- under the person's key
  verified   BIGINT NOT NULL,
  mac        BYTEA  NOT NULL
);
-- What a device began last about the address: the code that was sent, until it is answered, and the change that an action carries out
-- when it is approved.
CREATE TABLE email_change (
  device     TEXT   PRIMARY KEY,
  identity   TEXT   NOT NULL,
  sent       BYTEA,                           -- sealed: address and code
  tries      BIGINT NOT NULL,                -- left
  action     TEXT,
  change     BYTEA,                           -- sealed
  expires    BIGINT NOT NULL,
  mac        BYTEA  NOT NULL
);
CREATE INDEX email_change_expires ON email_change (expires);
-- Mails with codes, counted for a day.
CREATE TABLE email_sent (
  id         TEXT   PRIMARY KEY,
  person     BYTEA  NOT NULL,                -- keyed hash
  address    BYTEA  NOT NULL,                -- keyed hash
  time       BIGINT NOT NULL
);
CREATE INDEX email_sent_person ON email_sent (person, time);
CREATE INDEX email_sent_address ON email_sent (address, time);
CREATE INDEX email_sent_time ON email_sent (time);
