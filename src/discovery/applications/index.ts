import type { Application } from './application.ts';
import { django } from './django.ts';
import { laravel } from './laravel.ts';
import { magento } from './magento.ts';
import { matomo } from './matomo.ts';
import { mediawiki } from './mediawiki.ts';
import { prestashop } from './prestashop.ts';
import { rails } from './rails.ts';
import { woocommerce } from './woocommerce.ts';
import { wordpress } from './wordpress.ts';

/** WooCommerce lies in WordPress's schema, with the same prefix, and has the first word on its own tables. */
export const APPLICATIONS: readonly Application[] = [
  matomo,
  woocommerce,
  wordpress,
  mediawiki,
  magento,
  prestashop,
  laravel,
  rails,
  django,
];
