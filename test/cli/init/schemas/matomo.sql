-- Matomo 5 with the prefix "stats_", in short: keys and times as its own schema has them.
CREATE TABLE stats_log_visit (
  idvisit BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, idsite INT UNSIGNED NOT NULL, idvisitor BINARY(8) NOT NULL,
  visit_last_action_time DATETIME NOT NULL, visit_first_action_time DATETIME NOT NULL, config_id BINARY(8) NOT NULL,
  location_ip VARBINARY(16) NOT NULL, user_id VARCHAR(200), visitor_localtime TIME, visit_total_actions INT UNSIGNED,
  KEY index_idsite_config_datetime (idsite, config_id, visit_last_action_time),
  KEY index_idsite_datetime (idsite, visit_last_action_time),
  KEY index_idsite_idvisitor_time (idsite, idvisitor, visit_last_action_time DESC)
);
CREATE TABLE stats_log_link_visit_action (
  idlink_va BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, idsite INT UNSIGNED NOT NULL, idvisitor BINARY(8) NOT NULL,
  idvisit BIGINT UNSIGNED NOT NULL, server_time DATETIME NOT NULL, idaction_url INT UNSIGNED, time_spent INT UNSIGNED,
  custom_float DOUBLE, KEY index_idvisit (idvisit), KEY index_idsite_servertime (idsite, server_time)
);
CREATE TABLE stats_log_conversion (
  idvisit BIGINT UNSIGNED NOT NULL, idsite INT UNSIGNED NOT NULL, idvisitor BINARY(8) NOT NULL, server_time DATETIME NOT NULL,
  idgoal INT NOT NULL, buster INT UNSIGNED NOT NULL, idorder VARCHAR(100), url VARCHAR(4096) NOT NULL, revenue DOUBLE,
  PRIMARY KEY (idvisit, idgoal, buster), UNIQUE KEY unique_idsite_idorder (idsite, idorder),
  KEY index_idsite_datetime (idsite, server_time)
);
CREATE TABLE stats_log_conversion_item (
  idsite INT UNSIGNED NOT NULL, idvisitor BINARY(8) NOT NULL, server_time DATETIME NOT NULL, idvisit BIGINT UNSIGNED NOT NULL,
  idorder VARCHAR(100) NOT NULL, idaction_sku INT UNSIGNED NOT NULL, price DOUBLE NOT NULL, deleted TINYINT UNSIGNED NOT NULL,
  PRIMARY KEY (idvisit, idorder, idaction_sku), KEY index_idsite_servertime (idsite, server_time)
);
CREATE TABLE stats_log_action (
  idaction INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(4096), hash INT UNSIGNED NOT NULL,
  type TINYINT UNSIGNED, url_prefix TINYINT, KEY index_type_hash (type, hash)
);
CREATE TABLE stats_site (
  idsite INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(90) NOT NULL, main_url VARCHAR(255) NOT NULL,
  ts_created TIMESTAMP NULL, ecommerce TINYINT DEFAULT 0, currency CHAR(3) NOT NULL
);
CREATE TABLE stats_user (
  login VARCHAR(100) NOT NULL PRIMARY KEY, password VARCHAR(255) NOT NULL, email VARCHAR(100) NOT NULL UNIQUE,
  date_registered TIMESTAMP NULL, ts_password_modified TIMESTAMP NULL, ts_changes_shown TIMESTAMP NULL
);
CREATE TABLE stats_user_token_auth (
  idusertokenauth BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, login VARCHAR(100) NOT NULL,
  password VARCHAR(191) NOT NULL UNIQUE, last_used DATETIME, date_created DATETIME NOT NULL
);
CREATE TABLE stats_option (
  option_name VARCHAR(191) NOT NULL PRIMARY KEY, option_value LONGTEXT NOT NULL, autoload TINYINT NOT NULL DEFAULT 1
);
CREATE TABLE stats_session (id VARCHAR(191) NOT NULL PRIMARY KEY, modified INT, lifetime INT, data MEDIUMTEXT);
CREATE TABLE stats_segment (
  idsegment INT NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL, definition TEXT NOT NULL,
  ts_created TIMESTAMP NULL, ts_last_edit TIMESTAMP NULL, deleted TINYINT NOT NULL
);
CREATE TABLE stats_archive_numeric_2025_01 (
  idarchive INT UNSIGNED NOT NULL, name VARCHAR(190) NOT NULL, idsite INT UNSIGNED, date1 DATE, date2 DATE,
  period TINYINT UNSIGNED, ts_archived DATETIME, value DOUBLE, PRIMARY KEY (idarchive, name),
  KEY index_period_archived (period, ts_archived)
);
CREATE TABLE stats_archive_invalidations (
  idinvalidation BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(255) NOT NULL, idsite INT UNSIGNED NOT NULL,
  ts_invalidated DATETIME, ts_started DATETIME, status TINYINT UNSIGNED DEFAULT 0
);
