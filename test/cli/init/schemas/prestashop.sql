-- PrestaShop, prefix "ps_": date_add and date_upd, set by the application.
CREATE TABLE ps_configuration (id_configuration INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(254) NOT NULL, value TEXT, date_add DATETIME NOT NULL, date_upd DATETIME NOT NULL);
CREATE TABLE ps_shop_group (id_shop_group INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, name VARCHAR(64) NOT NULL, active TINYINT NOT NULL DEFAULT 1);
CREATE TABLE ps_product (id_product INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, reference VARCHAR(64), price DECIMAL(20,6) NOT NULL DEFAULT 0, date_add DATETIME NOT NULL, date_upd DATETIME NOT NULL, KEY date_add (date_add));
CREATE TABLE ps_product_shop (id_product INT UNSIGNED NOT NULL, id_shop INT UNSIGNED NOT NULL, price DECIMAL(20,6) NOT NULL DEFAULT 0, date_add DATETIME NOT NULL, date_upd DATETIME NOT NULL, PRIMARY KEY (id_product, id_shop), KEY date_add (date_add));
CREATE TABLE ps_product_lang (id_product INT UNSIGNED NOT NULL, id_shop INT UNSIGNED NOT NULL DEFAULT 1, id_lang INT UNSIGNED NOT NULL, name VARCHAR(128) NOT NULL, PRIMARY KEY (id_product, id_shop, id_lang));
CREATE TABLE ps_customer (id_customer INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, email VARCHAR(255) NOT NULL, birthday DATE, last_passwd_gen TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP, date_add DATETIME NOT NULL, date_upd DATETIME NOT NULL);
CREATE TABLE ps_cart (id_cart INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, id_shop INT UNSIGNED NOT NULL DEFAULT 1, date_add DATETIME NOT NULL, date_upd DATETIME NOT NULL, KEY id_shop_2 (id_shop, date_upd));
CREATE TABLE ps_cart_product (id_cart INT UNSIGNED NOT NULL, id_product INT UNSIGNED NOT NULL, quantity INT UNSIGNED NOT NULL DEFAULT 0, date_add DATETIME NOT NULL, PRIMARY KEY (id_cart, id_product));
CREATE TABLE ps_orders (id_order INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, reference VARCHAR(9), total_paid DECIMAL(20,6) NOT NULL DEFAULT 0, invoice_date DATETIME NOT NULL, date_add DATETIME NOT NULL, date_upd DATETIME NOT NULL, KEY date_add (date_add));
CREATE TABLE ps_order_detail (id_order_detail INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, id_order INT UNSIGNED NOT NULL, product_name TEXT NOT NULL, product_quantity INT UNSIGNED NOT NULL DEFAULT 0);
CREATE TABLE ps_guest (id_guest INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, accept_language VARCHAR(8));
CREATE TABLE ps_connections (id_connections INT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY, id_guest INT UNSIGNED NOT NULL, date_add DATETIME NOT NULL, KEY date_add (date_add));
CREATE TABLE ps_accessory (id_product_1 INT UNSIGNED NOT NULL, id_product_2 INT UNSIGNED NOT NULL, KEY accessory_product (id_product_1, id_product_2));
CREATE TABLE ps_search_index (id_product INT UNSIGNED NOT NULL, id_word INT UNSIGNED NOT NULL, weight SMALLINT UNSIGNED NOT NULL DEFAULT 1, PRIMARY KEY (id_word, id_product));
CREATE TABLE ps_smarty_cache (id_smarty_cache CHAR(40) NOT NULL PRIMARY KEY, name CHAR(40) NOT NULL, modified TIMESTAMP NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP, content LONGTEXT NOT NULL);
