// Who runs this, as others would call them.
import { userInfo } from 'node:os';
import type { Io } from './io.ts';

export function userName(env: Io['env']): string {
  const behind = env.get('SUDO_USER');
  const own = process.geteuid?.() ?? 0;
  try {
    const { username } = userInfo();
    return behind === undefined || behind === username ? username : `${behind} (as ${username})`;
  } catch {
    // A user without an entry in the list of users.
    return `user ${own}`;
  }
}
