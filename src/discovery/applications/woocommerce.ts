import type { Application } from './application.ts';

/** WooCommerce, with orders in tables of their own (HPOS) or in posts. From `includes/class-wc-install.php`. */
export const woocommerce: Application = {
  name: 'WooCommerce',
  signature: ['woocommerce_order_items', 'woocommerce_order_itemmeta', 'woocommerce_sessions'],
  utc: false,
  tables: [
    {
      name: /^wc_orders$/,
      cursor: 'date_updated_gmt',
      because: 'set by WooCommerce with every change of an order, in UTC',
    },
    { name: /^wc_webhooks$/, cursor: 'date_modified_gmt', because: 'set by WooCommerce, in UTC' },
    { name: /^woocommerce_sessions$/, leaveOut: 'sessions of visitors' },
    { name: /^(?:wc_reserved_stock|wc_rate_limits)$/, leaveOut: 'the state of running requests' },
    {
      name: /^woocommerce_(?:api_keys|payment_tokens|payment_tokenmeta)$/,
      leaveOut: 'secrets: keys and tokens',
    },
    { name: /^(?:woocommerce_log|wc_download_log)$/, appendOnly: true },
    { name: /^wc_(?:admin_notes|admin_note_actions)$/, leaveOut: "of WooCommerce's own administration" },
    { name: /^wc_(?:\w+_lookup|order_stats)$/, noCursor: true },
  ],
};
