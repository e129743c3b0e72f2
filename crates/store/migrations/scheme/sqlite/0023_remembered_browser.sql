-- Browsers that a person lets come back to a partner without asking, for minutes after an approval.
CREATE TABLE remembered_browser (
  action    TEXT   PRIMARY KEY,           -- the approval
  identity  TEXT   NOT NULL,
  browser   BLOB   NOT NULL,              -- SHA-256 of the cookie
  returns   BIGINT NOT NULL,
  expires   BIGINT NOT NULL,              -- ms
  ended     BIGINT,                       -- ms; empty while the browser may come back
  mac       BLOB   NOT NULL
);
CREATE INDEX remembered_browser_identity ON remembered_browser (identity, expires);
CREATE INDEX remembered_browser_expires ON remembered_browser (expires);
