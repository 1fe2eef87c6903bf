// Which Calico this program speaks, and what that means for a cluster of another one. Pure. calicoctl refuses everything
// that is not its own version to the patch level, since it is released with Calico; here only what could do harm is.

/** Of the API's schemas, and of how objects are stored. */
export const CALICO_API = 'v3.33';

/** Kinds whose names in the store were other ones before Calico 3.32: `<tier>.<name>`. */
const RENAMED: ReadonlySet<string> = new Set([
  'GlobalNetworkPolicy',
  'NetworkPolicy',
  'StagedGlobalNetworkPolicy',
  'StagedNetworkPolicy',
]);
const RENAMED_IN = 32;

export interface Verdict {
  readonly level: 'refused' | 'warning';
  readonly message: string;
  readonly hint?: string;
}

interface Version {
  readonly major: number;
  readonly minor: number;
}

/** Undefined where it says nothing: a build of a branch, say. */
function versionIn(text: string): Version | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)(?:\.\d+)?(?:-.*)?$/.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

const OURS = versionIn(CALICO_API) as Version;

/** `calicoVersion` of the cluster, and the kinds that are about to be written. Undefined: nothing to say. */
export function judgeVersion(calicoVersion: string, kinds: readonly string[]): Verdict | undefined {
  const cluster = versionIn(calicoVersion);
  if (cluster === undefined) return undefined;
  if (cluster.major !== OURS.major)
    return refused(calicoVersion, 'objects of another major version can mean something else');
  if (cluster.minor < RENAMED_IN && kinds.some((kind) => RENAMED.has(kind)))
    return refused(
      calicoVersion,
      `Calico before v${OURS.major}.${RENAMED_IN} stores a policy as <tier>.<name>: one that is written here would stand beside the old one, which stays in force; change policies of this cluster with its own calicoctl`,
    );
  if (cluster.minor <= OURS.minor) return undefined;
  return {
    level: 'warning',
    message: `warning: the cluster runs Calico ${calicoVersion}, and this program knows ${CALICO_API}: checks and defaults are those of ${CALICO_API} (--allow-version-mismatch leaves this out)`,
  };
}

/** calicoctl's text. */
const refused = (calicoVersion: string, hint: string): Verdict => ({
  level: 'refused',
  message: `version mismatch.
Client Version:   ${CALICO_API}
Cluster Version:  ${calicoVersion.replace(/^v/, '').replace(/-.*$/s, '')}
Use --allow-version-mismatch to override`,
  hint,
});
