-- WordPress with WooCommerce (orders in tables of their own), prefix "wp_".
CREATE TABLE wp_posts (
  ID BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, post_author BIGINT UNSIGNED NOT NULL DEFAULT 0,
  post_date DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', post_date_gmt DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00',
  post_content LONGTEXT NOT NULL, post_title TEXT NOT NULL, post_status VARCHAR(20) NOT NULL DEFAULT 'publish',
  post_modified DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', post_modified_gmt DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00',
  post_type VARCHAR(20) NOT NULL DEFAULT 'post', KEY type_status_date (post_type, post_status, post_date, ID)
);
CREATE TABLE wp_postmeta (
  meta_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, post_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  meta_key VARCHAR(255), meta_value LONGTEXT, KEY post_id (post_id), KEY meta_key (meta_key(191))
);
CREATE TABLE wp_comments (
  comment_ID BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, comment_post_ID BIGINT UNSIGNED NOT NULL DEFAULT 0,
  comment_date DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', comment_date_gmt DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00',
  comment_content TEXT NOT NULL, comment_approved VARCHAR(20) NOT NULL DEFAULT '1', KEY comment_date_gmt (comment_date_gmt)
);
CREATE TABLE wp_users (
  ID BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, user_login VARCHAR(60) NOT NULL DEFAULT '',
  user_email VARCHAR(100) NOT NULL DEFAULT '', user_registered DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00'
);
CREATE TABLE wp_usermeta (
  umeta_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, user_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  meta_key VARCHAR(255), meta_value LONGTEXT
);
CREATE TABLE wp_options (
  option_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, option_name VARCHAR(191) NOT NULL UNIQUE,
  option_value LONGTEXT NOT NULL, autoload VARCHAR(20) NOT NULL DEFAULT 'yes'
);
CREATE TABLE wp_term_taxonomy (
  term_taxonomy_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, term_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  taxonomy VARCHAR(32) NOT NULL DEFAULT '', description LONGTEXT NOT NULL, count BIGINT NOT NULL DEFAULT 0
);
CREATE TABLE wp_term_relationships (
  object_id BIGINT UNSIGNED NOT NULL DEFAULT 0, term_taxonomy_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  term_order INT NOT NULL DEFAULT 0, PRIMARY KEY (object_id, term_taxonomy_id)
);
CREATE TABLE wp_links (
  link_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, link_url VARCHAR(255) NOT NULL DEFAULT '',
  link_updated DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00'
);
CREATE TABLE wp_wc_orders (
  id BIGINT UNSIGNED NOT NULL PRIMARY KEY, status VARCHAR(20), total_amount DECIMAL(26,8), customer_id BIGINT UNSIGNED,
  date_created_gmt DATETIME, date_updated_gmt DATETIME, KEY date_updated (date_updated_gmt)
);
CREATE TABLE wp_wc_orders_meta (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, order_id BIGINT UNSIGNED, meta_key VARCHAR(255), meta_value TEXT
);
CREATE TABLE wp_woocommerce_order_items (
  order_item_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, order_item_name TEXT NOT NULL,
  order_item_type VARCHAR(200) NOT NULL DEFAULT '', order_id BIGINT UNSIGNED NOT NULL
);
CREATE TABLE wp_woocommerce_order_itemmeta (
  meta_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, order_item_id BIGINT UNSIGNED NOT NULL, meta_key VARCHAR(255), meta_value LONGTEXT
);
CREATE TABLE wp_woocommerce_sessions (
  session_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, session_key CHAR(32) NOT NULL UNIQUE,
  session_value LONGTEXT NOT NULL, session_expiry BIGINT UNSIGNED NOT NULL
);
CREATE TABLE wp_wc_webhooks (
  webhook_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name TEXT NOT NULL,
  date_created DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00', date_modified DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00',
  date_modified_gmt DATETIME NOT NULL DEFAULT '0000-00-00 00:00:00'
);
CREATE TABLE wp_woocommerce_log (
  log_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, timestamp DATETIME NOT NULL, level SMALLINT NOT NULL, message LONGTEXT NOT NULL
);
CREATE TABLE wp_wc_product_meta_lookup (
  product_id BIGINT NOT NULL PRIMARY KEY, sku VARCHAR(100), min_price DECIMAL(19,4), stock_quantity DOUBLE
);
CREATE TABLE wp_actionscheduler_actions (
  action_id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, hook VARCHAR(191) NOT NULL, status VARCHAR(20) NOT NULL,
  scheduled_date_gmt DATETIME, last_attempt_gmt DATETIME
);
