-- Keys that partners publish (`jwks_uri`), as they were last fetched.
CREATE TABLE partner_keys (
  partner    TEXT   PRIMARY KEY,
  uri        TEXT   NOT NULL,
  jwks       TEXT   NOT NULL,                 -- JSON; empty before the first fetch
  fetched    BIGINT NOT NULL,
  attempted  BIGINT NOT NULL,
  mac        BYTEA  NOT NULL
);
