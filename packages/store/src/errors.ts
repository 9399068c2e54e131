import { defineErrors } from '@seawall/base';

/** Everything that can go wrong in this package, by code. */
export const errors = defineErrors('store', {
  FULL: '{path}: the disk has no room left; nothing of this change was stored. Make room, or lower what is kept, and send it again',
  CORRUPT: '{path}: the file is damaged ({reason}); {consequence}',
  CLOSED: '{path}: the store was closed before',
  LOCKED:
    '{path}: another process holds the store for longer than {seconds} s; nothing was changed. Try again',
  READ_ONLY:
    '{path}: this store is open for reading, or its file may not be written ({reason}); nothing was changed. Let it be written, or give the path of another',
  UNREADABLE:
    '{path}: cannot be opened ({reason}): check that the folder exists and who may use it, or give another path',
  INPUT_OUTPUT: '{path}: the disk failed ({reason}); nothing of this change was stored',
  ABSENT: '{path}: there is no store here: give the path of one, or start the agent that makes it',
  FOREIGN: '{path}: this is no store of Seawall ({reason}); it was left as it is. Give another path',
  SCHEMA_NEWER:
    '{path}: written by a newer Seawall (schema {found}, this one knows {known}); it was left as it is. Use that version or a newer one',
  SCHEMA_OLDER:
    '{path}: written by an older Seawall (schema {found}, this one needs {known}); start the agent of this version once, which brings it up to date',
  NO_SUCH_FINDING: 'there is no finding {id}',
  NO_SUCH_MESSAGE: 'there is no message {id} in the outbox',
  BAD_CURSOR: 'there is no page after {cursor}: give what the page before returned as next',
});
