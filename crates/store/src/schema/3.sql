-- What became of a request on its way to its upstream: `domain::translation::Translation` as JSON, from the last attempt.
ALTER TABLE task ADD COLUMN translation TEXT;
