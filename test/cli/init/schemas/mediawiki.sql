-- MediaWiki, prefix "mw_": its times are texts of 14 digits.
CREATE TABLE mw_page (
  page_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, page_namespace INT NOT NULL, page_title VARBINARY(255) NOT NULL,
  page_touched BINARY(14) NOT NULL, page_latest INT UNSIGNED NOT NULL, UNIQUE KEY page_name_title (page_namespace, page_title)
);
CREATE TABLE mw_revision (
  rev_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, rev_page INT UNSIGNED NOT NULL, rev_actor BIGINT UNSIGNED NOT NULL DEFAULT 0,
  rev_timestamp BINARY(14) NOT NULL, rev_deleted TINYINT UNSIGNED NOT NULL DEFAULT 0, KEY rev_timestamp (rev_timestamp)
);
CREATE TABLE mw_slots (
  slot_revision_id BIGINT UNSIGNED NOT NULL, slot_role_id SMALLINT UNSIGNED NOT NULL, slot_content_id BIGINT UNSIGNED NOT NULL,
  PRIMARY KEY (slot_revision_id, slot_role_id)
);
CREATE TABLE mw_content (
  content_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, content_size INT UNSIGNED NOT NULL,
  content_sha1 VARBINARY(32) NOT NULL, content_address VARBINARY(255) NOT NULL
);
CREATE TABLE mw_text (old_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, old_text MEDIUMBLOB NOT NULL, old_flags TINYBLOB NOT NULL);
CREATE TABLE mw_comment (
  comment_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, comment_hash INT NOT NULL, comment_text BLOB NOT NULL
);
CREATE TABLE mw_actor (
  actor_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, actor_user INT UNSIGNED UNIQUE, actor_name VARBINARY(255) NOT NULL UNIQUE
);
CREATE TABLE mw_recentchanges (
  rc_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, rc_timestamp BINARY(14) NOT NULL, rc_title VARBINARY(255) NOT NULL
);
CREATE TABLE mw_user_groups (
  ug_user INT UNSIGNED NOT NULL, ug_group VARBINARY(255) NOT NULL, ug_expiry VARBINARY(14), PRIMARY KEY (ug_user, ug_group)
);
CREATE TABLE mw_pagelinks (
  pl_from INT UNSIGNED NOT NULL, pl_namespace INT NOT NULL, pl_title VARBINARY(255) NOT NULL, PRIMARY KEY (pl_from, pl_namespace, pl_title)
);
CREATE TABLE mw_logging (
  log_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, log_type VARBINARY(32) NOT NULL, log_timestamp BINARY(14) NOT NULL, log_params BLOB NOT NULL
);
CREATE TABLE mw_objectcache (keyname VARBINARY(255) NOT NULL PRIMARY KEY, value MEDIUMBLOB, exptime BINARY(14) NOT NULL);
CREATE TABLE mw_querycache (qc_type VARBINARY(32) NOT NULL, qc_value INT UNSIGNED NOT NULL, qc_title VARBINARY(255) NOT NULL, KEY qc_type (qc_type, qc_value));
CREATE TABLE mw_job (job_id INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, job_cmd VARBINARY(60) NOT NULL, job_params MEDIUMBLOB NOT NULL);
