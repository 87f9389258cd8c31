-- How a file was read.

-- The mark of the profile it was read with (profile_mark(), core/profile.h): with another one it is read again.
ALTER TABLE file ADD COLUMN profile TEXT NOT NULL DEFAULT '';
