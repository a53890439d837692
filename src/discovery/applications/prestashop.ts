import type { Application } from './application.ts';

/**
 * PrestaShop. From `install-dev/data/db_structure.sql`: `date_upd` is set by PrestaShop's objects with every change that
 * goes through them, in the zone of the shop.
 */
export const prestashop: Application = {
  name: 'PrestaShop',
  signature: ['configuration', 'product_shop', 'cart_product', 'order_detail', 'shop_group'],
  utc: false,
  tables: [
    { name: /^(?:smarty_\w*cache\w*|smarty_lazy_cache|smarty_last_flush)$/, leaveOut: 'a cache' },
    {
      name: /^(?:search_index|search_word|layered_\w+|product_sale|statssearch)$/,
      leaveOut: 'computed from other tables',
    },
    { name: /^(?:customer_session|employee_session|admin_session)$/, leaveOut: 'sessions' },
    {
      name: /^(?:connections|connections_source|connections_page|page_viewed|pagenotfound|log|mail)$/,
      appendOnly: true,
    },
    {
      name: /^(?:webservice_account|api_access|api_client|authorized_application)$/,
      leaveOut: 'secrets: keys of the web service',
    },
  ],
};
