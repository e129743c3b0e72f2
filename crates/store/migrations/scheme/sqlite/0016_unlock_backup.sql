-- Where a WebAuthn credential is kept: bound | eligible | copied, as its registration said; NULL for older ones.
ALTER TABLE device ADD COLUMN unlock_backup TEXT;
