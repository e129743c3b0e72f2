-- What a partner may show others of a decision, sealed; none where there is nothing.
ALTER TABLE receipt ADD COLUMN disclosed BYTEA;
-- Whoever has a leaf gets its proof.
CREATE INDEX log_node_leaf ON log_node (hash) WHERE level = 0;
-- Keys of evidence that outlives the decision: published until ten years after their last use. Milliseconds.
CREATE TABLE evidence_key (
  kid         TEXT   PRIMARY KEY,
  purpose     TEXT   NOT NULL,
  jwk         TEXT   NOT NULL,
  first_used  BIGINT NOT NULL,
  last_used   BIGINT,
  revoked     BIGINT,
  mac         BYTEA
);
