-- With which link the phone claimed: a browser whose same-device link was used goes on only through its return_url, also when
-- the link was pasted or scanned and the flow is therefore `link`.
ALTER TABLE action ADD COLUMN link TEXT;      -- app | qr
