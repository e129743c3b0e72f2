-- What a device began last about its fingerprint: the challenge that it was given, until it is answered, and the change that an
-- action carries out when it is approved.
CREATE TABLE fingerprint_change (
  device     TEXT   PRIMARY KEY,
  identity   TEXT   NOT NULL,
  challenge  BYTEA,
  action     TEXT,
  change     BYTEA,                           -- sealed
  expires    BIGINT NOT NULL
);
CREATE INDEX fingerprint_change_expires ON fingerprint_change (expires);
