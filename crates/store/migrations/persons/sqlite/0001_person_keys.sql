-- A store of its own: of it only the latest state is backed up, so that a destroyed key stays destroyed.
CREATE TABLE person_key (
  identity      TEXT   PRIMARY KEY,
  wrapped       BLOB   NOT NULL,              -- sealed under the wrapping key of the week
  wrapping_week BIGINT NOT NULL
);
CREATE INDEX person_key_week ON person_key (wrapping_week);
