-- For how long the keys that partners publish are used for encryption. They are fetched again, so none are kept.
DROP TABLE partner_keys;
CREATE TABLE partner_keys (
  partner    TEXT   PRIMARY KEY,
  uri        TEXT   NOT NULL,
  jwks       TEXT   NOT NULL,                 -- JSON; empty before the first fetch
  fetched    BIGINT NOT NULL,
  max_age    BIGINT NOT NULL,                 -- milliseconds
  attempted  BIGINT NOT NULL,
  mac        BLOB   NOT NULL
);
