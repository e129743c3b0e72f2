-- Version 2 of view, transcript and leaf. What a phone was offered with a view of version 1 is not approved any more: it ends
-- as an action ends whose time is over, and the person starts again.
ALTER TABLE receipt ADD COLUMN disclosure_salt BLOB;   -- none for a leaf of version 1
UPDATE action SET expires = created WHERE status = 'linked';
UPDATE sim_connection SET expires = created WHERE status <> 'bound';
