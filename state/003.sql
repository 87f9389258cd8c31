-- Items that are taken out of their edition and come back.

-- The item as it stood when it was taken out (digest_pack of it alone in its section); NULL while it is in.
ALTER TABLE item ADD COLUMN gone BLOB;
