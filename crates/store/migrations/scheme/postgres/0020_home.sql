-- The keystore to which this database belongs, as the keystore says itself.
CREATE TABLE home (
  keystore   TEXT   PRIMARY KEY,              -- id of the keystore
  database   TEXT   NOT NULL,                 -- id of this database, which the keystore's inventory lists
  generation BIGINT NOT NULL,                 -- of the inventory
  mac        BYTEA  NOT NULL                  -- of the keystore, over the row and what the database holds
);
