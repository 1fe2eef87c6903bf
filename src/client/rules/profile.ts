// The default-allow profile is everywhere and belongs to nobody.
import { alreadyExists, type ObjectKey } from '../../datastore/index.ts';
import { DEFAULT_ALLOW_PROFILE } from '../../resources/index.ts';
import { refused } from '../faults.ts';
import type { Rules } from './index.ts';

const PROVIDED = 'is a default provided by Calico';
const KEY: ObjectKey = { kind: 'Profile', name: DEFAULT_ALLOW_PROFILE };

export const profileRules: Rules = {
  async beforeCreate({ metadata }) {
    if (metadata.name === KEY.name) throw alreadyExists(KEY, `${KEY.name} ${PROVIDED}`);
  },
  // As it is read it has neither uid nor time, which an update needs: that is not what is wrong.
  async beforePreparingUpdate({ metadata }) {
    if (metadata.name === KEY.name)
      throw refused('Update', KEY, `The profile "${KEY.name}" ${PROVIDED} and cannot be updated`);
  },
  async beforeDelete({ name }) {
    if (name === KEY.name)
      throw refused('Delete', KEY, `The profile "${KEY.name}" ${PROVIDED} and cannot be deleted`);
  },
};
