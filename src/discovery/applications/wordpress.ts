import type { Application } from './application.ts';

/** WordPress. From `wp-admin/includes/schema.php`: of its tables only posts say when a row changed. */
export const wordpress: Application = {
  name: 'WordPress',
  signature: ['postmeta', 'posts', 'options', 'usermeta', 'term_taxonomy'],
  utc: false,
  tables: [
    {
      name: /^(?:\d+_)?posts$/,
      cursor: 'post_modified_gmt',
      because: 'set by WordPress with every change of a post, in UTC',
    },
    {
      name: /^(?:\d+_)?(?:comments|users|links|options|signups|registration_log|blogs|site)$/,
      noCursor: true,
    },
    {
      name: /^(?:\d+_)?actionscheduler_/,
      leaveOut: 'a queue: the actions of Action Scheduler come and go',
    },
  ],
};
