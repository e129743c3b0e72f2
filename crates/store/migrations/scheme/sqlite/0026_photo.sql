-- Photos of people. The digest of a photo is in the attributes of its person.
CREATE TABLE photo (
  number    BIGINT NOT NULL,              -- the first 60 bits of identity
  identity  TEXT   NOT NULL,
  reference BLOB   NOT NULL,              -- keyed hash of identity and SHA-256 of the photo
  sealed    BLOB   NOT NULL,              -- the photo, under the key of its person
  time      BIGINT NOT NULL,
  mac       BLOB   NOT NULL,
  PRIMARY KEY (number, reference)
);
-- How many visits to banks a device began.
CREATE INDEX registrar_session_device ON registrar_session (device, began);
