import type { Application } from './application.ts';

/**
 * Magento 2. From the modules' `db_schema.xml`: entities have `updated_at` with ON UPDATE CURRENT_TIMESTAMP, values of
 * their attributes have no time.
 */
export const magento: Application = {
  name: 'Magento',
  signature: ['eav_attribute', 'core_config_data', 'catalog_product_entity', 'sales_order'],
  utc: true,
  tables: [
    { name: /_(?:idx|tmp|replica)$/, leaveOut: 'a working copy of an indexer' },
    { name: /_cl$/, leaveOut: 'the change log of an indexer: its rows come and go' },
    {
      name: /^(?:catalog(?:_product|_category|search|rule|inventory)\w*_index\w*|catalogsearch_fulltext\w*|sales_\w+_aggregated\w*|sales_\w+_grid|customer_grid_flat|catalog_product_flat_\w+|catalog_category_flat_\w+|report_viewed_product_aggregated\w*)$/,
      leaveOut: 'computed from other tables by an indexer',
    },
    { name: /^(?:cache|cache_tag|session|persistent_session|captcha_log)$/, leaveOut: 'caches and sessions' },
    {
      name: /^(?:cron_schedule|queue\w*|magento_bulk|magento_operation|magento_acknowledged_bulk|flag|\w+_lock)$/,
      leaveOut: 'a queue: its rows come and go',
    },
    {
      name: /^(?:setup_module|patch_list|indexer_state|mview_state)$/,
      leaveOut: "of Magento's own operation",
    },
    {
      name: /^(?:oauth_\w+|password_reset_request_event|admin_passwords|admin_user_session|adobe_user_profile)$/,
      leaveOut: 'secrets, or what leads to them',
    },
  ],
};
