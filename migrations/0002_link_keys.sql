-- The key that signs a site's links in mails: 256 random bits in base64url, made with the site's first link; NULL
-- before. It has to be readable to sign, so that, unlike API keys, it is not kept as a hash.
ALTER TABLE sites ADD COLUMN link_key TEXT;
